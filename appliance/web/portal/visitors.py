"""Who chose to stay connected: addresses and times, in memory only, and soon forgotten."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

# Since the last page that was looked at, not since the last probe: docs/sources.md#probes.
STAY_S = 45 * 60
# More than any radio holds: 30 stations; an attacker with many addresses pushes out others' only.
MOST = 512


class Visitors:
    """Addresses of those who pressed "Stay connected". Nothing here is ever written anywhere."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, float] = OrderedDict()

    def stay(self, address: str) -> None:
        """Remember that somebody at this address chose to stay connected."""
        with self._lock:
            self._seen[address] = self._clock()
            self._seen.move_to_end(address)
            while len(self._seen) > MOST:
                self._seen.popitem(last=False)

    def looked_at_page(self, address: str) -> None:
        """Note a page view; only of those who chose to stay."""
        with self._lock:
            if address in self._seen:
                self._seen[address] = self._clock()
                self._seen.move_to_end(address)

    def stays(self, address: str) -> bool:
        """Whether somebody at this address stays connected."""
        with self._lock:
            last = self._seen.get(address)
            if last is not None and self._clock() - last > STAY_S:
                del self._seen[address]
                last = None
            return last is not None
