from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from appliance.errors import HotspotError
from appliance.hotspot import keyfile
from appliance.hotspot.radio_watcher import RadioWatcher
from appliance.hotspot.watch import Board
from appliance.state.network import Facts, read_facts
from tests.hotspot.computer import Computer
from tests.hotspot.test_beacon import CONNECTED, DEAD, HEARD, ON_BOARD, SECOND

UP = "nmcli --wait 20 connection up"
OTHERS = "BSS 02:00:00:00:00:0c(on wlan1)\n"
# The issue's own bound.
BACK_WITHIN_S = 30.0


@dataclass(frozen=True)
class Pi(Computer):
    """A Pi whose access point comes back when one of `mended_by` is run, and not otherwise."""

    mended_by: list[str] = field(default_factory=list)

    def run(self, *words: str, timeout_s: float = 90, told: str = "") -> str:
        command = " ".join(words)
        if any(command.startswith(cure) for cure in self.mended_by):
            self.says["iw dev"] = self.says["iw dev"].replace(DEAD, ON_BOARD)  # type: ignore[union-attr]  # it does not fail here
        return super().run(*words, timeout_s=timeout_s, told=told)

    def die(self) -> None:
        self.says["iw dev"] = (self.says["iw dev"] or "").replace(ON_BOARD, DEAD)


class Hour:
    """A clock that tests turn."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    made = Pi(tmp_path, {"iw dev": ON_BOARD, "nmcli -g GENERAL.STATE": CONNECTED})
    made.write({keyfile.PATH: "", "sys/class/net/wlan0/operstate": "up\n"})
    return made


def watched(pi: Pi, clock: Hour) -> RadioWatcher:
    board = Board(pi.root / "network.json", Facts())
    return RadioWatcher(pi, "wlan0", board, clock)


def pass_by(watcher: RadioWatcher, clock: Hour, seconds: float) -> None:
    end = clock.now_s + seconds
    while clock.now_s < end:
        clock.now_s += watcher.step()


def facts(pi: Pi) -> tuple[str, int]:
    known = read_facts(pi.root / "network.json")
    assert known is not None
    return known.radio, known.restarts


def test_an_access_point_that_dies_is_back_in_time_and_counted(pi: Pi) -> None:
    pi.mended_by.append(UP)
    clock = Hour()
    watcher = watched(pi, clock)
    pass_by(watcher, clock, 60)
    assert facts(pi) == ("serving", 0)
    assert not [command for command in pi.ran if command.startswith(UP)]
    pi.die()
    # Of these seconds an access point needs up to 8 to start.
    pass_by(watcher, clock, BACK_WITHIN_S - 8)
    assert facts(pi) == ("serving", 1)


def test_another_network_on_the_radio_is_found_although_networkmanager_is_asked_seldom(
    pi: Pi,
) -> None:
    clock = Hour()
    watcher = watched(pi, clock)
    pass_by(watcher, clock, 300)
    asked = [command for command in pi.ran if command.startswith("nmcli")]
    assert 10 <= len(asked) <= 12
    pi.says["nmcli -g GENERAL.STATE"] = "100 (connected)\nanother network\n"
    pass_by(watcher, clock, 60)
    assert facts(pi)[1] >= 1


def test_what_a_connection_does_not_mend_a_driver_may(pi: Pi) -> None:
    (pi.root / "sys/class/net/wlan0/device/driver").mkdir(parents=True)
    (pi.root / "sys/module/brcmfmac").mkdir(parents=True)
    (pi.root / "sys/class/net/wlan0/device/driver/module").symlink_to(
        pi.root / "sys/module/brcmfmac"
    )
    pi.mended_by.append("modprobe brcmfmac")
    clock = Hour()
    watcher = watched(pi, clock)
    pass_by(watcher, clock, 6)
    pi.die()
    pass_by(watcher, clock, 60)
    assert facts(pi) == ("serving", 3)
    assert "modprobe -r brcmfmac" in pi.ran


def test_a_broken_radio_is_said_to_be_silent_and_not_hammered(pi: Pi) -> None:
    clock = Hour()
    watcher = watched(pi, clock)
    pi.die()
    pass_by(watcher, clock, 3600)
    state, restarts = facts(pi)
    assert state == "silent"
    assert 5 <= restarts <= 10


def test_a_restart_that_fails_counts_and_is_said(pi: Pi) -> None:
    pi.says[UP] = None
    clock = Hour()
    watcher = watched(pi, clock)
    pi.die()
    watcher.step()
    clock.now_s = 5
    with pytest.raises(HotspotError, match="connection up"):
        watcher.step()
    watcher.step()
    assert facts(pi) == ("silent", 1)


def test_a_beacon_that_the_other_radio_misses_twice_is_not_there(pi: Pi) -> None:
    pi.says.update({"iw dev": ON_BOARD + SECOND, "iw dev wlan1 scan": HEARD})
    clock = Hour()
    watcher = watched(pi, clock)
    pass_by(watcher, clock, 1000)
    assert facts(pi) == ("serving", 0)
    assert len([command for command in pi.ran if "scan" in command]) == 4
    pi.says["iw dev wlan1 scan"] = OTHERS
    while not [command for command in pi.ran if command.startswith(UP)]:
        assert clock.now_s < 1320
        pass_by(watcher, clock, 1)
    pi.says["iw dev wlan1 scan"] = HEARD
    pass_by(watcher, clock, 3000)
    assert facts(pi) == ("serving", 1)
    # A scan that cannot be made says nothing against it.
    pi.says["iw dev wlan1 scan"] = None
    pass_by(watcher, clock, 3000)
    assert facts(pi) == ("serving", 1)


def test_a_radio_that_has_gone_deaf_does_not_throw_phones_out_for_ever(pi: Pi) -> None:
    pi.says.update({"iw dev": ON_BOARD + SECOND, "iw dev wlan1 scan": OTHERS})
    clock = Hour()
    watcher = watched(pi, clock)
    pass_by(watcher, clock, 3000)
    assert facts(pi) == ("serving", 0)
    pi.says["iw dev wlan1 scan"] = HEARD
    pass_by(watcher, clock, 310)
    pi.says["iw dev wlan1 scan"] = OTHERS
    pass_by(watcher, clock, 20_000)
    assert facts(pi) == ("serving", 3)


def test_a_hotspot_that_was_taken_down_is_not_brought_back(pi: Pi) -> None:
    (pi.root / keyfile.PATH).unlink()
    pi.die()
    clock = Hour()
    pass_by(watched(pi, clock), clock, 600)
    assert facts(pi) == ("none", 0)
    assert pi.ran == []
