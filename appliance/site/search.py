"""Search: reads the index that search_index.py made with the pages."""

from __future__ import annotations

import sqlite3
import unicodedata
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

MAX_QUERY_CHARACTERS = 100
MAX_WORDS = 10
MAX_RESULTS = 20
SNIPPET_WORDS = 24
# Characters that no text has: they mark the words found until the page marks them up.
_MARK_ON, _MARK_OFF = "\x02", "\x03"
# Words that say nothing of what is looked for; "keep my account safe" must find "your account".
_SMALL_ENGLISH = """
    a an and are at by can do for from have how i in is it me my of on or the to what when where
    which who why with you your
"""
_SMALL_WORDS = {"en": frozenset(_SMALL_ENGLISH.split())}
# Letters, digits, and the vowel signs that belong to letters: without these Bengali falls apart.
# The index takes the same characters for words (search_index.py).
_WORD_CATEGORIES = frozenset({"Co", "Mn", "Mc"})


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
    words = _telling_words(language, query)
    if not words:
        return ()
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
        for joined_by in (" AND ", " OR "):
            rows = _rows(database, language, joined_by.join(f'"{word}"*' for word in words))
            if rows:
                return tuple(Result(address, title, _parts(text)) for address, title, text in rows)
    return ()


def _telling_words(language: str, query: str) -> list[str]:
    kept = (sign if _is_in_word(sign) else " " for sign in query[:MAX_QUERY_CHARACTERS])
    words = "".join(kept).split()[:MAX_WORDS]
    small = _SMALL_WORDS.get(language.partition("-")[0], frozenset())
    return [word for word in words if word.casefold() not in small] or words


def _is_in_word(sign: str) -> bool:
    category = unicodedata.category(sign)
    return category[0] in "LN" or category in _WORD_CATEGORIES


def _rows(database: sqlite3.Connection, language: str, match: str) -> list[tuple[str, str, str]]:
    # A word in the title counts 10 times a word in the text, in the summary 3 times. The rank is
    # negative, best first: a weight above 1 lifts guides over the handouts that say the same.
    return database.execute(
        "SELECT address, title, summary || ' ' || snippet(pages, 5, ?, ?, '…', ?)"
        " FROM pages WHERE pages MATCH ? AND language = ?"
        " ORDER BY weight * bm25(pages, 0, 0, 0, 10.0, 3.0, 1.0) LIMIT ?",
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
