"""Who stands for a text: when it was read through, signed off, translated, and from what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from appliance.clock import add_months


@dataclass(frozen=True, slots=True)
class Reviewed:
    """When somebody last read a thing through, and how often somebody must."""

    reviewed: date
    review_every_months: int

    @property
    def next_review(self) -> date:
        """The date to check it by."""
        return add_months(self.reviewed, self.review_every_months)

    def is_due(self, today: date) -> bool:
        """Whether the review date has passed."""
        return today > self.next_review


@dataclass(frozen=True, slots=True)
class SignOff:
    """The clinician who approved a clinical guide, and when."""

    by: str
    on: date


@dataclass(frozen=True, slots=True)
class Translation:
    """Who made a translation and who checked it (empty: nobody has yet).

    `english` is the fingerprint of the English guide or handout that it was made from.
    """

    translated_by: str
    checked_by: str
    english: str


def fingerprint(texts: Iterable[str]) -> str:
    """Return 12 hexadecimal digits that change whenever one of the texts does."""
    return sha256("\0".join(texts).encode()).hexdigest()[:12]
