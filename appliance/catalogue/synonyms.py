"""Reads synonyms/<lang>.toml: what search must know of a language's words."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.catalogue import schema
from appliance.catalogue.decode import decode, parse_toml
from appliance.catalogue.lines import Key
from appliance.catalogue.schema import Table, shown
from appliance.catalogue.wording import Synonym, Wording

MAX_BYTES = 200_000
# Search looks whether so many words that were typed are a synonym together, and no more.
MAX_PHRASE_WORDS = 4

_WORD = schema.text(30)
_FOUND = schema.text(60)
_PAIR = schema.text(2, least=2)


def _phrase(value: object) -> str | None:
    line = schema.text(60).accept(value)
    return line if line is not None and len(line.split()) <= MAX_PHRASE_WORDS else None


_PHRASE = schema.Kind(f"1 to {MAX_PHRASE_WORDS} words, at most 60 characters", _phrase, "")


def read_wording(path: str, data: bytes) -> tuple[Wording, Table]:
    """Return a language's wording, and its table with the faults and remarks found.

    Raises:
        UnreadableError: too long, not UTF-8, not TOML.
    """
    table = parse_toml(path, decode(path, data, MAX_BYTES))
    wording = Wording(
        small=table.many("small", _WORD),
        letters=table.many("letters", _PAIR),
        synonyms=tuple(_synonym(inner) for inner in table.tables("synonyms")),
    )
    table.remark_unknown()
    for key, words in _repeated(wording):
        mend = "Write it in one place; a word may have several meanings in one `find`."
        message = f"{shown(words)} stands here twice."
        table.remarks.append(table.problem("error", message, mend, *key))
    return wording, table


def _synonym(table: Table) -> Synonym:
    synonym = Synonym(
        typed=table.many("typed", _PHRASE, least=1),
        find=table.many("find", _FOUND),
        english=table.many("english", _FOUND),
    )
    if not synonym.find and not synonym.english:
        table.fault("These words lead to nothing.", "Write `find`, `english` or both.", "typed")
    table.remark_unknown()
    return synonym


def _repeated(wording: Wording) -> Iterator[tuple[Key, str]]:
    seen: set[str] = set()
    for number, synonym in enumerate(wording.synonyms):
        for place, words in enumerate(synonym.typed):
            if words.casefold() in seen:
                yield ("synonyms", number, "typed", place), words
            seen.add(words.casefold())
