"""The trusted time: a Raspberry Pi before the 5 starts without knowing the date."""

from __future__ import annotations

from datetime import UTC, date, datetime

# No device can run this code before it was written: a clock that says otherwise is wrong.
WRITTEN_AT = datetime(2026, 11, 22, tzinfo=UTC)


def now(floor: datetime = WRITTEN_AT) -> datetime:
    """Return the current time in UTC, never before `floor`.

    Args:
        floor: the latest moment known to have passed, such as the release time of what is shown.
    """
    return max(datetime.now(UTC), floor, WRITTEN_AT)


def today() -> date:
    """Return today's date by the trusted time."""
    return now().date()


def in_words(day: date) -> str:
    """Return a date as people write it, such as `6 August 2026`."""
    return f"{day.day} {day:%B %Y}"


def add_months(day: date, months: int) -> date:
    """Return the same day `months` later, or the last day of a shorter month.

    Args:
        day: where to start.
        months: 0 or more.
    """
    month_index = day.year * 12 + day.month - 1 + months
    year, month = divmod(month_index, 12)
    following = date(year + month // 11, (month + 1) % 12 + 1, 1)
    last_day = (following - date.resolution).day
    return date(year, month + 1, min(day.day, last_day))
