from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.hotspot.uplink import (
    CHANGING_PAUSE_S,
    DOWN_PAUSE_S,
    JITTER,
    LONGEST_DOWN_PAUSE_S,
    READINGS,
    UP_PAUSE_S,
    Cause,
    Known,
    Uplink,
    in_words,
    pause_s,
)

# What can be read; STARTING is only where a box begins.
READABLE = [cause for cause in Cause if cause is not Cause.STARTING]
readings = st.lists(st.sampled_from(READABLE), max_size=60)


def known_after(*causes: Cause) -> Known:
    known = Known()
    for cause in causes:
        known = known.after(cause)
    return known


@given(before=readings, cause=st.sampled_from(READABLE))
def test_whatever_came_before_equal_readings_always_win(before: list[Cause], cause: Cause) -> None:
    known = known_after(*before, *[cause] * READINGS)
    assert known == Known(cause)
    assert not known.is_changing


@given(before=readings, cause=st.sampled_from(READABLE))
def test_one_reading_alone_changes_nothing_but_a_lost_link_does(
    before: list[Cause], cause: Cause
) -> None:
    settled = known_after(*before, *[cause] * READINGS)
    for other in READABLE:
        after = settled.after(other)
        assert (after.uplink is settled.uplink) or other is Cause.NO_LINK
        assert after.uplink is Uplink.DOWN or other is not Cause.NO_LINK


@given(before=readings)
def test_what_is_believed_was_read_at_least_so_often_in_a_row_or_is_a_lost_link(
    before: list[Cause],
) -> None:
    known = Known()
    for index, cause in enumerate(before):
        was, known = known, known.after(cause)
        if known.uplink is not was.uplink:
            row = before[max(0, index + 1 - READINGS) : index + 1]
            assert cause is Cause.NO_LINK or {each.uplink for each in row} == {known.uplink}


def test_a_box_that_starts_is_down_until_it_knows_better() -> None:
    assert Known().uplink is Uplink.DOWN
    assert known_after(Cause.ORIGIN).uplink is Uplink.DOWN
    assert known_after(Cause.ORIGIN, Cause.ORIGIN).uplink is Uplink.UP
    assert known_after(Cause.SIGN_IN, Cause.SIGN_IN).uplink is Uplink.PORTAL
    # Why there is no way out may change from reading to reading, that there is none does not.
    assert known_after(Cause.NO_NAMES, Cause.SLOW) == Known(Cause.SLOW)


def test_content_and_site_are_both_a_way_out() -> None:
    mixed = known_after(Cause.ORIGIN, Cause.SITE)
    assert (mixed.uplink, mixed.cause) == (Uplink.UP, Cause.SITE)


@given(chance=st.floats(0, 1), unchanged_s=st.floats(0, 1e7))
def test_the_content_host_is_left_alone_once_things_are_settled(
    chance: float, unchanged_s: float
) -> None:
    up = pause_s(Known(Cause.ORIGIN), unchanged_s, chance)
    assert UP_PAUSE_S * (1 - JITTER) <= up <= UP_PAUSE_S * (1 + JITTER)
    down = pause_s(Known(Cause.NO_ANSWER), unchanged_s, chance)
    assert DOWN_PAUSE_S * (1 - JITTER) <= down <= LONGEST_DOWN_PAUSE_S * (1 + JITTER)
    changing = Known(Cause.ORIGIN).after(Cause.SLOW)
    assert pause_s(changing, unchanged_s, chance) == CHANGING_PAUSE_S


def test_pauses_grow_the_longer_there_is_no_way_out() -> None:
    pauses = [
        pause_s(Known(Cause.NO_ANSWER), seconds, 0.5) for seconds in (0, 300, 1500, 4500, 9e9)
    ]
    assert pauses == [4, 4, 20, 60, 60]


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_has_words_for_staff(cause: Cause) -> None:
    assert in_words(str(cause)).endswith(".")
    assert len({in_words(str(each)) for each in Cause}) == len(Cause)


def test_a_cause_of_another_version_has_words_too() -> None:
    assert in_words("gremlins") == "Nothing is known of the way to the internet."
