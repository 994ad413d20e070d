"""The project's own synonyms: each leads to words that some page has."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from appliance.site.published import INDEX, Site


def test_every_synonym_leads_to_a_page(site: Site) -> None:
    lost = []
    with closing(sqlite3.connect(site.folder / INDEX)) as database:
        numbers = dict(database.execute("SELECT code, number FROM languages"))
        rows = database.execute("SELECT language, typed, is_english, find FROM synonyms").fetchall()
        for language, typed, is_english, words in rows:
            table = f"pages_{numbers['en'] if is_english else language}"
            matching = f"SELECT 1 FROM {table} WHERE {table} MATCH ?"  # noqa: S608 - a number
            if database.execute(matching, (f'"{words}"',)).fetchone() is None:
                lost.append(f"{typed} -> {words}")
    assert rows
    assert lost == []
