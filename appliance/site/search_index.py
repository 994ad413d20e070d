"""Makes the search index: one SQLite file beside the pages of a release."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from appliance.catalogue.markdown import to_plain
from appliance.catalogue.model import Catalogue
from appliance.site import addresses


@dataclass(frozen=True, slots=True)
class Entry:
    """What can be found: a page with its words."""

    language: str
    address: str
    title: str
    summary: str
    body: str


def entries(catalogue: Catalogue) -> Iterator[Entry]:
    """Yield everything that can be found: guides, sites, helplines and handouts."""
    for guide in catalogue.guides.values():
        address = addresses.guide(guide.language, guide.slug)
        yield Entry(guide.language, address, guide.title, guide.question, to_plain(guide.body))
    for language in catalogue.languages:
        for site in catalogue.listed_sites():
            words = " ".join((site.publisher, site.url, site.audience))
            address = addresses.go(language, site.slug)
            yield Entry(language, address, site.name, site.summary, words)
        for line in catalogue.helplines.values():
            words = " ".join(f"{contact.shown} {contact.note}" for contact in line.contacts)
            address = f"{addresses.home(language)}helplines#{line.slug}"
            yield Entry(language, address, line.name, line.purpose, words)
    for handout in catalogue.handouts.values():
        words = " ".join(
            text for section in handout.sections for text in (section.heading, *section.items)
        )
        address = addresses.handout(handout.language, handout.slug)
        yield Entry(handout.language, address, handout.title, handout.lead, words)


def write_index(path: Path, found: Iterable[Entry]) -> None:
    """Make the index file."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA journal_mode=OFF")
        database.execute(
            "CREATE VIRTUAL TABLE pages USING fts5("
            "language UNINDEXED, address UNINDEXED, title, summary, body,"
            " tokenize='porter unicode61 remove_diacritics 2', prefix='2 3 4')"
        )
        rows = ((e.language, e.address, e.title, e.summary, e.body) for e in found)
        database.executemany("INSERT INTO pages VALUES (?, ?, ?, ?, ?)", rows)
        database.execute("INSERT INTO pages(pages) VALUES ('optimize')")
