from __future__ import annotations

import json
import logging
import socket
import threading
from pathlib import Path

import pytest

from appliance.errors import HotspotError, StateError
from appliance.hotspot.watch import Board, Pace, tell_service_manager, watch
from appliance.state.network import Facts, read_facts


def test_the_board_is_written_when_something_changes(tmp_path: Path) -> None:
    path = tmp_path / "network.json"
    board = Board(path, Facts(hotspot=True))
    board.note(uplink="up")
    facts = read_facts(path)
    assert facts is not None
    assert (facts.hotspot, facts.uplink, facts.checked[:2]) == (True, "up", "20")
    first = path.stat().st_ino, path.stat().st_mtime_ns
    board.note(uplink="up")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == first
    board.note(radio="serving")
    assert json.loads(path.read_text())["radio"] == "serving"
    board.wipe()
    board.wipe()
    assert not path.exists()


def test_what_could_not_be_written_is_tried_again(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.write_text("in the way")
    board = Board(folder / "network.json", Facts())
    with pytest.raises(StateError):
        board.note(uplink="up")
    folder.unlink()
    board.note(uplink="up")
    assert json.loads((folder / "network.json").read_text())["uplink"] == "up"


def test_a_watcher_that_fails_says_so_once_and_does_not_stop_the_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stopping, said = threading.Event(), list[str]()
    turns = {"good": 0, "bad": 0}

    def good() -> float:
        turns["good"] += 1
        if turns["good"] > 20 and turns["bad"] > 20:
            stopping.set()
        return 0.001

    def bad() -> float:
        turns["bad"] += 1
        if turns["bad"] % 10 == 0:
            return 0.0
        raise HotspotError("iw cannot be run") if turns["bad"] < 10 else OSError("no space")

    with caplog.at_level(logging.WARNING):
        watch({"good": good, "bad": bad}, stopping, said.append, Pace(after_failure_s=0.0))
    assert said == ["READY=1", "STOPPING=1"]
    assert caplog.messages[:3] == ["bad: iw cannot be run", "bad: works again", "bad: no space"]


@pytest.mark.parametrize(("limit_s", "is_fed"), [(60.0, True), (-1.0, False)])
def test_the_service_manager_is_fed_only_while_all_watchers_come_back(
    limit_s: float, *, is_fed: bool
) -> None:
    stopping, said = threading.Event(), list[str]()
    turns = iter(range(30))

    def step() -> float:
        if next(turns, None) is None:
            stopping.set()
        return 0.01

    watch({"one": step}, stopping, said.append, Pace(feed_s=0.01, longest_work_s=limit_s))
    assert ("WATCHDOG=1" in said) is is_fed


@pytest.mark.parametrize("is_abstract", [False, True])
def test_the_service_manager_hears(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_abstract: bool
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        name = str(tmp_path / "notify")
        manager.bind("\0" + name if is_abstract else name)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + name if is_abstract else name)
        tell_service_manager("READY=1")
        assert manager.recv(100) == b"READY=1"
    monkeypatch.delenv("NOTIFY_SOCKET")
    tell_service_manager("nobody listens")
