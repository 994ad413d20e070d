"""How Easy Read is built: short sentences, one a line. For Easy Read editions in English."""

from __future__ import annotations

import re
from collections.abc import Iterator

from appliance.catalogue.load import Reading
from appliance.catalogue.model import EASY_READ, Problem
from appliance.catalogue.words import Words, guide_words, is_english, sentences
from appliance.editing.blanks import without_quotes

MOST_WORDS = 15  # in a sentence: docs/sources.md#easy-read

# "Step 1." and the like stand before the sentence that they number.
_NUMBERED = re.compile(r"^Step [0-9]+\.\s+")
_SENTENCE_END = re.compile(r"[.!?:][\"”’)]*$")


def check_easy_read(found: Reading) -> Iterator[Problem]:
    """Yield a warning for each long sentence, and each line that is not one sentence."""
    for guide in found.catalogue.guides.values():
        if guide.language.endswith(EASY_READ) and is_english(guide.language):
            for words in guide_words(guide):
                yield from _lines(words)


def _lines(words: Words) -> Iterator[Problem]:
    lines = words.text.split("\n")
    for number, line in enumerate(lines, words.line):
        parts = _sentences(_NUMBERED.sub("", line.strip()))
        if len(parts) > 1:
            message = f"The line has {len(parts)} sentences."
            yield _warning(words, number, message, "Put each sentence on a line of its own.")
        if number < words.line + len(lines) - 1 and not _SENTENCE_END.search(line.strip()):
            message = "The sentence goes on on the next line."
            yield _warning(words, number, message, "Put it on 1 line, or make 2 of it.")
        for part in parts:
            yield from _long(words, number, part)


def _sentences(line: str) -> list[str]:
    """Part a line; what somebody else says in it belongs to the sentence around it."""
    found = sentences(without_quotes(line))
    return [line[start : start + len(part)] for start, part in found if line[start:].strip()]


def _long(words: Words, line: int, sentence: str) -> Iterator[Problem]:
    count = len(sentence.split())
    if count > MOST_WORDS:
        message = f"A sentence has {count} words."
        mend = f"Make 2 of it: {MOST_WORDS} words are the most in Easy Read."
        yield _warning(words, line, message, mend)


def _warning(words: Words, line: int, message: str, mend: str) -> Problem:
    return Problem(words.path, line, "warning", message, mend)
