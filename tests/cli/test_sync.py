"""What `helppoint sync` and `helppoint status` tell people, programs and the desk."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from appliance.files import held
from appliance.state.syncing import SyncFolder, Syncing
from tests.conftest import Helppoint
from tests.content import light_tree
from tests.publisher import Publisher


@pytest.fixture
def box(tmp_path: Path) -> Helppoint:
    """A box whose folder in memory is there, and whose source is the publisher's folder."""
    helppoint = Helppoint.new(tmp_path, light_tree())
    run = helppoint.home / "run"
    (run / "sync").mkdir(parents=True)
    _set_up(helppoint, origins=[str(helppoint.publisher.repository)])
    return helppoint


def _set_up(box: Helppoint, origins: list[str]) -> None:
    embedded = box.publisher.repository
    (box.home / "helppoint.toml").write_text(
        f'embedded = "{embedded}"\nruntime = "{box.home / "run"}"\norigins = {origins}\n'
    )


def _folder(box: Helppoint) -> SyncFolder:
    return SyncFolder(box.home / "run" / "sync")


def _told(box: Helppoint) -> Syncing:
    told = _folder(box).told()
    assert told is not None
    return told


def test_the_desk_is_told_of_a_new_release_without_any_address(box: Helppoint) -> None:
    box.run("sync", "--embedded")
    box.publisher.pack({**light_tree(), "README.md": b"Two."})
    assert box.run("sync").returncode == 0
    told = _told(box)
    assert (told.state, told.source, told.release) == ("done", "stick", 2)
    assert told.words == "New content: release 2 is shown now."
    assert told.bytes_done == told.bytes_total > 0
    assert told.started <= told.updated
    for file in (box.home / "run" / "sync").iterdir():
        assert str(box.publisher.repository) not in file.read_text()


def test_json_lines_end_with_how_it_ended(box: Helppoint) -> None:
    done = box.run("sync", "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["state"] for line in lines[:-1]] == ["running"] * (len(lines) - 1)
    assert (lines[-1]["state"], lines[-1]["release"]) == ("done", 1)
    assert {"asking", "fetching", "making pages"} <= {line["stage"] for line in lines}
    # Stages' edges, and one a second between: not one for each of some hundred files.
    assert len(lines) < 60
    assert "fetching" not in done.stderr


def test_a_failure_is_told_in_words_and_the_next_try_comes_later_each_time(
    box: Helppoint, tmp_path: Path
) -> None:
    box.run("sync", "--embedded")
    _set_up(box, origins=[str(tmp_path / "gone")])
    for failures in (1, 2, 3):
        assert box.run("sync").returncode == 1
        plan = _folder(box).planned()
        assert plan is not None
        assert plan.failures == failures
    told = _told(box)
    assert told.state == "failed"
    assert "could not be read" in told.words
    assert "gone" not in told.words
    status = box.run("status")
    assert status.returncode == 1
    assert "3 times in a row" in status.stdout
    assert "Next check: in about" in status.stdout
    _set_up(box, origins=[str(box.publisher.repository)])
    assert box.run("sync").returncode == 0
    plan = _folder(box).planned()
    assert plan is not None
    assert plan.failures == 0
    assert box.run("status").returncode == 0


def test_a_stick_brought_by_staff_does_not_touch_the_plan(box: Helppoint, tmp_path: Path) -> None:
    box.run("sync", "--embedded")
    assert box.run("sync", str(tmp_path / "no-stick")).returncode == 1
    assert _folder(box).planned() is None
    assert "Put it in again" in box.run("status").stdout


def test_another_box_or_a_stranger_is_told_of_as_refused(box: Helppoint, tmp_path: Path) -> None:
    box.run("sync", "--embedded")
    (tmp_path / "stranger").mkdir()
    stranger = Publisher.new(tmp_path / "stranger")
    stranger.pack(light_tree())
    assert box.run("sync", str(stranger.repository)).returncode == 1
    assert "was refused" in _told(box).words


def test_status_says_what_is_shown_since_when_and_from_where(box: Helppoint) -> None:
    new = box.run("status")
    assert (new.returncode, "Nothing is shown yet" in new.stdout) == (1, True)
    box.run("sync", "--embedded")
    box.publisher.pack({**light_tree(), "README.md": b"Two."})
    box.run("sync")
    status = box.run("status")
    assert status.returncode == 0
    assert "Shown: release 2 of 22 November 2026." in status.stdout
    assert "(from a memory stick)" in status.stdout
    assert "Next check: in about 2" in status.stdout
    facts = json.loads(box.run("status", "--json").stdout)
    assert (facts["release"], facts["updated_from"], facts["problems"]) == (2, "stick", [])
    box.run("rollback", "--yes")
    assert "Staff went back from release 2" in box.run("status").stdout


def test_what_was_damaged_and_set_aside_is_told_once_and_kept_once(box: Helppoint) -> None:
    box.run("sync", "--embedded")
    for _ in range(3):
        box.run("settings", "library_name", "Oak Library")
        (box.home / "state" / "desk.json").write_text("{damaged")
    box.run("settings")
    (box.home / "store" / "current.json").write_text("{damaged")
    assert "begins with what the application ships" in box.run("status").stdout
    box.run("sync", "--embedded")
    status = box.run("status")
    assert status.returncode == 1
    assert "settings were damaged and have their defaults now: set them again" in status.stdout
    assert "What this box shows was damaged and was brought in anew" in status.stdout
    aside = sorted(box.home.rglob("*.corrupt"))
    assert [path.name for path in aside] == ["desk.json.corrupt", "current.json.corrupt"]
    for path in aside:
        path.unlink()
    assert box.run("status").returncode == 0


def test_systemd_asks_whether_a_sync_is_due(box: Helppoint) -> None:
    assert box.run("status", "--due").returncode == 0
    _folder(box).plan(1, 600)
    assert box.run("status", "--due").returncode == 1
    _folder(box).plan(1, -1)
    assert box.run("status", "--due").returncode == 0


def test_a_change_of_settings_waits_for_a_sync_at_work(box: Helppoint) -> None:
    box.run("sync", "--embedded")
    command = box.command("settings", "library_name", "Oak Library")
    with held(box.home / "store" / "lock"):
        changing = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert changing.stderr is not None
        assert "waiting until it has ended" in changing.stderr.readline()
    with changing:
        changing.stderr.read()
    assert changing.returncode == 0
