from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.clock import WRITTEN_AT, add_months, in_words, now


def test_the_time_is_never_before_the_floor() -> None:
    later = datetime.now(UTC) + timedelta(days=400)
    assert now(later) == later
    assert now() >= WRITTEN_AT


def test_a_date_reads_as_people_write_it() -> None:
    assert in_words(date(2026, 8, 6)) == "6 August 2026"


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 22), 3, date(2027, 2, 22)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 12, 31), 0, date(2026, 12, 31)),
        (date(2026, 1, 31), 12, date(2027, 1, 31)),
        (date(2026, 10, 31), 1, date(2026, 11, 30)),
    ],
)
def test_months_are_added_as_people_count_them(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


@given(st.dates(max_value=date(9000, 1, 1)), st.integers(0, 600))
def test_adding_months_moves_by_just_so_many_months(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day
