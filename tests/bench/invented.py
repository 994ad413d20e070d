"""Guides that nobody wrote, made of sentences that somebody did: for libraries of any size."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from appliance.catalogue.markdown import to_plain
from appliance.catalogue.model import Catalogue
from appliance.site.search.entries import Entry, Kind

SENTENCES = 30
# So many of a guide's words are changed by a letter: a large library has many rare words.
CHANGED = 0.02
_SENTENCE = re.compile(r"(?<=[.?!])\s+|\n")


def guides(catalogue: Catalogue, count: int) -> Iterator[Entry]:
    """Yield the real English guides, and as many invented ones as make `count`; always the same."""
    real = catalogue.guides_in("en")[:count]
    texts = [to_plain(guide.body) for guide in real]
    for guide, text in zip(real, texts, strict=True):
        yield Entry(Kind.GUIDE, "en", guide.slug, guide.title, guide.question, text, (guide.topic,))
    chance = random.Random(26)  # noqa: S311 - repeatable, and no secret
    sentences = [sentence for text in texts for sentence in _SENTENCE.split(text) if sentence]
    words = sorted({word for text in texts for word in re.findall(r"[a-z]{5,}", text)})
    topics = list(catalogue.topics)
    for number in range(count - len(real)):
        body = " ".join(chance.choices(sentences, k=SENTENCES))
        title = " ".join(chance.choices(words, k=4)).capitalize()
        yield Entry(
            kind=Kind.GUIDE,
            language="en",
            address=f"invented-{number}",
            title=title,
            summary=chance.choice(sentences),
            body=_with_rare_words(body, chance),
            topics=(chance.choice(topics),),
        )


def _with_rare_words(text: str, chance: random.Random) -> str:
    return " ".join(
        word + chance.choice("bcdfgklmnprstvz") + chance.choice("aeiou")
        if chance.random() < CHANGED
        else word
        for word in text.split(" ")
    )
