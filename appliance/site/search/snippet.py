"""The piece of a page that shows why it was found, with the words marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from appliance.site.search.words import Tongue, Word

SNIPPET_WORDS = 24
# What stands before the first word found, for the sense, and what a snippet is cut from: enough
# for its words in any language that we have.
BEFORE_CHARACTERS, CUT_FROM_CHARACTERS = 40, 400
# Places that only look like a word found: "app" in "apply" where a script has no word ends.
MOST_TRIES = 20
_SPACE = re.compile(r"\s")
_CUT = "…"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a snippet; `is_match` pieces are the words searched for."""

    text: str
    is_match: bool


@dataclass(frozen=True)
class Marker:
    """Marks the words found in texts of one language.

    Args:
        tongue: cuts the texts into words.
        forms: every folded form to mark.
        written: the same as texts write them, to find the places to look at.
    """

    tongue: Tongue
    forms: Set[str]
    written: Iterable[str]

    def whole(self, text: str) -> tuple[Part, ...]:
        """Return a short text with the words found marked."""
        if not self._places.search(text):
            return (Part(text, is_match=False),)
        return tuple(self._parts(text, 0, len(text), self.tongue.words(text)))

    def snippet(self, text: str) -> tuple[Part, ...]:
        """Return the piece of a text round the first words found; nothing if there is none."""
        for place in islice(self._places.finditer(text), MOST_TRIES):
            start = _word_start(text, place.start())
            words = list(self._words(text, start))
            if any(word.form in self.forms for word in words):
                return tuple(self._cut_out(text, start, words))
        return ()

    @cached_property
    def _places(self) -> re.Pattern[str]:
        """Find what looks like a word to mark: this is 20 times as fast as cutting every word."""
        every = sorted({*self.forms, *self.written}, key=len, reverse=True)
        # Vowel signs are no letters to a regular expression, so only plain words have ends.
        plain = [rf"(?<!\w){re.escape(word)}(?!\w)" for word in every if word.isascii()]
        others = [re.escape(word) for word in every if not word.isascii()]
        return re.compile("|".join([*plain, *others]) or r"(?!)", re.IGNORECASE)

    def _words(self, text: str, start: int) -> Iterator[Word]:
        piece = text[start : start + CUT_FROM_CHARACTERS]
        for word in islice(self.tongue.words(piece), SNIPPET_WORDS):
            yield Word(word.start + start, word.end + start, word.written, word.form)

    def _cut_out(self, text: str, start: int, words: list[Word]) -> Iterator[Part]:
        end = words[-1].end
        if start > 0:
            yield Part(_CUT, is_match=False)
        yield from self._parts(text, start, end, words)
        if end < len(text.rstrip()):
            yield Part(_CUT, is_match=False)

    def _parts(self, text: str, start: int, end: int, words: Iterable[Word]) -> Iterator[Part]:
        """Split a text from `start` to `end`: text, match, text. Han pairs may overlap."""
        at = start
        for word in words:
            if word.form in self.forms and word.end > at:
                begin = max(at, word.start)
                if begin > at:
                    yield Part(text[at:begin], is_match=False)
                yield Part(text[begin : word.end], is_match=True)
                at = word.end
        if at < end:
            yield Part(text[at:end], is_match=False)


def _word_start(text: str, place: int) -> int:
    """Return where a snippet may begin: a few words before a place, after a space."""
    earliest = max(0, place - BEFORE_CHARACTERS)
    if earliest == 0:
        return 0
    space = _SPACE.search(text, earliest, place)
    return space.end() if space else place
