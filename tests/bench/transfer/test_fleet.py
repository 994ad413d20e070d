from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.bench.transfer.country import BEGIN, END, PAGE, costs_of, replaced, tables
from tests.bench.transfer.fleet import (
    DAY_S,
    DAYS,
    HOUR_S,
    Cost,
    Costs,
    Day,
    Load,
    Rules,
    Session,
    _syncs,
    simulate,
    without_chance,
)

COSTS = Costs(Cost(2, 700), Cost(8, 14_000), Cost(1, 900))
RULES = Rules.of_product()
BOXES = 200
ORDINARY = Day("ordinary")
OUTAGE = Day("outage", outage_s=(10 * HOUR_S, 14 * HOUR_S))
LAST = (DAYS - 1) * DAY_S


def _chance() -> random.Random:
    return random.Random(26)  # noqa: S311 - repeatable, and no secret


def test_the_same_seed_gives_the_same_numbers() -> None:
    first, second = (simulate(ORDINARY, RULES, COSTS, BOXES).syncs for _ in range(2))
    assert first.seconds == second.seconds
    assert (first.deeds, first.bytes) == (second.deeds, second.bytes)
    assert first.deeds > BOXES / 2


def test_chance_spreads_those_that_power_came_back_to_at_once() -> None:
    day = Day("power", power_cut_s=18 * HOUR_S)
    spread = simulate(day, RULES, COSTS, BOXES).syncs
    alike = simulate(day, without_chance(RULES), COSTS, BOXES).syncs
    assert spread.busiest_minute < alike.busiest_minute / 2
    # All of them, within the five minutes.
    assert sum(spread.seconds[18 * 3600 : 18 * 3600 + 450]) == 2 * BOXES


def test_a_box_that_is_always_on_asks_once_a_day_at_ever_other_times() -> None:
    session = Session(0, 20 * DAY_S, (60.0,))
    moments = [moment for moment, _ in _syncs(session, RULES, ORDINARY, _chance().random)]
    pauses = [after - before for before, after in pairwise(moments)]
    # Due after 20 to 28 hours, and seen at the next look of the timer.
    assert all(20 * HOUR_S <= pause <= 28.6 * HOUR_S for pause in pauses)
    assert max(pauses) - min(pauses) > HOUR_S


def test_a_box_that_fails_waits_ever_longer_and_then_comes_back() -> None:
    session = Session(LAST, LAST + DAY_S, (LAST + 10 * HOUR_S,))
    asked = list(_syncs(session, RULES, OUTAGE, _chance().random))
    failed = [moment for moment, works in asked if not works]
    assert 3 <= len(failed) <= 8
    assert failed[-1] - failed[-2] > failed[2] - failed[1]
    assert any(works for moment, works in asked if moment > LAST + 14 * HOUR_S)


def test_a_release_is_fetched_once_by_each_box() -> None:
    day = Day("release", release_s=0.0)
    plain = simulate(ORDINARY, RULES, COSTS, BOXES).syncs
    news = simulate(day, RULES, COSTS, BOXES).syncs
    assert news.deeds == plain.deeds
    boxes = (news.requests - plain.requests) / (COSTS.change.requests - COSTS.check.requests)
    assert BOXES * 0.9 <= boxes <= BOXES


def test_the_watcher_tries_the_way_out_every_five_minutes_or_so() -> None:
    probes = simulate(ORDINARY, replace(RULES, probe=300.0), COSTS, BOXES).probes
    # Four in ten for 24 hours, six in ten for some eight and a half.
    expected = BOXES * (0.4 * 24 + 0.6 * 8.5) * 12
    assert probes.deeds == pytest.approx(expected, rel=0.1)


def test_only_the_last_day_is_counted() -> None:
    load = Load()
    for moment in (LAST - 1, LAST, LAST + DAY_S - 1, LAST + DAY_S):
        load.add(moment, Cost(2, 10))
    assert (load.deeds, load.requests, load.bytes, load.peak) == (2, 4, 20, 2)


def test_what_a_box_costs_is_read_from_the_report() -> None:
    names = ("nothing new, nginx", "1 guide changed", "trying the way out")
    figures: list[dict[str, str | float]] = [
        {"name": f"{prefix}, {name}", "value": value + number}
        for number, name in enumerate(names)
        for prefix, value in (("requests", 1.0), ("bytes both ways", 100.0))
    ]
    assert costs_of({"figures": figures}) == Costs(Cost(1, 100), Cost(2, 101), Cost(3, 102))
    with pytest.raises(KeyError, match="1 guide changed"):
        costs_of({"figures": figures[:2]})


def test_the_page_keeps_what_people_wrote() -> None:
    made = tables(COSTS, RULES, [ORDINARY], boxes=5)
    page = replaced(f"before\n{BEGIN}old\n{END}after\n", made)
    assert page == f"before\n{BEGIN}{made}{END}after\n"
    assert "| ordinary |" in made


def test_the_page_was_made_with_todays_rules() -> None:
    """If this fails: `make bench-sync bench-fleet`, and read what has become of the peaks."""
    assert RULES.words() in PAGE.read_text("utf-8")
