from __future__ import annotations

from dataclasses import dataclass

from appliance.web.portal.visitors import MOST, STAY_S, Visitors


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_somebody_stays_for_45_minutes_after_the_last_page() -> None:
    clock = Clock()
    visitors = Visitors(clock)
    assert not visitors.stays("10.66.0.20")
    visitors.stay("10.66.0.20")
    clock.now = STAY_S
    assert visitors.stays("10.66.0.20")
    visitors.looked_at_page("10.66.0.20")
    clock.now = 2 * STAY_S
    assert visitors.stays("10.66.0.20")
    clock.now += 1
    assert not visitors.stays("10.66.0.20")


def test_asking_again_and_again_does_not_make_it_longer() -> None:
    clock = Clock()
    visitors = Visitors(clock)
    visitors.stay("10.66.0.20")
    for clock.now in range(0, STAY_S, 60):
        assert visitors.stays("10.66.0.20")
    clock.now = STAY_S + 1
    assert not visitors.stays("10.66.0.20")


def test_looking_at_pages_alone_is_no_wish_to_stay() -> None:
    visitors = Visitors()
    visitors.looked_at_page("10.66.0.20")
    assert not visitors.stays("10.66.0.20")


def test_memory_is_bounded_and_the_longest_unseen_go_first() -> None:
    visitors = Visitors()
    for number in range(MOST + 1):
        visitors.stay(f"10.66.{number // 256}.{number % 256}")
        visitors.looked_at_page("10.66.0.1")
    assert visitors.stays("10.66.0.1")
    assert not visitors.stays("10.66.0.0")
