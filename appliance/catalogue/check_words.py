"""What an editor should mend in words, wherever they stand: long sentences, unknown addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.catalogue.load import Reading
from appliance.catalogue.markdown import passages
from appliance.catalogue.model import Problem
from appliance.catalogue.schema import Table

MAX_SENTENCE_WORDS = 25

# Fields that people read, and lists of tables with such fields in them.
_FIELDS = {
    "topics": ("summary",),
    "sites": ("summary",),
    "helplines": ("purpose", "hours"),
    "handouts": ("lead",),
    "guides": ("question",),
}
_NESTED = {"helplines": ("contacts", "note"), "handouts": ("sections", "items")}

# A full stop also ends sentences in Bengali, Urdu and Chinese, with other signs.
_SENTENCE_END = re.compile(r"(?<=[.!?…।؟۔])[\"”’)]?\s+|(?<=[。！？])")
_ADDRESS = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_AFTER_ADDRESS = ".,;:!?)]’”'\""


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of text that people read, and where it starts."""

    path: str
    line: int
    text: str


def check_words(found: Reading) -> Iterator[Problem]:
    """Yield the problems in all words that could be read."""
    known = {site.url for site in found.catalogue.sites.values()}
    may_judge = "sites" not in found.names.unreadable
    for words in _all_words(found):
        yield from _long_sentences(words)
        if may_judge:
            yield from _unknown_addresses(words, known)
    if may_judge:
        yield from _unknown_contacts(found, known)


def _all_words(found: Reading) -> Iterator[Words]:
    for shelf, fields in _FIELDS.items():
        for _, _, table in found.records(shelf):
            for field in fields:
                yield from _words_of(table, field)
            if shelf in _NESTED:
                yield from _nested_words(table, *_NESTED[shelf])
    for guide in found.catalogue.guides.values():
        for piece in passages(guide.body):
            yield Words(guide.path, guide.body_line + piece.line - 1, piece.text)


def _words_of(table: Table, field: str) -> Iterator[Words]:
    """Yield a field's text, or each text in its list."""
    held = table.raw.get(field)
    for number, value in enumerate(held if isinstance(held, list) else [held]):
        if isinstance(value, str):
            yield Words(table.path, table.line(field, number), value)


def _nested_words(table: Table, list_name: str, field: str) -> Iterator[Words]:
    for inner in table.tables(list_name):
        yield from _words_of(inner, field)


def _long_sentences(words: Words) -> Iterator[Problem]:
    for start, sentence in _sentences(words.text):
        pieces = sentence.split()
        if len(pieces) > MAX_SENTENCE_WORDS:
            message = f'A sentence has {len(pieces)} words: "{" ".join(pieces[:6])} …".'
            mend = f"Make two of it: {MAX_SENTENCE_WORDS} words are the most, 20 are better."
            line = words.line + words.text.count("\n", 0, start)
            yield Problem(words.path, line, "warning", message, mend)


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """Yield each sentence and where it starts."""
    start = 0
    for end in _SENTENCE_END.finditer(text):
        yield start, text[start : end.start()]
        start = end.end()
    yield start, text[start:]


def _unknown_addresses(words: Words, known: set[str]) -> Iterator[Problem]:
    for match in _ADDRESS.finditer(words.text):
        address = match.group()
        if not {address, address.rstrip(_AFTER_ADDRESS)} & known:
            line = words.line + words.text.count("\n", 0, match.start())
            yield _unknown(words.path, line, address.rstrip(_AFTER_ADDRESS))


def _unknown_contacts(found: Reading, known: set[str]) -> Iterator[Problem]:
    for name, helpline in found.catalogue.helplines.items():
        for number, contact in enumerate(helpline.contacts):
            if contact.kind == "web" and contact.address not in {"", *known}:
                table = found.tables["helplines", name]
                line = table.line("contacts", number, "address")
                yield _unknown(table.path, line, contact.address)


def _unknown(path: str, line: int, address: str) -> Problem:
    is_safe = address.lower().startswith("https://")
    reason = "is not in sites.toml or links.toml" if is_safe else "does not start with https://"
    mend = "Write it exactly as it stands there, or add it there first."
    return Problem(path, line, "error", f"The address {address[:80]} {reason}.", mend)
