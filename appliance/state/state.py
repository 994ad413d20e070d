"""What a device remembers besides content: the library's settings, and counts of what was used."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from tinydb import Query, TinyDB

from appliance.errors import ConfigError
from appliance.state.storage import SafeStorage, alone_in

# A count below this could point at one person; it is never written nor shown (docs/privacy.md).
SMALLEST_COUNT = 5
DAYS_KEPT = 400
MOST_KINDS = 20_000
# RFC 1123: labels of letters, digits and inner dashes. The last is of letters, or it is an address.
HOST_NAME = (
    r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{1,58}[a-z0-9])"
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a library may change."""

    library_name: str = "your library"
    opening_hours: str = ""
    wifi_name: str = ""
    wifi_passphrase: str = ""
    clinical_guides: str = "shown"
    stay_connected: str = "offered"
    walled_garden: str = "on"
    gate_hosts: str = ""
    languages: str = ""
    share_with_neighbours: str = "off"
    channels: str = "core"

    @property
    def councils(self) -> tuple[str, ...]:
        """The channels whose content is shown beside the national one, in this order."""
        return tuple(name for name in dict.fromkeys(self.channels.split()) if name != "core")

    @property
    def language_codes(self) -> frozenset[str]:
        """The languages that are shown besides English; none stands for all."""
        return frozenset(self.languages.split())


@dataclass(frozen=True, slots=True)
class Rule:
    """What a setting may hold: so many lines of printable characters, each of which matches."""

    wants: str
    pattern: str
    most_lines: int = 1
    most_bytes: int = 1_000
    is_verbatim: bool = False

    def tidied(self, value: str) -> str | None:
        """Return the value as it is kept, None if it breaks the rule.

        Unless it is kept verbatim, `;` starts a new line, and spaces and empty lines are squeezed.
        """
        if self.is_verbatim:
            lines = [value]
        else:
            parts = re.split(r"[;\r\n]", value) if self.most_lines > 1 else [value]
            lines = [" ".join(part.split()) for part in parts if part.strip()] or [""]
        is_kept = (
            len(lines) <= self.most_lines
            and len(value.encode(errors="replace")) <= self.most_bytes
            and all(line.isprintable() and re.fullmatch(self.pattern, line) for line in lines)
        )
        return "\n".join(lines) if is_kept else None


RULES: Mapping[str, Rule] = {
    "library_name": Rule("1 to 80 printable characters", ".{1,80}"),
    "opening_hours": Rule(
        "at most 7 lines of up to 45 printable characters, with ; between lines", ".{0,45}", 7
    ),
    # IEEE 802.11: a network's name has up to 32 bytes, a passphrase 8 to 63 characters of ASCII.
    "wifi_name": Rule(
        "at most 32 bytes of printable characters, exactly as phones show the name",
        r"(\S(.*\S)?)?",
        most_bytes=32,
        is_verbatim=True,
    ),
    "wifi_passphrase": Rule(
        "8 to 63 letters, digits and marks of ASCII, or nothing for an open Wi-Fi",
        r"([ -~]{8,63})?",
        is_verbatim=True,
    ),
    "clinical_guides": Rule(
        "shown (with a notice until a clinician has signed them off) or signed (only signed ones)",
        "shown|signed",
    ),
    "stay_connected": Rule(
        "offered (phones of those who ask are told that the Wi-Fi is in order) or never",
        "offered|never",
    ),
    "languages": Rule(
        'codes of languages besides English, such as "pl ro ur", or nothing for all of them',
        r"([a-z]{2,3}(-[A-Za-z]{2,8})*( [a-z]{2,3}(-[A-Za-z]{2,8})*)*)?",
    ),
    "share_with_neighbours": Rule(
        "on (other help points on the library's network may fetch content from this one) or off",
        "on|off",
    ),
    # Each has two words or more (release/channels.py); a few, as a box makes all their pages.
    "channels": Rule(
        "core (the national content), and up to four councils' channels after it, such as \"core"
        ' council-leeds"',
        r"core( (?=\S{3,40}( |$))[a-z0-9]+(-[a-z0-9]+)+){0,4}",
    ),
    "walled_garden": Rule(
        "on (with an uplink, visitors' phones reach trusted sites through the box) or off", "on|off"
    ),
    # Exact names only: a suffix, let alone a whole top-level domain, would open the gate too far.
    "gate_hosts": Rule(
        "up to 100 whole host names in small letters, such as www.example.org, with ; between them",
        f"({HOST_NAME})?",
        most_lines=100,
        most_bytes=10_000,
    ),
}


