"""A library of 1,000 guides and pictures that nobody wrote, always the same."""

from __future__ import annotations

import random
import re
from collections import Counter

from appliance.catalogue.load import load
from appliance.catalogue.markdown import to_plain
from tests.content import real_tree

GUIDES, PICTURES = 700, 300
# 21 MB together: docs/sources.md#updates.
GUIDE_BYTES, PICTURE_BYTES = 12_500, 42_000
WORDS_IN_A_PARAGRAPH = 60
SEED = 26
_GUIDES = "guides/en/"


def library() -> dict[str, bytes]:
    """Return the real English content, and guides and pictures until there are 700 and 300."""
    chance = random.Random(SEED)  # noqa: S311 - repeatable, and no secret
    tree = dict(real_tree())
    words, weights = _words()
    real = [path for path in tree if path.startswith(_GUIDES)]
    for number in range(GUIDES - len(real)):
        path = f"{_GUIDES}invented-{number}.md"
        tree[path] = _guide(number, tree[real[0]], chance.choices(words, weights, k=3_000))
    for number in range(PICTURES):
        tree[f"pictures/p{number}.jpg"] = chance.randbytes(PICTURE_BYTES)
    return tree


def changed(tree: dict[str, bytes], count: int) -> dict[str, bytes]:
    """Return the library after an editor changed a sentence in each of `count` guides."""
    paths = [f"{_GUIDES}invented-{number}.md" for number in range(count)]
    return {**tree, **{path: tree[path] + b"\nThis sentence is new.\n" for path in paths}}


def many(count: int) -> dict[str, bytes]:
    """Return the real English content, and small pictures until there are `count` files."""
    chance = random.Random(SEED)  # noqa: S311 - repeatable, and no secret
    tree = dict(real_tree())
    for number in range(count - len(tree)):
        tree[f"pictures/set-{number % 100}/picture-{number}.jpg"] = chance.randbytes(100)
    return tree


def one_more(tree: dict[str, bytes]) -> dict[str, bytes]:
    """Return such a library after one picture was changed."""
    return {**tree, "pictures/set-7/picture-7.jpg": b"another picture"}


def _words() -> tuple[list[str], list[int]]:
    """Return the words of the real guides, and how often each stands there."""
    guides = load(real_tree()).guides_in("en")
    text = " ".join(to_plain(guide.body) for guide in guides)
    counts = Counter(re.findall(r"[A-Za-z']+", text))
    return list(counts), list(counts.values())


def _guide(number: int, real: bytes, words: list[str]) -> bytes:
    """Return a guide of GUIDE_BYTES with the front matter of a real one."""
    head = real.decode().split("\n+++\n")[0]
    head = re.sub(r'slug = "[^"]+"', f'slug = "invented-{number}"', head, count=1)
    head = re.sub(r'title = "[^"]+"', f'title = "Invented guide {number}"', head, count=1)
    starts = range(0, len(words), WORDS_IN_A_PARAGRAPH)
    body = ".\n\n".join(" ".join(words[start : start + WORDS_IN_A_PARAGRAPH]) for start in starts)
    return f"{head}\n+++\n\n{body}".encode()[:GUIDE_BYTES] + b".\n"
