"""Which word was meant by one that is on no page: the nearest one that is."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.distance import OSA

# A first letter is seldom wrong: "farmacy" is, "bone" for "phone" is not.
_OTHER_FIRST_LETTER = 0.5


def reach(word: str) -> int:
    """Return how many slips a word may have: letters left out, added, wrong or two in turn.

    Short words have too many neighbours to guess; a code or number is never guessed.
    """
    if any(sign.isdigit() for sign in word):
        return 0
    return (0, 0, 0, 0, 1, 1, 2, 2, 2)[len(word)] if len(word) < 9 else 3


def nearest(word: str, candidates: Iterable[tuple[str, str, int]]) -> str | None:
    """Return the word with the fewest slips; of several, the one on most pages.

    Args:
        word: folded.
        candidates: each with its folded form, how it is written, and the number of its pages.
    """
    most = reach(word)
    best: tuple[float, int, str] | None = None
    for form, shown, pages in candidates:
        slips = OSA.distance(word, form, score_cutoff=most)
        if slips <= most:
            rank = (slips + _OTHER_FIRST_LETTER * (word[0] != form[0]), -pages, shown)
            best = rank if best is None else min(best, rank)
    return None if best is None else best[2]
