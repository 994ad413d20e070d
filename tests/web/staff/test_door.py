from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from appliance.state.pin import PinFile, TriesFile, hash_pin
from appliance.web.staff.door import FREE_TRIES, MOST_WAIT_S, Door, Opened, wait_after

PIN, WRONG = "40718263", "40718264"


@dataclass
class Watch:
    """Seconds that pass only when told to."""

    seconds: float = 100.0

    def now(self) -> float:
        return self.seconds


@dataclass
class Box:
    """A box's files, and the door that it has after each start."""

    folder: Path
    watch: Watch

    @property
    def tries(self) -> TriesFile:
        return TriesFile(self.folder / "tries.json")

    def start(self) -> Door:
        return Door(PinFile(self.folder / "pin.json"), self.tries, self.watch.now)


@pytest.fixture
def box(tmp_path: Path) -> Box:
    PinFile(tmp_path / "pin.json").write(hash_pin(PIN))
    return Box(tmp_path, Watch())


def _fail(door: Door, watch: Watch, times: int) -> None:
    for _ in range(times):
        watch.seconds += door.wait_s()
        assert door.try_pin(WRONG).opened is Opened.WRONG


def test_the_pin_opens_the_door(box: Box) -> None:
    assert box.start().try_pin(PIN).opened is Opened.YES


def test_a_slip_of_the_finger_costs_no_wait(box: Box) -> None:
    door = box.start()
    _fail(door, box.watch, FREE_TRIES - 1)
    assert door.wait_s() == 0
    assert door.try_pin(PIN).opened is Opened.YES


def test_the_wait_doubles_and_ends_at_its_longest() -> None:
    waits = [wait_after(failed) for failed in range(FREE_TRIES, FREE_TRIES + 9)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert wait_after(10**9) == MOST_WAIT_S


def test_during_the_wait_not_even_the_pin_is_judged(box: Box) -> None:
    door = box.start()
    _fail(door, box.watch, FREE_TRIES)
    answer = door.try_pin(PIN)
    assert answer.opened is Opened.WAIT
    assert 0 < answer.wait_s <= 1


def test_tries_during_the_wait_do_not_lengthen_it(box: Box) -> None:
    door = box.start()
    _fail(door, box.watch, 20)
    box.watch.seconds += MOST_WAIT_S - 1
    for _ in range(100):
        assert door.try_pin(WRONG).opened is Opened.WAIT
    box.watch.seconds += 1
    assert door.try_pin(PIN).opened is Opened.YES


def test_staff_are_never_locked_out_for_longer_than_a_minute(box: Box) -> None:
    box.tries.write(1_000_000)
    door = box.start()
    assert door.wait_s() == MOST_WAIT_S
    box.watch.seconds += MOST_WAIT_S
    assert door.try_pin(PIN).opened is Opened.YES


def test_a_try_is_counted_before_it_is_judged(box: Box) -> None:
    """Whoever pulls the plug as soon as the answer is no must not get the try back."""
    counted: list[int] = []

    class Watched(TriesFile):
        def write(self, failed: int) -> None:
            super().write(failed)
            counted.append(TriesFile(box.folder / "tries.json").read())
            raise KeyboardInterrupt

    door = Door(PinFile(box.folder / "pin.json"), Watched(box.folder / "tries.json"), box.watch.now)
    with pytest.raises(KeyboardInterrupt):
        door.try_pin(WRONG)
    assert counted == [1]


def test_a_power_cut_takes_no_try_back_and_begins_the_wait_again(box: Box) -> None:
    _fail(box.start(), box.watch, FREE_TRIES + 3)
    restarted = box.start()
    assert restarted.wait_s() == wait_after(FREE_TRIES + 3)
    assert restarted.try_pin(PIN).opened is Opened.WAIT


def test_the_right_pin_takes_the_count_back_for_good(box: Box) -> None:
    door = box.start()
    _fail(door, box.watch, FREE_TRIES + 1)
    box.watch.seconds += door.wait_s()
    assert door.try_pin(PIN).opened is Opened.YES
    assert box.start().wait_s() == 0


def test_where_tries_cannot_be_written_down_each_costs_the_longest_wait(box: Box) -> None:
    door = Door(
        PinFile(box.folder / "pin.json"),
        TriesFile(box.folder / "pin.json" / "tries.json"),
        box.watch.now,
    )
    assert door.try_pin(WRONG).wait_s == MOST_WAIT_S
    box.watch.seconds += MOST_WAIT_S
    assert door.try_pin(PIN).opened is Opened.YES


def test_a_box_without_a_pin_lets_nobody_in(tmp_path: Path) -> None:
    door = Door(PinFile(tmp_path / "pin.json"), TriesFile(tmp_path / "tries.json"), Watch().now)
    for pin in ("", PIN, "00000000"):
        assert door.try_pin(pin).opened is Opened.NO_PIN


def test_many_at_once_get_no_more_tries_than_one(box: Box) -> None:
    door = box.start()
    answers: list[Opened] = []
    threads = [
        threading.Thread(target=lambda: answers.append(door.try_pin(WRONG).opened))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(Opened.WRONG) == FREE_TRIES
    assert answers.count(Opened.WAIT) == 20 - FREE_TRIES
    assert box.tries.read() == FREE_TRIES
