"""A country's boxes in simulation: when each asks the content's host, by the product's own rules.

Nothing here waits: each box's moments are drawn one after the other, with a seed, so that every run
comes to the same. What is assumed of libraries stands in docs/fleet.md.
"""

from __future__ import annotations

import configparser
import random
import re
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from appliance.hotspot import uplink, uplink_watcher
from appliance.sync.backoff import pause_s
from tests.bench.processes import ROOT

DAY_S = 86_400.0
HOUR_S = 3_600.0
# The last day is looked at; boxes that are always on have lost their common beginning by then.
DAYS = 4
BOXES = 5_000
SEED = 26
# Assumed of libraries: docs/fleet.md.
ALWAYS_ON = 0.4
OPENINGS_S = (9 * HOUR_S, 9.5 * HOUR_S, 10 * HOUR_S)
OPEN_FOR_S = (7 * HOUR_S, 10 * HOUR_S)
MINUTES_EARLY_S = 300.0  # standard deviation of when somebody turns the lights on
BOOT_S = (60.0, 120.0)
BREAKS_A_DAY = 0.2  # of a library's own line, 10 minutes each
BREAK_S = 600.0
_SPAN = re.compile(r"(\d+)(s|min|h|d)")
_SECONDS = {"s": 1.0, "min": 60.0, "h": HOUR_S, "d": DAY_S}

Chance = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Rules:
    """When a box asks; all in seconds.

    Args:
        spread: from when to when after the way out came back.
        first_tick, every, tick_spread: the timer that looks whether a sync is due.
        probe: how often the watcher asks whether the way out leads to the content.
        probe_jitter: by which part of that it varies either way.
        is_by_chance: False takes the middle of every pause, to show what chance is for.
    """

    spread: tuple[float, float]
    first_tick: float
    every: float
    tick_spread: float
    probe: float
    probe_jitter: float
    is_by_chance: bool = True

    @staticmethod
    def of_product() -> Rules:
        """Read them from where the product has them."""
        timer = configparser.ConfigParser(interpolation=None)
        timer.optionxform = str  # type: ignore[assignment,method-assign]  # as its documentation says
        timer.read(ROOT / "systemd" / "helppoint-sync.timer", "utf-8")
        unit = timer["Timer"]
        return Rules(
            spread=uplink_watcher.SYNC_SPREAD_S,
            first_tick=_span_s(unit["OnBootSec"]),
            every=_span_s(unit["OnUnitInactiveSec"]),
            tick_spread=_span_s(unit["RandomizedDelaySec"]),
            probe=uplink.UP_PAUSE_S,
            probe_jitter=uplink.JITTER,
        )

    def words(self) -> str:
        """Say them in a line."""
        first_s, last_s = self.spread
        return (
            f"a sync {first_s:.0f} to {last_s:.0f} s after the way out came back, otherwise when it"
            f" is due, looked at {self.every / 60:.0f} to"
            f" {(self.every + self.tick_spread) / 60:.0f} minutes apart; due {_due_words()};"
            f" the way out tried every {self.probe:.0f} s, {self.probe_jitter:.0%} more or less"
        )


def _due_words() -> str:
    daily = (
        f"{pause_s(0, 0) / HOUR_S:.0f} to {pause_s(0, 1) / HOUR_S:.0f} hours after one that worked"
    )
    first = f"{pause_s(1, 0) / 60:g} to {pause_s(1, 1) / 60:.0f} minutes after one that failed"
    return f"{daily}, {first}, then ever later, up to {pause_s(99, 1) / HOUR_S:.0f} hours"


def _span_s(text: str) -> float:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a time span such as 15min")
    return int(found[1]) * _SECONDS[found[2]]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one deed costs the host: requests, and bytes both ways."""

    requests: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Costs:
    """What was measured: a check that finds nothing, one that finds something, a probe."""

    check: Cost
    change: Cost
    probe: Cost


@dataclass(frozen=True, slots=True)
class Day:
    """What happens on the day looked at; moments in seconds since its midnight.

    Args:
        release_s: when a release comes out.
        outage_s: from when to when the host is down.
        power_cut_s: when power comes back to the whole country.
    """

    name: str
    release_s: float | None = None
    outage_s: tuple[float, float] | None = None
    power_cut_s: float | None = None


class Load:
    """What the host sees on that day, by the second."""

    def __init__(self) -> None:
        self.deeds = self.requests = self.bytes = 0
        self.seconds = array("L", bytes(8 * int(DAY_S)))

    def add(self, moment: float, cost: Cost) -> None:
        """Count a deed at a moment since the first midnight, if it is of the day looked at."""
        second = int(moment - (DAYS - 1) * DAY_S)
        if 0 <= second < DAY_S:
            self.deeds += 1
            self.requests += cost.requests
            self.bytes += cost.bytes
            # All at once, though a slow line takes some seconds: the peak is rather too high.
            self.seconds[second] += cost.requests

    @property
    def peak(self) -> int:
        """The most requests in a second."""
        return max(self.seconds)

    @property
    def busiest_minute(self) -> int:
        """The most requests in a minute of the clock."""
        minutes = range(0, len(self.seconds), 60)
        return max(sum(self.seconds[start : start + 60]) for start in minutes)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the host sees: syncs, and watchers that try the way out."""

    syncs: Load
    probes: Load


