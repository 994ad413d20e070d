"""What a measurement comes to: a number, what it may be, and whether it is."""

from __future__ import annotations

from dataclasses import dataclass


class BenchError(Exception):
    """A figure could not be measured; the message says why."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. Without a bound (`is_met` None) it is told for information."""

    name: str
    value: float
    unit: str
    bound: str = ""
    is_met: bool | None = None
    note: str = ""


def at_most(name: str, value: float, unit: str, limit: float, note: str = "") -> Figure:
    """Return a figure that should not be larger than `limit`."""
    return Figure(name, value, unit, f"at most {limit:,g}", value <= limit, note)


def at_least(name: str, value: float, unit: str, limit: float, note: str = "") -> Figure:
    """Return a figure that should not be smaller than `limit`."""
    return Figure(name, value, unit, f"at least {limit:,g}", value >= limit, note)
