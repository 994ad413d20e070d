from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from appliance.sync.backoff import DAILY_S, FIRST_S, LONGEST_S, MOST_S, pause_s

chances = st.floats(0, 1)


@given(chances)
def test_after_a_sync_that_worked_a_box_waits_about_a_day(chance: float) -> None:
    assert DAILY_S[0] <= pause_s(0, chance) <= DAILY_S[1]


@given(st.integers(1, 100_000), chances)
def test_after_failures_it_waits_longer_each_time_but_not_for_ever(
    failures: int, chance: float
) -> None:
    pause = pause_s(failures, chance)
    assert FIRST_S / 2 <= pause <= LONGEST_S <= MOST_S
    assert pause_s(failures + 1, chance) >= pause


def test_the_first_pauses_double() -> None:
    assert [pause_s(failures, 1) / 60 for failures in (1, 2, 3, 4)] == [15, 30, 60, 120]


def test_boxes_that_failed_together_come_back_apart() -> None:
    """5,000 at the same second: after the first pause the fullest minute has its fair share."""
    back = [pause_s(1, number / 5000) for number in range(5000)]
    minutes = [int(second // 60) for second in back]
    assert max(minutes.count(minute) for minute in set(minutes)) <= 5000 / 7
