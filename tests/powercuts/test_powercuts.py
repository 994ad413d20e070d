"""The plug is pulled at any moment: old or new, whole, and what was said to be done is there."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.powercuts.inside import PLANTS
from tests.powercuts.life import DEEDS
from tests.powercuts.machine import Drive, MachineError
from tests.powercuts.marks import FILE_SYSTEM_BYTES, count_marks, read_marks
from tests.powercuts.recording import Recorded
from tests.powercuts.trial import Judged, allowed, judge
from tests.powercuts.workshop import LIFE_S, Life, Workshop
from tests.powercuts.written import Cut, chance_of, choose_cuts, left_by, said_by, unsafe_sectors

CUTS = 100
KILLS = 3


def _trials(
    recorded: Recorded, seed: int, releases: Path, folder: Path
) -> Iterator[tuple[Cut, Judged]]:
    """Cut the power at moments by chance, and judge each time what was left."""
    chance = chance_of(seed)
    base = recorded.base.read_bytes()
    marks = said_by(recorded.writes)
    for cut in choose_cuts(recorded.writes, CUTS, chance):
        said = [mark for at, mark in marks if at < cut.writes]
        later = [mark for at, mark in marks if at >= cut.writes]
        disk = folder / "disk"
        disk.write_bytes(left_by(base, recorded.writes, cut, chance)[:FILE_SYSTEM_BYTES])
        yield cut, judge(disk, allowed(said, later), releases, folder)


def test_whenever_the_power_fails_a_box_has_the_old_or_the_new_and_what_it_said_was_done(
    recorded: Mapping[str, Recorded], workshop: Workshop, seed: int, told: list[str], tmp_path: Path
) -> None:
    sound = recorded[""]
    found = [*_trials(sound, seed, workshop.releases, tmp_path)]
    told.append(_figures(sound, found))
    assert [f"{cut}: {one}" for cut, judged in found for one in judged.complaints] == []


def _figures(recorded: Recorded, found: list[tuple[Cut, Judged]]) -> str:
    outcomes = Counter(judged.outcome for _, judged in found)
    lossy = sum(cut.part < 1 and unsafe_sectors(recorded.writes, cut) > 0 for cut, _ in found)
    return (
        f"{len(found)} cuts among {len(recorded.writes)} writes and flushes; {lossy} lost some: "
        + ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
        + f"; e2fsck replayed a journal {sum(judged.is_replayed for _, judged in found)} times and"
        f" mended more {sum(judged.is_mended for _, judged in found)} times"
    )


@pytest.mark.parametrize("plant", [plant for plant in PLANTS if plant])
def test_as_many_cuts_find_a_sync_that_was_taken_out(
    recorded: Mapping[str, Recorded],
    workshop: Workshop,
    seed: int,
    told: list[str],
    tmp_path: Path,
    plant: str,
) -> None:
    trials = _trials(recorded[plant], seed, workshop.releases, tmp_path)
    needed = next((n for n, (_, judged) in enumerate(trials, 1) if judged.complaints), None)
    told.append(f"without {plant}: the first broken box was found by cut {needed}")
    assert needed is not None


def test_a_machine_that_is_killed_finds_what_we_find_and_goes_on(
    workshop: Workshop, seed: int, told: list[str], tmp_path: Path
) -> None:
    """Without log and without chance: qemu itself is killed, and the same disk starts again."""
    chance = chance_of(seed)
    disk = workshop.new_disk("killed")
    found = {}
    for _ in range(KILLS):
        _kill_at_work(workshop, disk, chance)
        said = [*read_marks(disk)]
        copy = Path(shutil.copy(disk, tmp_path / "copy"))
        judged = judge(copy, allowed(said, []), workshop.releases, tmp_path)
        told.append(f"killed after {said[-1].said} {said[-1].deed}: {judged.outcome}")
        assert judged.complaints == ()
        found[len(said)] = judged.found
    workshop.live([_rest_of_life(disk)], [Drive(disk)])
    marks = [*read_marks(disk)]
    assert {at: marks[at].state for at in found} == found


def _kill_at_work(workshop: Workshop, disk: Path, chance: random.Random) -> None:
    goal = count_marks(disk) + chance.randint(2, 10)
    machine = workshop.switch_on([_rest_of_life(disk)], [Drive(disk)])
    try:
        end = time.monotonic() + LIFE_S
        while count_marks(disk) < goal:
            if machine.poll() is not None or time.monotonic() > end:
                raise MachineError(f"it did not get to work: {workshop.said()}")
            time.sleep(0.1)
        time.sleep(chance.uniform(0, 2))
    finally:
        machine.kill()
        machine.wait()


def _rest_of_life(disk: Path) -> Life:
    done = sum(mark.said == "done" for mark in read_marks(disk))
    return Life(DEEDS[done:])
