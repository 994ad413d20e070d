"""Watches the hotspot's beacon: looks, lets radio.py decide, does it, and notes what is so."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace

from appliance.hotspot import beacon, radio
from appliance.hotspot.system import System
from appliance.hotspot.watch import Board

log = logging.getLogger(__name__)

LOOK_EVERY_S = 3.0
MANAGER_EVERY_S = 30.0
# Scans take a while from the other radio's own work.
SCAN_EVERY_S = 300.0
# One scan can miss a beacon.
SCANS = 2


class RadioWatcher:
    """Knows whether the hotspot's beacon is there, and brings it back."""

    def __init__(
        self,
        system: System,
        interface: str,
        board: Board,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._system, self._interface = system, interface
        self._board, self._clock = board, clock
        self._history = radio.History()
        self._modules: tuple[str, ...] = ()
        self._ear = _Ear(system, interface, clock)
        self._state = ""
        self._next_manager_s = clock()

    def step(self) -> float:
        """Look once and act. Returns the seconds to wait.

        Raises:
            ApplianceError, OSError: something could not be asked or noted, or a restart failed.
        """
        if not beacon.is_wanted(self._system):
            self._history = radio.History(restarts=self._history.restarts)
            self._note("none")
            return LOOK_EVERY_S
        seen = self._look()
        now_s = self._clock()
        self._history = self._history.after(seen, now_s)
        if seen.serves:
            self._modules = beacon.driver(self._system, self._interface) or self._modules
        action = radio.decide(seen, self._history, now_s)
        if action is not None:
            self._restart(action)
        else:
            self._note(_state_of(seen))
        return LOOK_EVERY_S

    def _look(self) -> radio.Seen:
        cards = beacon.all_cards(self._system)
        seen = beacon.look(self._system, cards, self._interface, asks_manager=self._is_due())
        return replace(seen, is_heard=self._ear.hears(cards)) if seen.serves else seen

    def _is_due(self) -> bool:
        """Whether NetworkManager is to be asked: now and then, and whenever something was wrong."""
        if self._history.serves and self._clock() < self._next_manager_s:
            return False
        self._next_manager_s = self._clock() + MANAGER_EVERY_S
        return True

    def _restart(self, action: radio.Action) -> None:
        log.warning("radio: silent, trying: %s", action)
        self._note("restarting")
        try:
            beacon.restart(action, self._system, self._interface, self._modules)
        finally:
            self._ear.start_anew()
            self._history = self._history.tried(self._clock())

    def _note(self, state: str) -> None:
        if state != self._state and state != "restarting":
            log.warning("radio: %s", state)
        self._state = state
        self._board.note(radio=state, restarts=self._history.restarts)


class _Ear:
    """Another radio of this box that listens, believed only if it has heard the beacon before.

    It may be deaf to our channel, or its aerial may be gone: a restart throws out every phone, so
    after as many as there are ways to restart, its silence counts for nothing until it hears again.
    """

    def __init__(self, system: System, interface: str, clock: Callable[[], float]) -> None:
        self._system, self._interface, self._clock = system, interface, clock
        self._next_s = clock()
        self._misses = 0
        self._trust = 0

    def hears(self, cards: tuple[beacon.Card, ...]) -> bool | None:
        """Return whether the beacon is on the air, None if that cannot be told."""
        ear = beacon.ear(cards, self._interface)
        if ear is None:
            return None
        # Once missed, it is listened for again at once.
        if self._misses or self._clock() >= self._next_s:
            self._listen(cards, ear)
        return None if not self._trust else self._misses < SCANS

    def start_anew(self) -> None:
        """Take note that the radio was restarted, by this ear's word or by another."""
        self._misses, self._next_s = 0, self._clock()
        self._trust = max(0, self._trust - 1)

    def _listen(self, cards: tuple[beacon.Card, ...], ear: str) -> None:
        heard = beacon.is_heard(self._system, cards, self._interface, ear)
        self._next_s = self._clock() + SCAN_EVERY_S
        if heard:
            self._misses, self._trust = 0, len(radio.LADDER)
        elif heard is False and self._trust:
            self._misses += 1


def _state_of(seen: radio.Seen) -> str:
    if seen.serves:
        return "serving"
    return "restarting" if seen.is_starting else "silent"
