"""Search: reads the index that search_index.py made with the pages."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

MAX_QUERY_CHARACTERS = 100
MAX_WORDS = 10
MAX_RESULTS = 20
SNIPPET_WORDS = 24
# Characters that no text has: they mark the words found until the page marks them up.
_MARK_ON, _MARK_OFF = "\x02", "\x03"
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a snippet; `is_match` pieces are the words searched for."""

    text: str
    is_match: bool


@dataclass(frozen=True, slots=True)
class Result:
    """A page found."""

    address: str
    title: str
    snippet: tuple[Part, ...]


def find(path: Path, language: str, query: str) -> tuple[Result, ...]:
    """Return the pages with all of the words, or else those with any, best first.

    Args:
        path: the index file.
        language: a code such as `en`.
        query: what a person typed; anything goes, letters and digits count.
    """
    words = _WORD.findall(query[:MAX_QUERY_CHARACTERS])[:MAX_WORDS]
    if not words:
        return ()
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
        for joined_by in (" AND ", " OR "):
            rows = _rows(database, language, joined_by.join(f'"{word}"*' for word in words))
            if rows:
                return tuple(Result(address, title, _parts(text)) for address, title, text in rows)
    return ()


def _rows(database: sqlite3.Connection, language: str, match: str) -> list[tuple[str, str, str]]:
    # A word in the title counts 10 times a word in the text, in the summary 5 times.
    return database.execute(
        "SELECT address, title, summary || ' ' || snippet(pages, 4, ?, ?, '…', ?)"
        " FROM pages WHERE pages MATCH ? AND language = ?"
        " ORDER BY bm25(pages, 0, 0, 10.0, 5.0, 1.0) LIMIT ?",
        (_MARK_ON, _MARK_OFF, SNIPPET_WORDS, match, language, MAX_RESULTS),
    ).fetchall()


def _parts(text: str) -> tuple[Part, ...]:
    """Split a snippet at its marks: text, match, text, match, text."""
    parts = []
    for piece in text.split(_MARK_ON):
        match, found, rest = piece.partition(_MARK_OFF)
        if found:
            parts.append(Part(match, is_match=True))
            parts.append(Part(rest, is_match=False))
        else:
            parts.append(Part(piece, is_match=False))
    return tuple(part for part in parts if part.text)
