from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from appliance.errors import StateError
from appliance.state.syncing import SyncFolder, Syncing

A_DAY_S = 86_400.0
AT_WORK = """
import sys
from pathlib import Path
from appliance.state.syncing import Syncing, SyncFolder
folder = SyncFolder(Path(sys.argv[1]))
with folder.at_work(0, lambda: None):
    folder.tell(Syncing(stage="fetching", done=3, total=40))
    print("at work", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "sync").mkdir()
    return tmp_path / "sync"


@contextmanager
def another_sync(place: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that is at work until its standard input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", AT_WORK, str(place)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "at work\n"
            yield process
        finally:
            process.kill()


def test_the_desk_reads_how_far_a_sync_is(place: Path) -> None:
    with another_sync(place):
        told = SyncFolder(place).told()
    assert told == Syncing(stage="fetching", done=3, total=40)


def test_a_sync_that_was_killed_is_told_as_stopped(place: Path) -> None:
    with another_sync(place) as sync:
        sync.kill()
        sync.wait()
        told = SyncFolder(place).told()
    assert told is not None
    assert (told.state, told.done) == ("stopped", 3)
    assert "broken off" in told.words


def test_the_result_stays_when_the_sync_has_ended(place: Path) -> None:
    folder = SyncFolder(place)
    with folder.at_work(0, lambda: None):
        folder.tell(Syncing(state="failed", result="No space."))
    told = folder.told()
    assert told is not None
    assert (told.state, told.words) == ("failed", "No space.")


def test_of_two_syncs_the_second_waits_says_so_and_goes_on(place: Path) -> None:
    said = []
    with another_sync(place) as sync:

        def waits() -> None:
            said.append("waiting")
            sync.communicate("")

        with SyncFolder(place).at_work(A_DAY_S, waits):
            said.append("at work")
    assert said == ["waiting", "at work"]


def test_a_sync_that_never_ends_is_not_waited_for_for_ever(place: Path) -> None:
    with (
        another_sync(place),
        pytest.raises(StateError, match="another sync"),
        SyncFolder(place).at_work(0, lambda: None),
    ):
        pytest.fail("two at once")


def test_whoever_only_looks_keeps_no_sync_out(place: Path) -> None:
    folder = SyncFolder(place)
    folder.tell(Syncing())
    for _ in range(3):
        with folder.at_work(0, lambda: None):
            told = folder.told()
            assert told is not None
            assert told.state == "running"


def test_a_laptop_without_the_folder_tells_nothing_and_syncs(tmp_path: Path) -> None:
    folder = SyncFolder(tmp_path / "none")
    with folder.at_work(0, lambda: None):
        folder.tell(Syncing())
        folder.plan(1, 60)
    assert (folder.told(), folder.planned(), folder.due_in_s(A_DAY_S)) == (None, None, 0)
    assert not (tmp_path / "none").exists()


def test_the_next_sync_is_due_when_the_pause_has_passed(place: Path) -> None:
    seconds = [1000.0]
    folder = SyncFolder(place, clock=lambda: seconds[0])
    assert folder.due_in_s(A_DAY_S) == 0
    folder.plan(3, 600)
    plan = folder.planned()
    assert plan is not None
    assert plan.failures == 3
    seconds[0] += 599
    assert folder.due_in_s(A_DAY_S) == 1
    seconds[0] += 1
    assert folder.due_in_s(A_DAY_S) == 0


def test_a_way_out_that_came_back_makes_a_sync_due_at_once(place: Path) -> None:
    folder = SyncFolder(place)
    folder.plan(3, 600)
    for _ in range(2):
        folder.forget_plan()
        assert (folder.planned(), folder.due_in_s(A_DAY_S)) == (None, 0)


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"due_s": "x"}', b"\xff", b"[" * 9000])
def test_a_damaged_plan_stops_no_sync(place: Path, damage: bytes) -> None:
    folder = SyncFolder(place)
    (place / "next.json").write_bytes(damage)
    assert folder.due_in_s(A_DAY_S) == 0


def test_a_plan_beyond_all_bounds_stops_no_sync(place: Path) -> None:
    folder = SyncFolder(place)
    folder.plan(1, 10 * A_DAY_S)
    assert folder.due_in_s(A_DAY_S) == 0
