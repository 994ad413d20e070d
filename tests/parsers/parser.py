"""What every parser of outside data is tried with: one function that takes any bytes at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

# Says whether the bytes were read; if not, they were refused.
Take = Callable[[bytes], bool]
Opened = Callable[[Path], AbstractContextManager[Take]]


@dataclass(frozen=True, slots=True)
class Parser:
    """A parser of what others feed it.

    Args:
        name: as in docs/decisions/0069.
        opened: given a folder of its own, yields what takes the bytes. It returns whether they were
            read or refused in the project's words, and raises if anything else came of them.
        seeds: real examples, from which others are made; each is read.
        fell: what once made it fall.
        examples: how many are tried; fewer where each takes long.
    """

    name: str
    opened: Opened
    seeds: tuple[bytes, ...]
    fell: tuple[bytes, ...] = ()
    examples: int = 100

    def __str__(self) -> str:
        return self.name


def pure(take: Take) -> Opened:
    """Open a parser that needs nothing around it."""

    @contextmanager
    def opened(_folder: Path) -> Iterator[Take]:
        yield take

    return opened
