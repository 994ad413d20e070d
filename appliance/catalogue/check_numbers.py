"""Whether the numbers and web addresses of an English handout stand in its translations too."""

from __future__ import annotations

import re
from collections.abc import Iterator

from appliance.catalogue.lines import Key
from appliance.catalogue.load import Reading
from appliance.catalogue.model import Handout, Problem

# 999, 116 123 and 999bsl.co.uk; a single digit may well be a word in another language.
_KEPT = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:/[\w./-]*)?|\+?\d+(?: \d+)+|\d{2,}", re.ASCII)


def check_numbers(found: Reading) -> Iterator[Problem]:
    """Yield an error for each number or address that a translation has lost, on its line."""
    for _, handout, table in found.records("translated_handouts"):
        if isinstance(handout, Handout):
            original = found.catalogue.handouts[handout.slug]
            for (key, english), (_, words) in zip(_texts(original), _texts(handout), strict=True):
                for lost in _lost(english, words):
                    message = f'"{lost}" stands in the English text, and not in this one.'
                    mend = "Write it as in English, in the same digits."
                    yield table.problem("error", message, mend, *key)


def _lost(english: str, words: str) -> Iterator[str]:
    kept = set(_KEPT.findall(words))
    for wanted in dict.fromkeys(_KEPT.findall(english)):
        if wanted.rstrip("./") not in {found.rstrip("./") for found in kept}:
            yield wanted


def _texts(handout: Handout) -> Iterator[tuple[Key, str]]:
    """Yield every text with its place in the table, in the order of the page."""
    yield ("title",), handout.title
    yield ("lead",), handout.lead
    for place, section in enumerate(handout.sections):
        yield ("sections", place, "heading"), section.heading
        for number, item in enumerate(section.items):
            yield ("sections", place, "items", number), item
