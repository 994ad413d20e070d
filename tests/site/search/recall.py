"""How many of the queries in queries.toml find what they should among the first five results."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

AMONG = 5
QUERIES = Path(__file__).with_name("queries.toml")

# Given a language and a query, the addresses found, best first.
Search = Callable[[str, str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A query with the pages that answer it: addresses without their language."""

    language: str
    query: str
    answers: tuple[str, ...]

    @property
    def is_held_out(self) -> bool:
        """Whether nobody may look at it while tuning: a third, by a hash of its words."""
        return sha256(f"{self.language} {self.query}".encode()).digest()[0] % 3 == 0

    def without_fragments(self) -> Asked:
        """The same for a search that knows whole pages only: `helplines` for `helplines#shout`."""
        return replace(self, answers=tuple(answer.partition("#")[0] for answer in self.answers))

    def is_answered_by(self, found: Sequence[str]) -> bool:
        """Whether one of the answers is among the first of what was found."""
        return any(address[1:].partition("/")[2] in self.answers for address in found[:AMONG])


def queries() -> tuple[Asked, ...]:
    """Return all queries, in the order of the file."""
    tables = tomllib.loads(QUERIES.read_text("utf-8"))
    return tuple(
        Asked(language, query, tuple(answers))
        for language, table in tables.items()
        for query, answers in table.items()
    )


def missed(asked: Iterable[Asked], search: Search) -> list[Asked]:
    """Return the queries that do not find what they should."""
    return [one for one in asked if not one.is_answered_by(search(one.language, one.query))]


def recall(asked: Sequence[Asked], search: Search) -> float:
    """Return the share of queries that find what they should, 0 to 1."""
    return 1 - len(missed(asked, search)) / len(asked)
