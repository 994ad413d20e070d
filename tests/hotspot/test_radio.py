from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.hotspot.radio import (
    HEALTHY_S,
    LONGEST_REST_S,
    PATIENCE_S,
    STARTING_PATIENCE_S,
    Action,
    History,
    Seen,
    decide,
    rest_s,
)

GOOD = Seen(is_access_point=True, has_carrier=True, is_ours=True)
SILENT = Seen()
STARTING = Seen(is_starting=True)


def tries(seen: list[Seen], every_s: float = 3.0) -> list[tuple[float, Action]]:
    """Let a radio be looked at; no try helps. Returns when what was tried."""
    history, done = History(), list[tuple[float, Action]]()
    for number, each in enumerate(seen):
        now_s = number * every_s
        history = history.after(each, now_s)
        action = decide(each, history, now_s)
        if action is not None:
            done.append((now_s, action))
            history = history.tried(now_s)
    return done


@pytest.mark.parametrize("lost", ["is_access_point", "has_carrier", "is_ours"])
def test_a_radio_serves_only_if_all_say_so(lost: str) -> None:
    assert GOOD.serves
    assert replace(GOOD, is_heard=True).serves
    assert not replace(GOOD, is_heard=False).serves
    assert not replace(GOOD, **{lost: False}).serves


def test_a_radio_that_serves_is_left_alone() -> None:
    assert tries([GOOD] * 1000) == []
    assert tries([*[GOOD] * 10, SILENT, *[GOOD] * 10]) == []


def test_a_silent_radio_is_tried_in_seconds_then_harder_then_ever_more_seldom() -> None:
    done = tries([SILENT] * 3000)
    assert done[0] == (PATIENCE_S, Action.CONNECT)
    assert [action for _, action in done[1:4]] == [Action.RESET, Action.RELOAD, Action.RELOAD]
    pauses = [later - earlier for (earlier, _), (later, _) in pairwise(done)]
    assert pauses[:5] == [15, 15, 30, 60, 120]
    assert pauses[-1] == LONGEST_REST_S
    assert pauses == sorted(pauses)


def test_networkmanager_may_finish_what_it_has_begun() -> None:
    done = tries([STARTING] * 20)
    assert STARTING_PATIENCE_S <= done[0][0] <= STARTING_PATIENCE_S + 3


def test_an_hour_of_health_makes_the_next_silence_a_new_one() -> None:
    for health_s, expected in ((HEALTHY_S + 6, Action.CONNECT), (HEALTHY_S / 2, Action.RESET)):
        seen = [*[SILENT] * 2, *[GOOD] * int(health_s / 3), *[SILENT] * 2]
        assert [action for _, action in tries(seen)] == [Action.CONNECT, expected]


def test_all_restarts_are_counted_through_health() -> None:
    history = History().after(SILENT, 0).tried(5).after(GOOD, 8).after(GOOD, 8 + HEALTHY_S)
    assert (history.tries, history.restarts) == (0, 1)


@given(seen=st.lists(st.sampled_from([GOOD, SILENT, STARTING]), max_size=200))
def test_no_order_of_looks_makes_a_storm_or_leaves_it_silent_for_ever(seen: list[Seen]) -> None:
    done = tries(seen)
    assert all(later - earlier >= rest_s(1) for (earlier, _), (later, _) in pairwise(done))
    longer = tries([*seen, *[SILENT] * (2 + int(LONGEST_REST_S / 3))])
    assert len(longer) > len(done)
