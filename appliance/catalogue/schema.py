"""What a field may hold, as data, and a table that is read field by field.

A wrong value never stops the reading: it is noted as a fault and the kind's blank stands in for
it, so that one run finds every fault. Whoever builds a record from a table throws it away if the
table is not sound.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

from appliance.catalogue.lines import Key, Lines
from appliance.catalogue.model import Problem, Severity

T = TypeVar("T")

# 65 characters fit two lines of the narrowest phone and the title of a printed sheet.
TITLE_CHARS = 65
SLUG_CHARS = 60
# A QR code of 300 bytes still scans at the size that sheets have room for.
URL_CHARS = 300
# Dates outside these years are slips of the pen, and later ones would overflow the review date.
YEARS = range(2000, 2100)
MONTHS_BETWEEN_REVIEWS = range(1, 61)

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_NUMBER = re.compile(r"[A-Z]{1,3}[0-9]{1,4}")
_URL = re.compile(
    r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(/[^\s\"'<>\\^`{|}\x00-\x20\x7f-\U0010ffff]*)?"
)


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """What a field may hold.

    Attributes:
        wanted: finishes the sentence "Write ...".
        accept: returns the value as it will be kept, or None if it is not of this kind.
        blank: stands in for a wrong value until the record is thrown away.
    """

    wanted: str
    accept: Callable[[object], T | None]
    blank: T


def text(most: int, least: int = 1) -> Kind[str]:
    """Make the kind for one line of words."""

    def accept(value: object) -> str | None:
        good = isinstance(value, str) and least <= len(value) <= most and _is_line(value)
        return value if isinstance(value, str) and good else None

    start = f"{least} to {most}" if least else f"no more than {most}"
    return Kind(f"one line of {start} characters, no spaces at its ends", accept, "")


def pattern(expression: re.Pattern[str], wanted: str, most: int) -> Kind[str]:
    """Make the kind for text that matches a pattern as a whole."""

    def accept(value: object) -> str | None:
        short = isinstance(value, str) and len(value) <= most
        return value if isinstance(value, str) and short and expression.fullmatch(value) else None

    return Kind(wanted, accept, "")


def choice(allowed: tuple[T, ...]) -> Kind[T]:
    """Make the kind for one of a few words."""

    def accept(value: object) -> T | None:
        return next((word for word in allowed if type(value) is type(word) and word == value), None)

    return Kind("one of: " + ", ".join(map(str, allowed)), accept, allowed[0])


def _is_line(value: str) -> bool:
    return value == value.strip() and not CONTROL.search(value)


def _date(value: object) -> date | None:
    # A datetime is a date to isinstance, and a time of day has no place here.
    return value if type(value) is date and value.year in YEARS else None


def _months(value: object) -> int | None:
    # True is an int to isinstance.
    return value if type(value) is int and value in MONTHS_BETWEEN_REVIEWS else None


def _boolean(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


TITLE = text(TITLE_CHARS)
TITLE_OR_NONE = text(TITLE_CHARS, least=0)
WORDS = text(300)
WORDS_OR_NONE = text(300, least=0)
SLUG = pattern(_SLUG, f"small letters, digits and single hyphens, at most {SLUG_CHARS}", SLUG_CHARS)
LANGUAGE = pattern(_LANGUAGE, 'a language code such as "en" or "zh-Hans"', 20)
NUMBER = pattern(_NUMBER, 'letters and then digits, such as "H1"', 7)
URL = pattern(
    _URL, f"a whole address that starts with https://, at most {URL_CHARS} characters", URL_CHARS
)
DATE: Kind[date] = Kind("a date without quotation marks, such as 2026-11-22", _date, date.min)
MONTHS: Kind[int] = Kind("a whole number of months from 1 to 60", _months, 1)
BOOLEAN: Kind[bool] = Kind("true or false, without quotation marks", _boolean, False)  # noqa: FBT003 - a value


def shown(value: object) -> str:
    """Describe a wrong value in few words, whatever its size."""
    if isinstance(value, str):
        cut = value if len(value) <= 40 else value[:40] + "…"
        return f'"{cut}" ({len(value)} characters)' if len(value) > 40 else f'"{cut}"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) < 10**12:
        return str(value)
    if type(value) is date:
        return value.isoformat()
    names = {int: "a very large number", float: "a number with a point", list: "a list"}
    return {**names, dict: "a table"}.get(type(value), "a date with a time, or a time")


@dataclass(frozen=True, slots=True)
class Table:
    """One TOML table, read field by field; keeps the faults found in it and in tables inside it."""

    path: str
    raw: Mapping[str, object]
    lines: Lines
    key: Key = ()
    faults: list[Problem] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    remarks: list[Problem] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether nothing wrong was found up to now."""
        return not self.faults

    def line(self, *key: str | int) -> int:
        """Return the line of a field, or of a value in it."""
        return self.lines.of((*self.key, *key))

    def read(self, name: str, kind: Kind[T]) -> T:
        """Return a field that must be there."""
        self.asked.add(name)
        if name not in self.raw:
            self.fault(f"`{name}` is missing.", f"Write {kind.wanted}.")
            return kind.blank
        return self._accept(self.raw[name], kind, name)

    def read_or(self, name: str, kind: Kind[T], default: T) -> T:
        """Return a field, or `default` if it is left out."""
        self.asked.add(name)
        return self.read(name, kind) if name in self.raw else default

    def many(self, name: str, kind: Kind[T], *, least: int = 0) -> tuple[T, ...]:
        """Return a list's values; a list that may be empty may be left out."""
        values = self._list(name, least)
        return tuple(self._accept(value, kind, name, n) for n, value in enumerate(values))

    def tables(self, name: str, *, least: int = 0) -> tuple[Table, ...]:
        """Return the tables in a list; their faults count as this table's."""
        return tuple(
            self._inner(value, name, n)
            for n, value in enumerate(self._list(name, least))
            if self._is_table(value, name, n)
        )

    def fault(self, message: str, mend: str, *key: str | int) -> None:
        """Note that a record cannot be built from this table."""
        self.faults.append(self.problem("error", message, mend, *key))

    def problem(self, severity: Severity, message: str, mend: str, *key: str | int) -> Problem:
        """Make a problem that stands on the line of a field, or of a value in it."""
        return Problem(self.path, self.line(*key), severity, message, mend)

    def remark_unknown(self) -> None:
        """Note each field that nothing asked for. Newer content may have them: not a fault."""
        for name in self.raw.keys() - self.asked:
            message = f"There is no field {shown(name)} here."
            mend = f"Remove it or correct its spelling: {_listed(self.asked)}."
            self.remarks.append(self.problem("error", message, mend, name))

    def on_its_own(self) -> Table:
        """Return the same table with a list of faults that it shares with no other."""
        return Table(self.path, self.raw, self.lines, self.key)

    def _accept(self, value: object, kind: Kind[T], *key: str | int) -> T:
        accepted = kind.accept(value)
        if accepted is not None:
            return accepted
        self.fault(f"`{key[0]}` cannot be {shown(value)}.", f"Write {kind.wanted}.", *key)
        return kind.blank

    def _list(self, name: str, least: int) -> list[object]:
        self.asked.add(name)
        value = self.raw.get(name, [])
        if not isinstance(value, list):
            self.fault(f"`{name}` cannot be {shown(value)}.", "Write a list: [ ... ].", name)
            return []
        if len(value) < least:
            self.fault(f"`{name}` is missing or empty.", "Write at least one.", name)
        return value

    def _is_table(self, value: object, name: str, number: int) -> bool:
        if not isinstance(value, dict):
            message = f"`{name}` cannot hold {shown(value)}."
            self.fault(message, "Write tables, as in content/README.md.", name, number)
        return isinstance(value, dict)

    def _inner(self, value: object, name: str, number: int) -> Table:
        raw = value if isinstance(value, dict) else {}
        key = (*self.key, name, number)
        return Table(self.path, raw, self.lines, key, self.faults, remarks=self.remarks)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
