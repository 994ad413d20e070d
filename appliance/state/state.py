"""What a device remembers besides content: the library's settings, and counts of what was used."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from pathlib import Path

from tinydb import Query, TinyDB

from appliance.errors import ConfigError
from appliance.state.storage import SafeStorage

# A count below this could point at one person; it is never written nor shown (docs/privacy.md).
SMALLEST_COUNT = 5
DAYS_KEPT = 400
MAX_SETTING_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Settings:
    """What a library may change."""

    library_name: str = "your library"


class SettingsFile:
    """The staff desk's file of settings."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._table = TinyDB(path, storage=SafeStorage).table("settings", cache_size=0)

    def read(self) -> Settings:
        """Return the settings; what was never set has its default."""
        with self._lock:
            found = {str(row["name"]): str(row["value"]) for row in self._table.all()}
        known = {field.name for field in fields(Settings)}
        return Settings(**{name: value for name, value in found.items() if name in known})

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
        value = " ".join(value.split())
        if not value or len(value) > MAX_SETTING_CHARACTERS or not value.isprintable():
            raise ConfigError(f"{name} wants 1 to {MAX_SETTING_CHARACTERS} printable characters")
        with self._lock:
            self._table.upsert({"name": name, "value": value}, Query().name == name)
        return replace(settings, **{name: value})


class Counts:
    """How often each thing was used, by day: totals without any person in them.

    Counts live in memory and are written by `flush`: at most once an hour, for the card's sake.
    """

    def __init__(self, path: Path) -> None:
        # Two locks, so that no visitor waits while a slow card is written.
        self._pending_lock = threading.Lock()
        self._table_lock = threading.Lock()
        self._table = TinyDB(path, storage=SafeStorage).table("counts", cache_size=0)
        self._pending: Counter[tuple[str, str]] = Counter()

    def add(self, day: date, what: str) -> None:
        """Count one use of `what`, such as `/en/get-nhs-app`."""
        with self._pending_lock:
            self._pending[day.isoformat(), what] += 1

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
            return {str(row["day"]): dict(row["totals"]) for row in self._table.all()}

    def _write_day(self, day: str, counted: Mapping[str, int]) -> Mapping[str, int]:
        """Add to a day's totals what makes them SMALLEST_COUNT or more. Returns what was added."""
        row = self._table.get(Query().day == day)
        totals = dict(row["totals"]) if isinstance(row, dict) else {}
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
        """Drop what stayed small on days gone by, and days too long ago."""
        with self._pending_lock:
            for key in [key for key in self._pending if key[0] < today.isoformat()]:
                del self._pending[key]
        oldest = date.fromordinal(today.toordinal() - DAYS_KEPT).isoformat()
        self._table.remove(Query().day < oldest)
