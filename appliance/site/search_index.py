"""Makes the search index: one SQLite file beside the pages of a release."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from appliance.catalogue.markdown import to_plain
from appliance.catalogue.model import Handout
from appliance.catalogue.records import ORIGINAL_LANGUAGE
from appliance.site import addresses, practice
from appliance.site.views import Edition

# English words by their stems; vowel signs (Mn, Mc) belong to their words, as in search.py.
TOKENIZER = "porter unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
# A guide helps more than a leaflet with the same words.
GUIDE = 2.0


@dataclass(frozen=True, slots=True)
class Entry:
    """What can be found: a page with its words. `weight` lifts it over others that match."""

    language: str
    address: str
    title: str
    summary: str
    body: str
    weight: float = 1.0


def entries(edition: Edition) -> Iterator[Entry]:
    """Yield everything that can be found in a language: guides, sites, helplines, handouts."""
    code, catalogue = edition.code, edition.catalogue
    for guide in edition.guides:
        address = addresses.guide(code, guide.slug)
        yield Entry(code, address, guide.title, guide.question, to_plain(guide.body), GUIDE)
    for site in catalogue.listed_sites():
        words = " ".join((site.publisher, site.url, site.audience))
        yield Entry(code, addresses.go(code, site.slug), site.name, site.summary, words)
    for line in catalogue.helplines.values():
        ways = " ".join(f"{way.shown} {edition.say(way.note)}" for way in line.contacts)
        address = f"{edition.home}helplines#{line.slug}"
        yield Entry(code, address, edition.say(line.name), edition.say(line.purpose), ways)
    for handout in catalogue.handouts.values():
        if handout.language == code:
            address = addresses.handout(code, handout.slug)
            yield Entry(code, address, handout.title, handout.lead, _words(handout))
    if practice.link(edition):
        words = " ".join(screen.title for screen in catalogue.screens.values())
        address = addresses.practice(ORIGINAL_LANGUAGE)
        title, summary = edition.say(practice.TITLE), edition.say(practice.SUMMARY)
        yield Entry(code, address, title, summary, words)


def _words(handout: Handout) -> str:
    return " ".join(
        text for section in handout.sections for text in (section.heading, *section.items)
    )


def write_index(path: Path, found: Iterable[Entry]) -> None:
    """Make the index file."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA journal_mode=OFF")
        database.execute(
            "CREATE VIRTUAL TABLE pages USING fts5("
            "language UNINDEXED, address UNINDEXED, weight UNINDEXED, title, summary, body,"
            f" tokenize=\"{TOKENIZER}\", prefix='2 3 4')"
        )
        rows = ((e.language, e.address, e.weight, e.title, e.summary, e.body) for e in found)
        database.executemany("INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?)", rows)
        database.execute("INSERT INTO pages(pages) VALUES ('optimize')")
