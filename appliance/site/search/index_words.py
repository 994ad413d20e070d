"""The words of one language as the index takes them in: stems, forms, synonyms, ordinary words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from appliance.catalogue.wording import Wording
from appliance.site.search.words import Tongue, Word


@dataclass(slots=True)
class Form:
    """A form of a word that pages have: how it is written there, and on how many pages it is."""

    shown: str
    pages: int = 0


@dataclass(slots=True)
class Stemming:
    """Turns the texts of one language into stems, and remembers every form that it met."""

    number: int
    tongue: Tongue
    forms: dict[tuple[str, str], Form] = field(default_factory=dict)
    _keys: dict[str, tuple[str, str]] = field(default_factory=dict)

    def page(self, *texts: str) -> tuple[str, ...]:
        """Return the stems of each text of one page."""
        met: set[tuple[str, str]] = set()
        stemmed = tuple(" ".join(self._meet(text, met)) for text in texts)
        for key in met:
            self.forms[key].pages += 1
        return stemmed

    def _meet(self, text: str, met: set[tuple[str, str]]) -> Iterator[str]:
        for word in self.tongue.words(text):
            key = self._keys.get(word.written) or self._first(word)
            met.add(key)
            yield key[1]

    def _first(self, word: Word) -> tuple[str, str]:
        """Remember a word that was not met in this spelling before; small letters are shown."""
        key = self._keys[word.written] = (word.form, self.tongue.stem(word.written))
        if key not in self.forms or word.written.islower():
            pages = self.forms[key].pages if key in self.forms else 0
            self.forms[key] = Form(word.written, pages)
        return key

    def phrase(self, text: str) -> str:
        """Return the stems of a few words, as they stand behind each other in a text."""
        words = self.tongue.without_tails(text)
        return " ".join(self.tongue.stem(word.written) for word in words)

    def typed(self, text: str) -> str:
        """Return a few words as a query will have them: their forms."""
        return " ".join(word.form for word in self.tongue.without_tails(text))

    def meet_typed(self, text: str) -> None:
        """Remember the words of a synonym, so that a slip of the finger in them is seen as one."""
        for word in self.tongue.without_tails(text):
            self.forms.setdefault((word.form, self.tongue.stem(word.written)), Form(word.written))

    def rows(self) -> Iterator[tuple[int, str, str, str, int, int]]:
        """Yield what the table of words holds."""
        for (form, stem), met in sorted(self.forms.items()):
            yield self.number, form, stem, met.shown, met.pages, len(form)


def write_wording(
    database: sqlite3.Connection, own: Stemming, english: Stemming, wording: Wording
) -> None:
    """Write a language's small words and its synonyms, own ones and English ones."""
    for synonym in wording.synonyms:
        for typed in synonym.typed:
            own.meet_typed(typed)
    small = {(own.number, own.typed(word)) for word in wording.small}
    database.executemany("INSERT INTO small VALUES (?, ?)", sorted(small))
    synonyms = {
        (own.number, typed, is_english, target.phrase(words))
        for synonym in wording.synonyms
        for phrase in synonym.typed
        for typed in (own.typed(phrase), own.phrase(phrase))
        for target, found, is_english in (
            (own, synonym.find, False),
            (english, synonym.english, True),
        )
        for words in found
    }
    database.executemany("INSERT INTO synonyms VALUES (?, ?, ?, ?)", sorted(synonyms))


def write_ordinary(database: sqlite3.Connection, own: Stemming, words: Iterable[str]) -> None:
    """Write the ordinary words that no page has: a stem, and the word it stands for."""
    known = {stem for _, stem in own.forms}
    rows = ((own.number, own.tongue.stem(word), word) for word in words)
    missing = (row for row in rows if row[1] not in known)
    database.executemany("INSERT OR IGNORE INTO ordinary VALUES (?, ?, ?)", missing)
