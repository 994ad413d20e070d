"""All words that people read, with the place where each piece of them stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.catalogue.load import Reading
from appliance.catalogue.markdown import passages
from appliance.catalogue.model import Guide, Handout
from appliance.catalogue.references import FALLBACK_LANGUAGE
from appliance.catalogue.schema import Table

# Fields that people read, and lists of tables with such fields in them. Names of services and
# publishers are theirs to spell.
_FIELDS = {
    "topics": ("title", "summary"),
    "tasks": ("words",),
    "sites": ("summary", "audience"),
    "helplines": ("purpose", "hours"),
    "handouts": ("title", "lead"),
    "translated_handouts": ("title", "lead"),
    "guides": ("title", "question"),
    "screens": ("title", "says", "why", "tip", "warning"),
}
_NESTED = {
    "helplines": ("contacts", ("note",)),
    "handouts": ("sections", ("heading", "items")),
    "translated_handouts": ("sections", ("heading", "items")),
    "screens": ("fields", ("label", "hint")),
}

# A full stop also ends sentences in Bengali, Urdu and Chinese, with other signs.
_SENTENCE_END = re.compile(r"(?<=[.!?…।؟۔])[\"”’)]?\s+|(?<=[。！？])")


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of text that people read, where it starts, and its language as a BCP 47 tag."""

    path: str
    line: int
    text: str
    language: str

    def line_at(self, offset: int) -> int:
        """Return the line of the file on which a character of the text stands."""
        return self.line + self.text.count("\n", 0, offset)


def all_words(found: Reading) -> Iterator[Words]:
    """Yield every piece of text in what could be read: lists first, then the text of guides."""
    for shelf, fields in _FIELDS.items():
        for _, record, table in found.records(shelf):
            language = _language(record)
            for field in fields:
                yield from _words_of(table, field, language)
            if shelf in _NESTED:
                yield from _nested_words(table, shelf, language)
    for guide in found.catalogue.guides.values():
        yield from guide_words(guide)


def guide_words(guide: Guide) -> Iterator[Words]:
    """Yield the text of a guide: each paragraph, heading and list item."""
    for piece in passages(guide.body):
        yield Words(guide.path, guide.body_line + piece.line - 1, piece.text, guide.language)


def is_english(language: str) -> bool:
    """Whether the rules for English hold, such as how many words a sentence may have."""
    return language.partition("-")[0] == FALLBACK_LANGUAGE


def is_plain_english(language: str) -> bool:
    """Whether the rules for how a text is built hold; easy read (`en-easyread`) has its own."""
    return language == FALLBACK_LANGUAGE


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """Yield each sentence and where it starts."""
    start = 0
    for end in _SENTENCE_END.finditer(text):
        yield start, text[start : end.start()]
        start = end.end()
    yield start, text[start:]


def _language(record: object) -> str:
    return record.language if isinstance(record, Guide | Handout) else FALLBACK_LANGUAGE


def _words_of(table: Table, field: str, language: str) -> Iterator[Words]:
    """Yield a field's text, or each text in its list."""
    held = table.raw.get(field)
    for number, value in enumerate(held if isinstance(held, list) else [held]):
        if isinstance(value, str):
            yield Words(table.path, table.line(field, number), value, language)


def _nested_words(table: Table, shelf: str, language: str) -> Iterator[Words]:
    list_name, fields = _NESTED[shelf]
    for inner in table.tables(list_name):
        for field in fields:
            yield from _words_of(inner, field, language)
