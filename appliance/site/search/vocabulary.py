"""What the index knows of one language's words, asked word by word: nothing is kept in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from appliance.site.search.spelling import nearest, reach
from appliance.site.search.words import Tongue, Word

# Words that begin with what was typed: the ones on most pages are enough.
MOST_BEGUN = 8
# Sorts after every letter: all words that begin with "pre" lie from "pre" to "pre" with this.
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one language in an open index."""

    database: sqlite3.Connection
    number: int
    tongue: Tongue

    @staticmethod
    def of(database: sqlite3.Connection, language: str) -> Vocabulary | None:
        """Return a language's vocabulary, None if the index does not have the language."""
        row = database.execute(
            "SELECT number, letters FROM languages WHERE code = ?", (language,)
        ).fetchone()
        return (
            None
            if row is None
            else Vocabulary(database, row[0], Tongue(language, tuple(row[1].split())))
        )

    def is_small(self, form: str) -> bool:
        """Whether a word says nothing of what is looked for."""
        return bool(self._column("SELECT 1 FROM small WHERE language = ? AND form = ?", form))

    def stems(self, form: str, written: str) -> list[str]:
        """Return the stems by which pages have a word: in just this form, or in another one."""
        known = self._column(
            "SELECT stem FROM words WHERE language = ? AND form = ? AND pages > 0", form
        )
        if known:
            return known
        return self._column(
            "SELECT DISTINCT stem FROM words WHERE language = ? AND stem = ? AND pages > 0",
            self.tongue.stem(written),
        )

    def begun(self, form: str) -> list[str]:
        """Return the stems of the commonest words that begin so."""
        return self._column(
            "SELECT stem FROM words WHERE language = ? AND form >= ? AND form < ? AND pages > 0"
            " GROUP BY stem ORDER BY sum(pages) DESC LIMIT ?",
            form,
            form + _LAST,
            MOST_BEGUN,
        )

    def synonyms(self, words: Sequence[Word], *, in_english: bool = False) -> list[str]:
        """Return what else is looked for when people type this: phrases of stems.

        The words may be in another form than the synonym: "pill" for "pills".
        """
        return self._column(
            "SELECT DISTINCT find FROM synonyms WHERE language = ? AND typed IN (?, ?)"
            " AND is_english = ?",
            " ".join(word.form for word in words),
            " ".join(self.tongue.stem(word.written) for word in words),
            in_english,
        )

    def is_known(self, form: str) -> bool:
        """Whether a word is on a page, or is one of a synonym's."""
        return bool(self._column("SELECT 1 FROM words WHERE language = ? AND form = ?", form))

    def near(self, form: str) -> str | None:
        """Return the word that was most likely meant, as pages write it; None if none is near."""
        most = reach(form)
        if not most:
            return None
        rows = self.database.execute(
            "SELECT form, shown, pages FROM words WHERE language = ? AND length BETWEEN ? AND ?",
            (self.number, len(form) - most, len(form) + most),
        )
        return nearest(form, rows)

    def ordinary(self, written: str) -> str | None:
        """Return the dictionary's word for a word that no page has, None if it is no such word."""
        found = self._column(
            "SELECT word FROM ordinary WHERE language = ? AND stem = ?", self.tongue.stem(written)
        )
        return found[0] if found else None

    def forms(self, stems: Iterable[str]) -> dict[str, str]:
        """Return every form of some stems, and how pages write it, to mark them in a text."""
        select = "SELECT form, shown FROM words WHERE language = ? AND stem = ?"
        found: dict[str, str] = {}
        for stem in stems:
            found.update(self.database.execute(select, (self.number, stem)))
        return found

    def _column(self, select: str, *values: str | int) -> list[str]:
        rows = self.database.execute(select, (self.number, *values))
        return [row[0] for row in rows]
