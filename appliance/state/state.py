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
        self._lock = threading.Lock()
        self._table = TinyDB(path, storage=SafeStorage).table("counts", cache_size=0)
        self._pending: Counter[tuple[str, str]] = Counter()

    def add(self, day: date, what: str) -> None:
        """Count one use of `what`, such as `guide en/get-nhs-app`."""
        with self._lock:
            self._pending[day.isoformat(), what] += 1

    def flush(self, today: date) -> None:
        """Write every total that has reached SMALLEST_COUNT; smaller ones wait, in memory only.

        Raises:
            StateError: it could not be written; nothing counted is lost until the next try.
        """
        with self._lock:
            days = sorted({day for day, _ in self._pending})
            for day in days:
                self._flush_day(day)
            self._forget_small(today)

    def totals(self) -> Mapping[str, Mapping[str, int]]:
        """Return day (ISO 8601) -> what -> total, as written."""
        with self._lock:
            return {str(row["day"]): dict(row["totals"]) for row in self._table.all()}

    def _flush_day(self, day: str) -> None:
        row = self._table.get(Query().day == day)
        totals = Counter(dict(row["totals"])) if isinstance(row, dict) else Counter()
        ready = [
            (key, count)
            for key, count in self._pending.items()
            if key[0] == day and totals[key[1]] + count >= SMALLEST_COUNT
        ]
        for (_, what), count in ready:
            totals[what] += count
        if ready:
            document = {"day": day, "totals": dict(sorted(totals.items()))}
            self._table.upsert(document, Query().day == day)
        for key, _ in ready:
            del self._pending[key]

    def _forget_small(self, today: date) -> None:
        """Drop what stayed small on days gone by, and days too long ago."""
        for key in [key for key in self._pending if key[0] < today.isoformat()]:
            del self._pending[key]
        oldest = date.fromordinal(today.toordinal() - DAYS_KEPT).isoformat()
        self._table.remove(Query().day < oldest)
