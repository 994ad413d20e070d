"""Search: asks the index that was made with the pages."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from appliance.catalogue.records import ORIGINAL_LANGUAGE
from appliance.errors import SearchError
from appliance.site.search.query import Reader, Reading
from appliance.site.search.snippet import Marker, Part
from appliance.site.search.vocabulary import Vocabulary

MAX_QUERY_CHARACTERS = 100
PAGE_RESULTS = 10
# Nobody reads on for ever, and each page of results costs as much as the first.
MAX_RESULTS = 200
# Fewer pages than this with all of the words: those with some of them follow.
FEW = 5
TIME_LIMIT_S = 2.0
# Steps of SQLite's machine between two looks at the clock: well under a millisecond.
_STEPS = 20_000

# So many of the best by words alone are weighed: looking all of 10,000 up would take long.
_WEIGHED = 1_000
# A word in the title counts 10 times a word in the text, in the summary 3 times. Ranks are
# negative, best first: a weight above 1 lifts a page over others that say the same.
_RANKED = """
SELECT p.id, p.topics FROM (
    SELECT rowid AS id, bm25(pages_{number}, 10.0, 3.0, 1.0) AS rank
    FROM pages_{number} WHERE pages_{number} MATCH :match ORDER BY rank LIMIT :weighed
) AS found JOIN pages AS p ON p.id = found.id
WHERE instr(p.topics, :topic) AND (:instead_of IS NULL OR NOT EXISTS (
    SELECT 1 FROM pages AS o WHERE o.address = p.address AND o.language = :instead_of
))
ORDER BY p.weight * found.rank, p.id LIMIT :most
"""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a language's code, what was typed, and how to answer.

    `topic` is a slug, or empty for all. `page` counts from 1. `is_as_typed` leaves the spelling.
    """

    language: str
    text: str
    topic: str = ""
    page: int = 1
    is_as_typed: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """A page found. `language` is the one that its words are in."""

    address: str
    language: str
    title: tuple[Part, ...]
    summary: tuple[Part, ...]
    snippet: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The answer: one page of results, and how many there are in all.

    `meant` is the query as it was put right, None if it was not. `topics` are those of everything
    found, and `missing` the ordinary words that no page has.
    """

    results: tuple[Result, ...] = ()
    total: int = 0
    meant: str | None = None
    topics: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()


def find(path: Path, question: Question) -> Found:
    """Return the pages with all of the words, then those with some, then English ones.

    Args:
        path: the index file.
        question: its text may be anything.
    Raises:
        SearchError: it took too long.
    """
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
        deadline = time.monotonic() + TIME_LIMIT_S
        database.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
        try:
            return _answer(database, question)
        except sqlite3.OperationalError as error:
            if time.monotonic() > deadline:
                raise SearchError(f"a search took more than {TIME_LIMIT_S} s") from error
            raise


def refuse_unreadable(path: Path) -> None:
    """Look whether an index is there and is one.

    Raises:
        SearchError: it is missing, damaged, or may not be read.
    """
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
            database.execute("SELECT id FROM pages LIMIT 1").fetchone()
    except sqlite3.Error as error:
        raise SearchError(f"{path.name}: {error}") from error


@dataclass(frozen=True, slots=True)
class _Hits:
    """Pages with words of one language, best first: id -> topics; and what was looked for."""

    words: Vocabulary
    reading: Reading
    topics: dict[int, str] = field(default_factory=dict)


def _answer(database: sqlite3.Connection, question: Question) -> Found:
    own = Vocabulary.of(database, question.language)
    if own is None:
        return Found()
    text = question.text[:MAX_QUERY_CHARACTERS]
    reading = Reader(own).read(text, is_as_typed=question.is_as_typed)
    hits = [_hits(own, reading, question.topic)]
    english = Vocabulary.of(database, ORIGINAL_LANGUAGE)
    if english is not None and english.number != own.number:
        reading = Reader(english, typed_in=own).read(text, is_as_typed=True)
        if not reading.terms and not hits[0].topics:
            reading = Reader(english).read(text, is_as_typed=question.is_as_typed)
        hits.append(_hits(english, reading, question.topic, instead_of=own.number))
    return _found(question, own, hits)


def _hits(words: Vocabulary, reading: Reading, topic: str, instead_of: int | None = None) -> _Hits:
    """Ask for all of the words, and if that gives few, for any."""
    hits = _Hits(words, reading)
    if not reading.terms:
        return hits
    values: dict[str, str | int | None] = {
        "topic": f" {topic} " if topic else "",
        "instead_of": instead_of,
        "weighed": _WEIGHED,
        "most": MAX_RESULTS,
    }
    ask = _RANKED.format(number=words.number)
    for match in (reading.all_of(), reading.any_of()):
        if len(hits.topics) < FEW:
            for page, topics in words.database.execute(ask, {**values, "match": match}):
                hits.topics.setdefault(page, topics)
    return hits


def _found(question: Question, own: Vocabulary, sources: Sequence[_Hits]) -> Found:
    every = [(page, hits) for hits in sources for page in hits.topics][:MAX_RESULTS]
    first = (question.page - 1) * PAGE_RESULTS
    unknown = set.intersection(*(set(hits.reading.unknown) for hits in sources))
    return Found(
        results=tuple(_results(question.language, every[first : first + PAGE_RESULTS])),
        total=len(every),
        meant=next((hits.reading.meant for hits in sources if hits.reading.meant), None),
        topics=frozenset(topic for page, hits in every for topic in hits.topics[page].split()),
        missing=frozenset(filter(None, map(own.ordinary, unknown))),
    )


def _results(language: str, pages: Iterable[tuple[int, _Hits]]) -> Iterator[Result]:
    markers: dict[str, Marker] = {}
    for page, hits in pages:
        words = hits.words
        code = words.tongue.code
        if code not in markers:
            forms = words.forms(hits.reading.stems())
            markers[code] = Marker(words.tongue, forms.keys(), forms.values())
        address, is_everywhere, title, summary, body = words.database.execute(
            "SELECT address, is_everywhere, title, summary, body FROM pages WHERE id = ?", (page,)
        ).fetchone()
        yield Result(
            address=f"/{language if is_everywhere else code}/{address}",
            language=code,
            title=markers[code].whole(title),
            summary=markers[code].whole(summary),
            snippet=markers[code].snippet(body),
        )