def simulate(day: Day, rules: Rules, costs: Costs, boxes: int = BOXES) -> Seen:
    """Let a country's boxes live for some days. Returns what the host sees on the last."""
    seen = Seen(Load(), Load())
    shift = (DAYS - 1) * DAY_S
    release = None if day.release_s is None else day.release_s + shift
    for number in range(boxes):
        libraries = random.Random(f"{SEED} {number}")  # noqa: S311 - repeatable, and no secret
        own = random.Random(f"{SEED} box {number}")  # noqa: S311 - the same
        chance: Chance = own.random if rules.is_by_chance else lambda: 0.5
        is_new = release is not None
        for session in _sessions(day, libraries):
            for moment, works in _syncs(session, rules, day, chance):
                has_news = works and is_new and release is not None and moment >= release
                is_new = is_new and not has_news
                cost = costs.change if has_news else costs.check
                seen.syncs.add(moment, cost if works else Cost(1, 0))
            for moment in _probes(session, rules, chance):
                is_down = _is_down(day, moment)
                seen.probes.add(moment, Cost(1, 0) if is_down else costs.probe)
    return seen


@dataclass(frozen=True, slots=True)
class Session:
    """From power on to power off; `ups` are the moments when the way out came."""

    on: float
    off: float
    ups: tuple[float, ...]


def _sessions(day: Day, chance: random.Random) -> Iterator[Session]:
    """Yield when a library's box has power: always, or while it is open."""
    end = DAYS * DAY_S
    if chance.random() < ALWAYS_ON:
        spans = [(chance.random() * DAY_S, end)]
    else:
        opening, open_for = chance.choice(OPENINGS_S), chance.uniform(*OPEN_FOR_S)
        starts = (n * DAY_S + chance.gauss(opening, MINUTES_EARLY_S) for n in range(DAYS))
        spans = [(start, start + open_for) for start in starts]
    if day.power_cut_s is not None:
        # All that had power before has none until then, and all get it back at once.
        back = (DAYS - 1) * DAY_S + day.power_cut_s
        spans = [(on, min(off, back - HOUR_S)) for on, off in spans if on < back - HOUR_S]
        spans.append((back, end))
    for on, off in spans:
        yield Session(on, off, tuple(_ups(on, off, chance)))


def _ups(on: float, off: float, chance: random.Random) -> Iterator[float]:
    moment = on + chance.uniform(*BOOT_S)
    while moment < off:
        yield moment
        moment += chance.expovariate(BREAKS_A_DAY / DAY_S) + BREAK_S


def _is_down(day: Day, moment: float) -> bool:
    if day.outage_s is None:
        return False
    return day.outage_s[0] <= moment - (DAYS - 1) * DAY_S < day.outage_s[1]


def _syncs(
    session: Session, rules: Rules, day: Day, chance: Chance
) -> Iterator[tuple[float, bool]]:
    """Yield each sync's moment, and whether the host answered.

    As the units and appliance/cli/syncing.py have it: the watcher forgets the plan and syncs some
    time after the way out came; the timer looks often, and a sync that is due is made then.
    """
    first_s, last_s = rules.spread
    woken = [up + first_s + (last_s - first_s) * chance() for up in session.ups]
    tick = session.on + rules.first_tick + rules.tick_spread * chance()
    due, failures = session.on, 0
    while (moment := min([tick, *woken[:1]])) < session.off:
        if woken and moment == woken[0]:
            woken.pop(0)
            due, failures = moment, 0
        if moment >= due:
            works = not _is_down(day, moment)
            failures = 0 if works else failures + 1
            due = moment + pause_s(failures, chance())
            yield moment, works
        tick = moment + rules.every + rules.tick_spread * chance()


def _probes(session: Session, rules: Rules, chance: Chance) -> Iterator[float]:
    """Yield when the watcher tries the way out: when it comes up, and every few minutes."""
    if not session.ups:
        return
    moment = session.ups[0]
    while moment < session.off:
        yield moment
        moment += rules.probe * (1 + rules.probe_jitter * (2 * chance() - 1))


def without_chance(rules: Rules) -> Rules:
    """Return the rules of boxes that all do everything at the same time after the same event."""
    return replace(rules, spread=(0.0, 0.0), tick_spread=0.0, probe_jitter=0.0, is_by_chance=False)