class SettingsFile:
    """The staff desk's file of settings."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._table = TinyDB(path, storage=SafeStorage).table("settings", cache_size=0)
        self._seen: tuple[object, Settings] | None = None

    def read(self) -> Settings:
        """Return the settings; what was never set has its default. One stat if nothing changed."""
        stamp, seen = self._stamp(), self._seen
        if seen is None or seen[0] != stamp:
            seen = (stamp, self._read())
            self._seen = seen
        return seen[1]

    def _stamp(self) -> object:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns

    def _read(self) -> Settings:
        with self._lock:
            found = {str(row.get("name")): row.get("value") for row in self._table.all()}
        # What is not as it was let in has been spoilt since, by the card or by hand.
        kept = {name: value for name, value in found.items() if _is_kept(name, value)}
        return Settings(**kept)  # type: ignore[arg-type]  # each was checked by its rule

    def change(self, name: str, value: str) -> Settings:
        """Set one setting.

        Raises:
            ConfigError: no such setting, or a value that cannot be shown.
            StateError: it could not be written; the old value holds.
        """
        settings = self.read()
        if name not in asdict(settings):
            known = ", ".join(asdict(settings))
            raise ConfigError(f"there is no setting {name!r:.80}: choose one of {known}")
        kept = RULES[name].tidied(value)
        if kept is None:
            raise ConfigError(f"{name} wants {RULES[name].wants}")
        with self._lock, alone_in(self._path.parent):
            # A table of its own: one that is kept remembers the next number for a row, and another
            # program may have used it since.
            table = TinyDB(self._path, storage=SafeStorage).table("settings", cache_size=0)
            table.upsert({"name": name, "value": kept}, Query().name == name)
        return replace(settings, **{name: kept})


def _is_kept(name: str, value: object) -> bool:
    rule = RULES.get(name)
    return rule is not None and isinstance(value, str) and rule.tidied(value) == value


def each_day(day: date) -> date:
    """Count by the day."""
    return day


def each_week(day: date) -> date:
    """Count by the week: return its Monday."""
    return day - timedelta(days=day.weekday())


class Counts:
    """How often each thing was used, by day: totals without any person in them.

    Counts live in memory and are written by `flush`: at most once an hour, for the card's sake.
    `period` makes one day of several: what is counted by the week tells no day. Once `most_kinds`
    things wait in memory, others are not counted: nobody can fill it with inventions.
    """

    def __init__(
        self,
        path: Path,
        period: Callable[[date], date] = each_day,
        most_kinds: int = MOST_KINDS,
    ) -> None:
        self._period = period
        self._most_kinds = most_kinds
        # Two locks, so that no visitor waits while a slow card is written.
        self._pending_lock = threading.Lock()
        self._table_lock = threading.Lock()
        self._table = TinyDB(path, storage=SafeStorage).table("counts", cache_size=0)
        self._pending: Counter[tuple[str, str]] = Counter()

    def add(self, day: date, what: str) -> None:
        """Count one use of `what`, such as `/en/get-nhs-app`."""
        key = self._period(day).isoformat(), what
        with self._pending_lock:
            if key in self._pending or len(self._pending) < self._most_kinds:
                self._pending[key] += 1

    def flush(self, today: date) -> None:
        """Write every total that has reached SMALLEST_COUNT; smaller ones wait, in memory only.

        Raises:
            StateError: it could not be written; nothing counted is lost until the next try.
        """
        with self._table_lock:
            with self._pending_lock:
                pending = dict(self._pending)
            for day in sorted({day for day, _ in pending}):
                counted = {what: count for (on, what), count in pending.items() if on == day}
                self._settle(day, self._write_day(day, counted))
            self._forget(today)

    def totals(self) -> Mapping[str, Mapping[str, int]]:
        """Return day (ISO 8601) -> what -> total, as written."""
        with self._table_lock:
            return {row["day"]: _totals(row) for row in self._table.all() if _is_of_a_day(row)}

    def _write_day(self, day: str, counted: Mapping[str, int]) -> Mapping[str, int]:
        """Add to a day's totals what makes them SMALLEST_COUNT or more. Returns what was added."""
        row = self._table.get(Query().day == day)
        totals = _totals(row) if isinstance(row, dict) else {}
        added = {
            what: count
            for what, count in counted.items()
            if totals.get(what, 0) + count >= SMALLEST_COUNT
        }
        if added:
            new = {what: totals.get(what, 0) + count for what, count in added.items()}
            document = {"day": day, "totals": dict(sorted({**totals, **new}.items()))}
            self._table.upsert(document, Query().day == day)
        return added

    def _settle(self, day: str, written: Mapping[str, int]) -> None:
        with self._pending_lock:
            for what, count in written.items():
                self._pending[day, what] -= count
            self._pending = +self._pending

    def _forget(self, today: date) -> None:
        """Drop what stayed small in periods gone by, and what is too long ago."""
        current = self._period(today).isoformat()
        with self._pending_lock:
            for key in [key for key in self._pending if key[0] < current]:
                del self._pending[key]
        oldest = date.fromordinal(today.toordinal() - DAYS_KEPT).isoformat()
        self._table.remove(lambda row: not _is_of_a_day(row) or row["day"] < oldest)


def _is_of_a_day(row: Mapping[str, object]) -> bool:
    """Whether a row of the file says of which day it is; a spoilt card may have made others."""
    return isinstance(row.get("day"), str)


def _totals(row: Mapping[str, object]) -> dict[str, int]:
    totals = row.get("totals")
    found = totals.items() if isinstance(totals, dict) else ()
    return {what: count for what, count in found if type(count) is int}
