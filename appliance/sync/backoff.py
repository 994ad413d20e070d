"""How long a box waits before it asks for new content again.

Chance spreads a country's boxes: those that lost the same host, or were switched on at the same
minute, must not come back at the same second (docs/fleet.md). On a day when all goes well a box
asks once, and never at the time of day of the day before.
"""

from __future__ import annotations

HOUR_S = 3600.0
# After a sync that worked: once a day, a little more or less.
DAILY_S = (20 * HOUR_S, 28 * HOUR_S)
# After the first that failed; twice as long after each that follows it.
FIRST_S, LONGEST_S = 900.0, 8 * HOUR_S
MOST_S = max(DAILY_S[1], LONGEST_S)


def pause_s(failures: int, chance: float) -> float:
    """Return how many seconds to wait.

    Args:
        failures: how many syncs in a row failed, 0 or more.
        chance: from 0 to 1, drawn anew each time.
    """
    if failures == 0:
        first_s, last_s = DAILY_S
        return first_s + (last_s - first_s) * chance
    # Beyond 2**10 it is the longest in any case, and a float has its limits.
    longest_s = min(LONGEST_S, FIRST_S * 2.0 ** min(failures - 1, 10))
    return longest_s * (1 + chance) / 2
