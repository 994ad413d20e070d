"""Watches the way out: looks, lets uplink.py decide, keeps gate and content in step with that."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from appliance.errors import ApplianceError, HotspotError
from appliance.hotspot.link import Link
from appliance.hotspot.uplink import Cause, Known, Uplink, pause_s
from appliance.hotspot.watch import Board, stamp

log = logging.getLogger(__name__)

# The kernel's own news wake the watcher earlier (link.py); this holds should one be lost.
LOOK_EVERY_S = 4.0
LEAST_PAUSE_S = 0.1
NAMES_EVERY_S = 4.0
# Where no content source has a name of its own to ask for.
COMMON_NAME = "www.nhs.uk"
# Switched again although nothing changed: content may have brought new sites, or something broke.
SWITCH_AGAIN_S = 3600.0
FIRST_RETRY_S, LONGEST_RETRY_S = 5.0, 300.0
# A town's boxes come back in the same second after an outage; the content's host sees them spread
# over five minutes. A cable that flaps starts no more than one sync in a quarter of an hour.
SYNC_SPREAD_S = (5.0, 300.0)
SYNC_AGAIN_S = 900.0


@dataclass(frozen=True, slots=True)
class Outside:
    """What the uplink's watcher works with.

    Args:
        look: returns the way out, None if there is none.
        find_resolvers: returns the name servers of a way out, at most three.
        names_answer: whether any of these name servers is alive.
        probe: asks the content source, seconds long.
        switch: opens the gate by these name servers, or shuts it if there are none; returns whether
            phones now reach the sites.
        start_sync: has new content brought, in the background.
    """

    look: Callable[[], Link | None]
    find_resolvers: Callable[[Link], tuple[str, ...]]
    names_answer: Callable[[tuple[str, ...]], bool]
    probe: Callable[[], Cause]
    switch: Callable[[tuple[str, ...]], bool]
    start_sync: Callable[[], None]


class UplinkWatcher:
    """Knows whether there is a way out, and keeps gate and content in step with that."""

    def __init__(
        self,
        outside: Outside,
        board: Board,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._outside, self._board = outside, board
        self._clock, self._chance = clock, chance
        self._known, self._known_since = Known(), clock()
        self._link: Link | None = None
        self._resolvers: tuple[str, ...] = ()
        self._have_names = False
        self._probe_trouble = ""
        self._next_names = self._next_probe = clock()
        self._gate = _Gate(outside.switch, clock)
        self._sync = _Sync(outside.start_sync, clock, chance)

    def step(self) -> float:
        """Look once and act. Returns the seconds to wait.

        Raises:
            ApplianceError, OSError: something could not be asked, done or noted.
        """
        reading = self._read(self._outside.look())
        if reading is not None:
            self._learn(reading)
        self._board.note(cause=str(self._known.cause), resolvers=self._resolvers)
        # Until something is known the gate stays as it was found: this may be a mere restart.
        if self._known.cause is not Cause.STARTING:
            self._act(is_up=self._known.uplink is Uplink.UP)
        due_s = min(self._next_names, self._next_probe) - self._clock()
        return LOOK_EVERY_S if self._link is None else min(LOOK_EVERY_S, max(LEAST_PAUSE_S, due_s))

    def _act(self, *, is_up: bool) -> None:
        is_open = self._gate.keep(self._resolvers if is_up else ())
        self._board.note(garden=is_open, trouble=self._gate.trouble)
        self._sync.keep(is_up=is_up)

    def _read(self, link: Link | None) -> Cause | None:
        """Return a reading, None if it is too soon for one."""
        now_s = self._clock()
        is_new = link != self._link
        self._link = link
        if link is None:
            self._resolvers, self._have_names = (), False
            return Cause.NO_LINK
        if is_new:
            self._resolvers = ()
            self._next_names = self._next_probe = now_s
        if now_s < min(self._next_names, self._next_probe):
            return None
        return self._read_names(link, now_s)

    def _read_names(self, link: Link, now_s: float) -> Cause | None:
        self._next_names = now_s + NAMES_EVERY_S
        is_due = now_s >= self._next_probe or not self._have_names
        # NetworkManager is slow to ask, and need not be asked again while minds are changing.
        if not self._resolvers or (is_due and not self._known.is_changing):
            self._resolvers = self._outside.find_resolvers(link)
        had_names = self._have_names
        self._have_names = self._outside.names_answer(self._resolvers)
        if not self._have_names:
            return Cause.NO_NAMES
        # They have just come back, or the content's host is due.
        if not had_names or now_s >= self._next_probe:
            return self._probe()
        return None

    def _probe(self) -> Cause:
        """Ask; a check that does not work must not leave the state as it was for ever."""
        try:
            cause, said = self._outside.probe(), ""
        except HotspotError as error:
            cause, said = Cause.NO_ANSWER, str(error)
        if said and said != self._probe_trouble:
            log.warning("uplink: %s", said)
        self._probe_trouble = said
        return cause

    def _learn(self, reading: Cause) -> None:
        before, self._known = self._known, self._known.after(reading)
        now_s = self._clock()
        is_first = before.cause is Cause.STARTING and self._known.cause is not Cause.STARTING
        if is_first or before.uplink is not self._known.uplink:
            self._known_since = now_s
            self._announce()
        wait_s = pause_s(self._known, now_s - self._known_since, self._chance())
        self._next_probe = now_s + wait_s
        if self._known.is_changing:
            self._next_names = self._next_probe

    def _announce(self) -> None:
        """Tell pages and log what has become so; the way to the sites is switched after that."""
        uplink, cause = self._known.uplink, self._known.cause
        log.warning("uplink: %s (%s)", uplink, cause)
        changes: dict[str, object] = {"uplink": str(uplink), "cause": str(cause), "since": stamp()}
        changes["resolvers"] = self._resolvers
        if uplink is not Uplink.UP:
            changes["garden"] = False
        self._board.note(**changes)


class _Gate:
    """Keeps the gate as it is wanted; a failure is tried again, with growing pauses."""

    def __init__(
        self, switch: Callable[[tuple[str, ...]], bool], clock: Callable[[], float]
    ) -> None:
        self._switch, self._clock = switch, clock
        self._done: tuple[str, ...] | None = None
        self._wanted: tuple[str, ...] | None = None
        self._is_open = False
        self._due_s = 0.0
        self._retry_s = FIRST_RETRY_S
        self.trouble = ""

    def keep(self, wanted: tuple[str, ...]) -> bool:
        """Switch if that is due. Returns whether phones reach the sites."""
        now_s = self._clock()
        if wanted != self._wanted:
            self._wanted, self._due_s, self._retry_s = wanted, now_s, FIRST_RETRY_S
        # A shut gate needs nothing more; an open one is seen to again after a while.
        if now_s >= self._due_s and (wanted or self._done != wanted):
            self._try(wanted)
        return self._is_open

    def _try(self, wanted: tuple[str, ...]) -> None:
        try:
            self._is_open = self._switch(wanted)
        except (ApplianceError, OSError) as error:
            if str(error) != self.trouble:
                log.warning("gate: %s", error)
            self._is_open, self._done, self.trouble = False, None, str(error)
            self._due_s = self._clock() + self._retry_s
            self._retry_s = min(LONGEST_RETRY_S, 2 * self._retry_s)
            return
        if self._done != wanted:
            log.warning("gate: %s", "open" if self._is_open else "shut")
        self._done, self.trouble = wanted, ""
        self._due_s = self._clock() + SWITCH_AGAIN_S


class _Sync:
    """Has content brought some time after the way out came back, if it is still there then."""

    def __init__(
        self,
        start: Callable[[], None],
        clock: Callable[[], float],
        chance: Callable[[], float],
    ) -> None:
        self._start, self._clock, self._chance = start, clock, chance
        self._was_up = False
        self._due_s: float | None = None
        self._last_s = float("-inf")

    def keep(self, *, is_up: bool) -> None:
        """Start a sync if one is due.

        Raises:
            HotspotError: it cannot be started; the timer will.
        """
        now_s = self._clock()
        if is_up and not self._was_up:
            first_s, last_s = SYNC_SPREAD_S
            spread_s = first_s + (last_s - first_s) * self._chance()
            self._due_s = max(now_s, self._last_s + SYNC_AGAIN_S) + spread_s
        self._was_up = is_up
        if not is_up:
            self._due_s = None
        elif self._due_s is not None and now_s >= self._due_s:
            self._due_s, self._last_s = None, now_s
            self._start()


def name_to_ask(origins: Sequence[str]) -> str:
    """Return the host name by which name servers are tried: the first content source's."""
    host = urlsplit(origins[0]).hostname if origins else None
    return COMMON_NAME if host is None or _is_address(host) else host


def _is_address(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


def read_cause(said: str) -> Cause:
    """Read the one word that probe.py prints.

    Raises:
        HotspotError: it printed something else.
    """
    word = said.strip()
    if word not in set(Cause):
        raise HotspotError(f"the check of the uplink said what cannot be read: {word!r:.100}")
    return Cause(word)
