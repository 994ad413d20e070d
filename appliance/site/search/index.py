"""Makes the search index: one SQLite file beside the pages of a release."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from appliance.catalogue.records import ORIGINAL_LANGUAGE
from appliance.catalogue.wording import Wording
from appliance.site.search.entries import Entry
from appliance.site.search.index_words import Stemming, write_ordinary, write_wording
from appliance.site.search.ordinary import Ordinary, ordinary_words
from appliance.site.search.words import Tongue

# Each language has a full-text table of its own, pages_<number>: how much a word tells depends on
# how rare it is in its language. Those tables hold stems only; what is shown stands in `pages`.
# Their tokenizer takes everything for a word that is no space or sign of ASCII: stems are words.
_SCHEMA = """
CREATE TABLE languages (code TEXT PRIMARY KEY, number INTEGER, letters TEXT) WITHOUT ROWID;
CREATE TABLE pages (
    id INTEGER PRIMARY KEY, language INTEGER, address TEXT, is_everywhere INTEGER, weight REAL,
    topics TEXT, title TEXT, summary TEXT, body TEXT
);
CREATE TABLE words (
    language INTEGER, form TEXT, stem TEXT, shown TEXT, pages INTEGER, length INTEGER,
    PRIMARY KEY (language, form, stem)
) WITHOUT ROWID;
CREATE TABLE small (language INTEGER, form TEXT, PRIMARY KEY (language, form)) WITHOUT ROWID;
CREATE TABLE synonyms (
    language INTEGER, typed TEXT, is_english INTEGER, find TEXT,
    PRIMARY KEY (language, typed, is_english, find)
) WITHOUT ROWID;
CREATE TABLE ordinary (
    language INTEGER, stem TEXT, word TEXT, PRIMARY KEY (language, stem)
) WITHOUT ROWID
"""
_FULL_TEXT = """
CREATE VIRTUAL TABLE pages_{number} USING fts5(
    title, summary, body, content='', columnsize=1, tokenize='ascii'
)
"""
_INDEXES = """
CREATE INDEX pages_by_address ON pages (address, language);
CREATE INDEX words_by_stem ON words (language, stem, form);
CREATE INDEX words_by_length ON words (language, length, form, shown, pages)
"""


def write_index(
    path: Path,
    found: Iterable[Entry],
    wording: Mapping[str, Wording],
    languages: Sequence[str],
    ordinary: Ordinary = ordinary_words,
) -> None:
    """Make the index file.

    Args:
        path: where to.
        found: all that can be found, in any order.
        wording: by language, where there is one.
        languages: the codes of all languages that may be searched.
        ordinary: gives the ordinary words of a language.
    """
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA journal_mode=OFF")
        _run(database, _SCHEMA)
        known = {
            code: _start(database, number, code, wording.get(code, Wording()))
            for number, code in enumerate(dict.fromkeys([*languages, ORIGINAL_LANGUAGE]))
        }
        for entry in found:
            _add(database, known[entry.language], entry)
        for code, own in known.items():
            english = known[ORIGINAL_LANGUAGE]
            write_wording(database, own, english, wording.get(code, Wording()))
            write_ordinary(database, own, ordinary(code))
            _finish(database, own)
        _run(database, _INDEXES)


def _run(database: sqlite3.Connection, statements: str) -> None:
    for statement in statements.split(";"):
        database.execute(statement)


def _start(database: sqlite3.Connection, number: int, code: str, wording: Wording) -> Stemming:
    row = (code, number, " ".join(wording.letters))
    database.execute("INSERT INTO languages VALUES (?, ?, ?)", row)
    database.execute(_FULL_TEXT.format(number=number))
    return Stemming(number, Tongue(code, wording.letters))


def _add(database: sqlite3.Connection, own: Stemming, entry: Entry) -> None:
    cursor = database.execute(
        "INSERT INTO pages VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            own.number,
            entry.address,
            entry.is_everywhere,
            entry.kind.weight,
            " ".join(("", *entry.topics, "")),
            entry.title,
            entry.summary,
            entry.body,
        ),
    )
    texts = own.page(entry.title, entry.summary, entry.body)
    database.execute(
        f"INSERT INTO pages_{own.number}(rowid, title, summary, body) VALUES (?, ?, ?, ?)",  # noqa: S608 - a number of our own
        (cursor.lastrowid, *texts),
    )


def _finish(database: sqlite3.Connection, own: Stemming) -> None:
    name = f"pages_{own.number}"
    database.execute(f"INSERT INTO {name}({name}) VALUES ('optimize')")  # noqa: S608 - a number of our own
    database.executemany("INSERT INTO words VALUES (?, ?, ?, ?, ?, ?)", own.rows())
