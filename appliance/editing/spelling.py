"""Spelling, by a real British dictionary and the project's own list of names.

The dictionary is hunspell's en_GB, read through enchant. Where a machine has none, that is said
once and everything else is checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from appliance.catalogue.load import Reading
from appliance.catalogue.model import Problem
from appliance.catalogue.words import Words, all_words, is_english
from appliance.editing.blanks import without_addresses
from appliance.errors import ApplianceError

LANGUAGE = "en_GB"
OWN_WORDS = "dictionary.txt"
MOST_SUGGESTIONS = 3

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# What stands against a digit is a code, such as CID4002, or a time, such as 5pm.
_CODE = re.compile(r"\w*\d\w*")
_POSSESSIVE = re.compile(r"['’]s?$")


class DictionaryError(ApplianceError):
    """There is no British dictionary on this machine."""

    advice = "Install it: sudo apt-get install hunspell-en-gb libenchant-2-2"


class Dictionary(Protocol):
    """Knows how words are spelt."""

    def check(self, word: str) -> bool:
        """Whether the word is right as it stands."""

    def suggest(self, word: str) -> list[str]:
        """Return words that may be meant, the likeliest first."""


def open_dictionary() -> Dictionary:
    """Return the British dictionary of this machine.

    Raises:
        DictionaryError: there is none.
    """
    try:
        import enchant  # needs a library of the system's, which may be missing
    except ImportError as error:
        raise DictionaryError("Spelling was not checked: enchant is not installed") from error
    try:
        dictionary: Dictionary = enchant.Broker().request_dict(LANGUAGE)
    except enchant.errors.DictNotFoundError as error:
        raise DictionaryError("Spelling was not checked: there is no British dictionary") from error
    return dictionary


def check_spelling(
    found: Reading, tree: Mapping[str, bytes], dictionary: Dictionary
) -> Iterator[Problem]:
    """Yield a warning for each word that neither the dictionary nor the project's list has."""
    speller = _Speller(dictionary, _own_words(tree), {})
    for words in all_words(found):
        if is_english(words.language):
            yield from _misspelt(words, speller)


@dataclass(frozen=True, slots=True)
class _Speller:
    """Asks for each word once; content says the same words over and over."""

    dictionary: Dictionary
    own: frozenset[str]
    known: dict[str, bool]

    def is_right(self, word: str) -> bool:
        if word not in self.known:
            self.known[word] = self._is_right(word)
        return self.known[word]

    def _is_right(self, word: str) -> bool:
        base = _POSSESSIVE.sub("", word)
        if word.isupper() or {word, base, word.lower(), base.lower()} & self.own:
            return True
        straight = word.replace("’", "'")
        return self.dictionary.check(straight) or all(
            part.isupper() or {part, part.lower()} & self.own or self.dictionary.check(part)
            for part in _POSSESSIVE.sub("", straight).split("-")
        )


def _own_words(tree: Mapping[str, bytes]) -> frozenset[str]:
    """Read the project's list: a word a line, `#` before a remark."""
    lines = tree.get(OWN_WORDS, b"").decode("utf-8", "replace").splitlines()
    return frozenset(line.partition("#")[0].strip() for line in lines) - {""}


def _misspelt(words: Words, speller: _Speller) -> Iterator[Problem]:
    prose = without_addresses(words.text)
    prose = _CODE.sub(lambda match: " " * len(match.group()), prose)
    for match in _WORD.finditer(prose):
        word = match.group()
        if not speller.is_right(word):
            line = words.line_at(match.start())
            yield Problem(words.path, line, "warning", _message(word), _mend(word, speller))


def _message(word: str) -> str:
    return f'"{word}" is not in the British dictionary.'


def _mend(word: str, speller: _Speller) -> str:
    near = [f'"{other}"' for other in speller.dictionary.suggest(word)[:MOST_SUGGESTIONS]]
    meant = f"Perhaps {' or '.join(near)} is meant. " if near else ""
    return f"{meant}If it is a name, add it to {OWN_WORDS}."
