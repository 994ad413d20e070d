"""Whether the box has a way out: readings in, what is known out. Nothing here touches the world.

Up, down or portal follows from several equal readings, so that one lost packet changes nothing; a
link that is gone is a fact, and counts at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

# Readings in a row that it takes to change one's mind.
READINGS = 2
# Between two readings while minds are changing.
CHANGING_PAUSE_S = 0.5
# Without a way out: this often at first, a change must be known within 10 s (issue 5). Then ever
# more seldom: when the content's host is down, thousands of boxes must not fall upon it. What a
# change on the spot shows (cable, address, name servers that answer again) is tried at once.
DOWN_PAUSE_S, LONGEST_DOWN_PAUSE_S = 4.0, 60.0
DOWN_PAUSE_GROWTH = 1 / 75  # 4 s after the first 5 minutes, 60 s after 75
# With a way out, the content's host is asked this seldom; link and name servers all the time.
UP_PAUSE_S = 300.0
# Thousands of boxes come back after one outage: their pauses must not stay in step.
JITTER = 0.2


class Uplink(StrEnum):
    """What staff and pages go by."""

    UP = "up"
    DOWN = "down"
    PORTAL = "portal"


class Cause(StrEnum):
    """What a reading rests on; each has its own sentence for staff."""

    ORIGIN = "origin"
    SITE = "site"
    SIGN_IN = "sign-in"
    STARTING = "starting"
    NO_LINK = "no-link"
    NO_NAMES = "no-names"
    NO_ANSWER = "no-answer"
    CERTIFICATE = "certificate"
    SLOW = "slow"
    ODD_ANSWER = "odd-answer"

    @property
    def uplink(self) -> Uplink:
        """What follows from it."""
        if self in {Cause.ORIGIN, Cause.SITE}:
            return Uplink.UP
        return Uplink.PORTAL if self is Cause.SIGN_IN else Uplink.DOWN


@dataclass(frozen=True, slots=True)
class Known:
    """What is believed, and the readings that speak against it.

    Args:
        cause: what the belief rests on.
        leaning: what the latest readings say, if not what is believed.
        readings: how many of them came in a row, below READINGS.
    """

    cause: Cause = Cause.STARTING
    leaning: Uplink | None = None
    readings: int = 0

    @property
    def uplink(self) -> Uplink:
        """What is believed."""
        return self.cause.uplink

    @property
    def is_changing(self) -> bool:
        """Whether the latest reading says something else, so that the next should come soon."""
        return self.leaning is not None

    def after(self, reading: Cause) -> Known:
        """Return what is known after one more reading."""
        said = reading.uplink
        if said is self.uplink:
            return Known(reading)
        readings = self.readings + 1 if said is self.leaning else 1
        if readings >= READINGS or reading is Cause.NO_LINK:
            return Known(reading)
        return replace(self, leaning=said, readings=readings)


def pause_s(known: Known, unchanged_s: float, chance: float) -> float:
    """Return the seconds until the content's host is asked again.

    Args:
        known: what is known now.
        unchanged_s: how long it has been so.
        chance: 0 to 1, evenly; by it the pause gets shorter or longer.
    """
    if known.is_changing:
        return CHANGING_PAUSE_S
    if known.uplink is Uplink.UP:
        pause = UP_PAUSE_S
    else:
        pause = min(LONGEST_DOWN_PAUSE_S, max(DOWN_PAUSE_S, unchanged_s * DOWN_PAUSE_GROWTH))
    return pause * (1 + JITTER * (2 * chance - 1))


_SENTENCES = {
    Cause.ORIGIN: "The internet is reached.",
    Cause.SITE: "The internet is reached, but no content source was: new content does not come in.",
    Cause.SIGN_IN: (
        "A sign-in page of the library's own network is in the way. Ask whoever runs that network"
        " to let this box through without signing in."
    ),
    Cause.STARTING: "The way to the internet has not been tried yet.",
    Cause.NO_LINK: "No cable or Wi-Fi leads to the internet. Without one the help point works too.",
    Cause.NO_NAMES: (
        "There is a network, but its name servers do not answer. Restart the library's router, or"
        " ask whoever runs that network."
    ),
    Cause.NO_ANSWER: (
        "There is a network, but the internet does not answer. Restart the library's router, or"
        " ask whoever runs that network."
    ),
    Cause.CERTIFICATE: (
        "The internet answers with a certificate that is not right. Either the box's clock is"
        " wrong, or the library's network looks into encrypted pages: ask whoever runs it."
    ),
    Cause.SLOW: "There is a network, but answers from the internet come too slowly.",
    Cause.ODD_ANSWER: (
        "The content source answers, but not with content. Check `origins` in helppoint.toml."
    ),
}


def in_words(cause: str) -> str:
    """Return what staff are told, in one or two sentences; `cause` is as in the state file."""
    known = cause in set(Cause)
    return _SENTENCES[Cause(cause)] if known else "Nothing is known of the way to the internet."
