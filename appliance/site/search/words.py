"""Words as search compares them: cut out of a text, folded to plain letters, and stemmed.

The index and the query go through the same three steps, so whatever is lost on the way is lost on
both sides. Why each step is as it is: docs/decisions/0042-search.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import Stemmer

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# Accents and vowel signs belong to their words; so do the two joiners, which fonts need.
_MARKS = "".join(
    chr(code) for code in range(0x300, 0x1000) if unicodedata.category(chr(code))[0] == "M"
)
_LETTER = rf"(?:[^\W_{HAN}]|[{_MARKS}\u200c\u200d])"
_WORD = re.compile(rf"[{HAN}]+|{_LETTER}+(?:['’ʼ]{_LETTER}+)*")
NO_CACHE = 0
_APOSTROPHE = re.compile(r"['’ʼ]")
# In these, what stands before an apostrophe is a word of its own: l'application, dell'account.
_ELIDING = frozenset({"fr", "it"})

# BCP 47 -> the algorithm of snowballstem.org. Bengali, Gujarati, Panjabi, Somali, Ukrainian, Urdu
# have none there; Chinese needs none.
_STEMMERS = {
    "ar": "arabic",
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "tr": "turkish",
}


def _folding() -> dict[int, str | None]:
    """Build the table that makes letters alike which people type one for the other."""
    table: dict[int, str | None] = dict.fromkeys(range(0x300, 0x370))  # accents
    table |= dict.fromkeys([*range(0x610, 0x61B), *range(0x64B, 0x660), 0x670, 0x640])  # harakat
    table |= dict.fromkeys(range(0x6D6, 0x6EE))
    table |= dict.fromkeys([0x9BC, 0xA3C, 0xABC, 0x981, 0xA71])  # nukta, chandrabindu, addak
    table |= dict.fromkeys([0x200C, 0x200D])  # joiners
    alike = {
        "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe",
        "ٱ": "ا", "ى": "ي", "ی": "ي", "ے": "ي", "ک": "ك", "ة": "ه", "ہ": "ه", "ھ": "ه", "ۃ": "ه",
        "ە": "ه", "ں": "ن", "ઍ": "એ", "ઑ": "ઓ", "ૅ": "ે", "ૉ": "ો", "ੰ": "ਂ",
    }  # fmt: skip
    table |= {ord(letter): other for letter, other in alike.items()}
    # Arabic, Persian, Bengali, Panjabi and Gujarati digits.
    for zero in (0x660, 0x6F0, 0x9E6, 0xA66, 0xAE6):
        table |= {zero + digit: str(digit) for digit in range(10)}
    return table


_FOLDING = _folding()


@lru_cache(maxsize=2048)
def fold(word: str) -> str:
    """Return a word in small letters, without accents and with one form for each letter."""
    if word.isascii():
        return word.lower()
    return unicodedata.normalize("NFKD", word.casefold()).translate(_FOLDING)


class Word(NamedTuple):
    """A word of a text: where it stands, as it is written, and folded."""

    start: int
    end: int
    written: str
    form: str


@dataclass(frozen=True, slots=True)
class Tongue:
    """How the words of one language are cut and stemmed.

    `letters` holds pairs of signs, the typed one and ours, such as traditional and simplified Han.
    """

    code: str
    letters: tuple[str, ...] = ()

    def words(self, text: str) -> Iterator[Word]:
        """Yield the words of a text; of Han, every two signs that stand together."""
        return (word for word in self._cut(text) if word.form)

    def _cut(self, text: str) -> Iterator[Word]:
        for match in _WORD.finditer(text):
            start, end = match.span()
            found = match.group()
            if found.isalnum() and found.isascii():
                yield Word(start, end, found, found.lower())
            elif is_han(found[0]):
                yield from self._pairs(found, start)
            elif found.isalnum():
                yield Word(start, end, found, fold(found))
            else:
                yield from self._parts(found, start)

    def without_tails(self, text: str) -> list[Word]:
        """Return the words of a query: of Han, no last sign alone if a pair has it already."""
        words = list(self.words(text))
        pairs_with = {word.end for word in words if is_han(word.form[0]) and len(word.form) > 1}
        return [w for w in words if len(w.form) > 1 or w.end not in pairs_with]

    def _parts(self, found: str, start: int) -> Iterator[Word]:
        """Yield a word with marks or apostrophes in it, as one word or as several."""
        if self.code not in _ELIDING:
            plain = _APOSTROPHE.sub("", found)
            yield Word(start, start + len(found), plain, fold(plain))
            return
        for part in _APOSTROPHE.split(found):
            yield Word(start, start + len(part), part, fold(part))
            start += len(part) + 1

    def _pairs(self, found: str, start: int) -> Iterator[Word]:
        """Yield overlapping pairs and the last sign alone: any run of signs can be found again."""
        plain = found.translate(_exchange(self.letters)) if self.letters else found
        for at in range(len(plain)):
            pair = plain[at : at + 2]
            yield Word(start + at, start + at + len(pair), pair, pair)

    def stem(self, word: str) -> str:
        """Return the stem of a word as it was written, folded; codes and numbers are their own.

        Snowball's algorithms want accents, so the stem is folded after it was taken.
        """
        algorithm = _STEMMERS.get(self.code.partition("-")[0])
        plain = word.lower()
        if algorithm is None or any(sign.isdigit() for sign in plain):
            return fold(plain)
        # A stemmer of its own each time, in a microsecond: they may not be shared by threads.
        return fold(Stemmer.Stemmer(algorithm, NO_CACHE).stemWord(plain)) or fold(plain)


def is_han(sign: str) -> bool:
    """Whether a sign is a Chinese one."""
    return "\u3400" <= sign <= "\u9fff" or "\uf900" <= sign <= "\ufaff"


@lru_cache(maxsize=64)
def _exchange(letters: tuple[str, ...]) -> dict[int, str]:
    return {ord(pair[0]): pair[1] for pair in letters}
