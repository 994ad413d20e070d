"""How hard a guide is to read: its Flesch-Kincaid grade, and paragraphs that are too long.

English only. A score says which guide to look at first; it cannot say that a text is clear.
Why this measure, and how well syllables are counted: docs/decisions/0010-checks-for-words.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from pyphen import Pyphen

from appliance.catalogue.load import Reading
from appliance.catalogue.model import Guide, Problem
from appliance.catalogue.words import guide_words, is_english, is_plain_english, sentences
from appliance.editing.blanks import without_addresses

# The NHS writes for a reading age of 9 to 11. American grades count school years from the age of
# 5, so children of 11 are at the end of grade 6.
HARDEST_GRADE = 6.0
YEARS_BEFORE_SCHOOL = 5
# Under this, a score hangs on a handful of words.
FEWEST_WORDS = 100
# Headings and "Pharmacy" in a list are no sentences, and would make any text look easy.
FEWEST_WORDS_IN_SENTENCE = 4
MOST_SENTENCES = 3  # in a paragraph: facts/nhs.md 4.6
MOST_HARD_WORDS = 5
HARD_SYLLABLES = 3

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+")


@dataclass(frozen=True, slots=True)
class Measure:
    """What was counted in a text."""

    words: int
    sentences: int
    syllables: int

    @property
    def grade(self) -> float:
        """The American school year whose pupils can read it.

        Source: Kincaid, Fishburne, Rogers and Chissom, Research Branch Report 8-75 (1975).
        """
        return 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59


def check_readability(found: Reading) -> Iterator[Problem]:
    """Yield a warning for each guide harder than a reading age of 11, and each long paragraph."""
    for guide in found.catalogue.guides.values():
        if is_english(guide.language):
            yield from _too_hard(guide)
        if is_plain_english(guide.language):
            yield from _long_paragraphs(guide)


def measure(texts: Sequence[str]) -> Measure:
    """Count the sentences of some texts, without headings and other fragments."""
    found = [_words(sentence) for text in texts for _, sentence in sentences(text)]
    whole = [words for words in found if len(words) >= FEWEST_WORDS_IN_SENTENCE]
    count = sum(map(len, whole))
    return Measure(count, len(whole), sum(syllables(word) for words in whole for word in words))


def syllables(word: str) -> int:
    """Count the syllables of a word: where a British printer may part it, and one more."""
    return len(_hyphenation().positions(word.lower())) + 1


def _too_hard(guide: Guide) -> Iterator[Problem]:
    texts = [without_addresses(words.text) for words in guide_words(guide)]
    result = measure(texts)
    if result.words >= FEWEST_WORDS and result.grade > HARDEST_GRADE:
        age = result.grade + YEARS_BEFORE_SCHOOL
        message = (
            f"The text asks for a reading age of {age:.1f} (Flesch-Kincaid grade"
            f" {result.grade:.1f}); {HARDEST_GRADE + YEARS_BEFORE_SCHOOL:.0f} is the most."
        )
        mend = f"Shorten sentences, and find easier words for: {', '.join(_hard_words(texts))}."
        yield Problem(guide.path, guide.body_line, "warning", message, mend)


def _long_paragraphs(guide: Guide) -> Iterator[Problem]:
    for words in guide_words(guide):
        # "Stop at / or ? or #" goes on after its question mark.
        count = sum(not sentence[:1].islower() for _, sentence in sentences(words.text))
        if count > MOST_SENTENCES:
            message = f"A paragraph has {count} sentences."
            mend = f"Make two of it, or a list: {MOST_SENTENCES} sentences are the most."
            yield Problem(words.path, words.line, "warning", message, mend)


def _hard_words(texts: Sequence[str]) -> list[str]:
    """Return the long words that weigh most in a text."""
    counts = Counter(word.lower() for text in texts for word in _words(text))
    hard = [word for word in counts if syllables(word) >= HARD_SYLLABLES]
    return sorted(hard, key=lambda word: -counts[word] * syllables(word))[:MOST_HARD_WORDS]


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


@cache
def _hyphenation() -> Pyphen:
    # One letter may stand before a break and two after it. With pyphen's own 2 and 3, "a-bout" has
    # one syllable, and our guides come out 1.4 grades too easy.
    return Pyphen(lang="en_GB", left=1, right=2)
