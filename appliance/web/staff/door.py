"""The door of the staff desk: one PIN, one patience for everybody.

Tries are not counted by address, which anybody can change, but all together. A try is written down
before it is judged, so that pulling the plug takes no try back. The wait grows to MOST_WAIT_S and
no further: whoever tries PINs for a year gets through 525,600 of 10^8, and staff with the right one
wait a minute at the most.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from appliance.errors import StateError
from appliance.state.pin import PinFile, TriesFile

log = logging.getLogger(__name__)

# Slips of the finger that cost no wait.
FREE_TRIES = 3
MOST_WAIT_S = 60.0
# How long one may stand behind others whose try is being judged.
QUEUE_S = 5.0


class Opened(Enum):
    """What became of a try."""

    YES = "yes"
    WRONG = "wrong"
    WAIT = "wait"
    NO_PIN = "no pin"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a try, and how many seconds until the next one is judged."""

    opened: Opened
    wait_s: float = 0.0


def wait_after(failed: int) -> float:
    """Return the seconds until the next try after so many wrong ones: 1, 2, 4, ... 60."""
    if failed < FREE_TRIES:
        return 0.0
    # 2 to the power of 6 is beyond the longest; a greater one could be no number at all.
    return min(2.0 ** min(failed - FREE_TRIES, 6), MOST_WAIT_S)


class Door:
    """Judges PINs, one at a time. `now` tells seconds that no change of the clock moves."""

    def __init__(self, pin: PinFile, tries: TriesFile, now: Callable[[], float]) -> None:
        self._pin = pin
        self._tries = tries
        self._now = now
        self._one = threading.Lock()
        self._failed = tries.read()
        # After a start the whole wait begins again: a power cut must not shorten it.
        self._open_from = now() + wait_after(self._failed)

    def wait_s(self) -> float:
        """Return the seconds until a try is judged."""
        return max(0.0, self._open_from - self._now())

    def try_pin(self, pin: str) -> Answer:
        """Judge a PIN. A try during the wait is not judged, and does not lengthen it."""
        if not self._one.acquire(timeout=QUEUE_S):
            return Answer(Opened.WAIT, QUEUE_S)
        try:
            return self._judge(pin)
        finally:
            self._one.release()

    def _judge(self, pin: str) -> Answer:
        wait_s = self.wait_s()
        if wait_s > 0:
            return Answer(Opened.WAIT, wait_s)
        kept = self._pin.read()
        if kept is None:
            return Answer(Opened.NO_PIN)
        is_counted = self._count(self._failed + 1)
        if kept.is_of(pin):
            self._count(0)
            self._open_from = self._now()
            return Answer(Opened.YES)
        wait_s = wait_after(self._failed) if is_counted else MOST_WAIT_S
        self._open_from = self._now() + wait_s
        return Answer(Opened.WRONG, wait_s)

    def _count(self, failed: int) -> bool:
        """Keep the number of wrong tries. Where the card takes nothing, memory has to do."""
        self._failed = failed
        try:
            self._tries.write(failed)
        except StateError as error:
            log.warning("tries are counted in memory only: %s", error)
            return False
        return True
