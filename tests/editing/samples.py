"""The small good tree with a list of names, and a dictionary that is the machine's own."""

from __future__ import annotations

from functools import cache

from appliance.catalogue.load import read
from appliance.editing.spelling import OWN_WORDS, Dictionary, open_dictionary
from tests.catalogue import trees

OWN = b"# names\nSamaritans\n"


def good() -> dict[str, bytes]:
    """The tree in which an editor has nothing to mend."""
    return {**trees.good(), OWN_WORDS: OWN}


def saying(words: str) -> dict[str, bytes]:
    """The good tree with a paragraph more in one guide: its line is `saying_line()`."""
    return {**trees.added(trees.OTHER_GUIDE, f"\n{words}\n"), OWN_WORDS: OWN}


def saying_line() -> int:
    return trees.last_line(trees.OTHER_GUIDE) + 2


@cache
def dictionary() -> Dictionary:
    return open_dictionary()


class Words:
    """A dictionary of a few words, which counts how often it is asked."""

    def __init__(self, *words: str) -> None:
        self.words = words
        self.asked: list[str] = []

    def check(self, word: str) -> bool:
        self.asked.append(word)
        return word.lower() in self.words

    def suggest(self, word: str) -> list[str]:
        return [other for other in self.words if other[0] == word[0]]


def translated(language: str, words: str) -> dict[str, bytes]:
    """The good tree with a guide in another language that says some words, and is sound."""
    credit = b'translated_by = "A"\nchecked_by = ""\nenglish = "0123456789ab"\nclinical'
    guide = saying(words)[trees.OTHER_GUIDE].replace(b"clinical", credit, 1)
    tree = {**good(), trees.OTHER_GUIDE.replace("/en/", f"/{language}/"): guide}
    assert (language, "log-in") in read(tree).catalogue.guides
    return tree
