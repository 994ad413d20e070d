"""When to restart the hotspot's radio: what was seen in, what to do out. Touches nothing.

Access points of Pis die after hours (raspberrypi bookworm-feedback 220), with NetworkManager none
the wiser. Each try is stronger than the one before, and the pauses grow: a radio that is broken is
not mended by haste, and staff are told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

# Silent for this long, and it is no hiccup. NetworkManager is left to finish what it has begun.
PATIENCE_S, STARTING_PATIENCE_S = 3.0, 25.0
# After the first two tries; from the third on it doubles. An access point needs 2 to 8 s.
FIRST_REST_S, LONGEST_REST_S = 15.0, 900.0
QUICK_TRIES = 2
# Served for so long, and the next silence is a new one.
HEALTHY_S = 3600.0


class Action(StrEnum):
    """What can be tried, from the gentlest to the strongest."""

    CONNECT = "connection up"
    RESET = "card off and on"
    RELOAD = "driver loaded anew"


LADDER = (Action.CONNECT, Action.RESET, Action.RELOAD)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the radio's own side says, and what another radio hears.

    Args:
        is_access_point: nl80211 has it as an access point with a name and a channel.
        has_carrier: the kernel can send through it.
        is_ours: NetworkManager has our connection on it.
        is_starting: NetworkManager is at work on it.
        is_heard: another radio of this box hears it; None where there is none, or it cannot tell.
    """

    is_access_point: bool = False
    has_carrier: bool = False
    is_ours: bool = False
    is_starting: bool = False
    is_heard: bool | None = None

    @property
    def serves(self) -> bool:
        """Whether phones can find the Wi-Fi, as far as can be known."""
        says_so = self.is_access_point and self.has_carrier and self.is_ours
        return says_so and self.is_heard is not False


@dataclass(frozen=True, slots=True)
class History:
    """What came before; times are seconds of a clock that never goes back.

    Args:
        since_s: when the radio began to serve, or fell silent; None before the first look.
        serves: which of the two.
        tries: since it last served for HEALTHY_S.
        tried_s: when the last try was over.
        restarts: all tries since the watcher started.
    """

    since_s: float | None = None
    serves: bool = False
    tries: int = 0
    tried_s: float = 0.0
    restarts: int = 0

    def after(self, seen: Seen, now_s: float) -> History:
        """Return the history with one more look."""
        is_same = self.since_s is not None and seen.serves is self.serves
        since_s = self.since_s if is_same and self.since_s is not None else now_s
        is_healthy = seen.serves and now_s - since_s >= HEALTHY_S
        return replace(
            self, since_s=since_s, serves=seen.serves, tries=0 if is_healthy else self.tries
        )

    def tried(self, now_s: float) -> History:
        """Return the history with one more try, which ended just now."""
        return replace(self, tries=self.tries + 1, restarts=self.restarts + 1, tried_s=now_s)


def decide(seen: Seen, history: History, now_s: float) -> Action | None:
    """Return what to do now; `history` knows of `seen` already."""
    if seen.serves or history.since_s is None:
        return None
    patience_s = STARTING_PATIENCE_S if seen.is_starting else PATIENCE_S
    is_hiccup = now_s - history.since_s < patience_s
    is_resting = history.tries > 0 and now_s - history.tried_s < rest_s(history.tries)
    if is_hiccup or is_resting:
        return None
    return LADDER[min(history.tries, len(LADDER) - 1)]


def rest_s(tries: int) -> float:
    """Return the seconds to wait after so many tries, 1 or more."""
    doublings = min(max(0, tries - QUICK_TRIES), 10)
    return min(LONGEST_REST_S, FIRST_REST_S * 2.0**doublings)
