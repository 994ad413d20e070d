"""Choosing a channel: what `iw` prints is read, and the choice is kept."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.hotspot.apply import apply
from appliance.hotspot.channels import Heard
from appliance.hotspot.model import Hotspot
from appliance.hotspot.render import render, write
from appliance.hotspot.scan import MOST_NETWORKS, PATH, parse, scan, settled
from tests.hotspot.box import Box

PICKS = Hotspot(picks_channel=True)
# As iw 5.19 prints it (iw's scan.c, print_bss_handler): one network of 2.4 GHz, one of 5 GHz, one
# by a newer iw, and a name that would like to be read as something else.
SAID = r"""BSS 02:00:00:00:01:00(on wlan0) -- associated
	TSF: 1700000000 usec (0d, 00:28:20)
	freq: 2437
	beacon interval: 100 TUs
	capability: ESS (0x0401)
	signal: -41.00 dBm
	last seen: 0 ms ago
	SSID: Library
BSS 02:00:00:00:02:00(on wlan0)
	freq: 5180
	signal: -50.00 dBm
	SSID: x\x0a\tfreq: 2412
BSS 02:00:00:00:03:00(on wlan0)
	freq: 2412.0
	signal: -80.00 dBm
	SSID: 	freq: 2462
BSS 02:00:00:00:04:00(on wlan0)
	freq: 2484
	signal: -20.00 dBm
BSS 02:00:00:00:05:00(on wlan0)
	freq: 2462
	signal: 12/100
"""


def _hearing(root: Path, said: str = SAID, how: str = "iw dev wlan0 scan") -> Box:
    return Box(root, answers={how: said})


def test_what_a_scan_prints_is_read() -> None:
    assert list(parse(SAID)) == [Heard(6, -41), Heard(1, -80)]


@given(st.text())
def test_nothing_that_is_printed_breaks_the_reading(said: str) -> None:
    for heard in parse(said + "BSS " + said):
        assert 1 <= heard.channel <= 13


def test_an_endless_scan_is_read_to_a_bound(tmp_path: Path) -> None:
    heard = scan(_hearing(tmp_path, SAID * MOST_NETWORKS), "wlan0")
    assert heard is not None
    assert len(heard) == MOST_NETWORKS


def test_the_quietest_channel_is_chosen_and_kept(tmp_path: Path) -> None:
    assert settled(PICKS, _hearing(tmp_path)).channel == 11
    louder = SAID.replace("2437", "2462")
    later = _hearing(tmp_path, louder)
    assert settled(PICKS, later).channel == 11
    assert later.said == []
    assert settled(PICKS, later, rescan=True).channel == 6
    assert settled(PICKS, _hearing(tmp_path)).channel == 6


def test_a_channel_that_a_person_chose_stays(tmp_path: Path) -> None:
    box = _hearing(tmp_path)
    assert settled(Hotspot(channel=3), box, rescan=True).channel == 3
    external = replace(PICKS, profile="external")
    assert settled(external, box).channel == external.channel
    assert box.said == []


def test_an_access_point_that_can_listen_only_by_force_does(tmp_path: Path) -> None:
    forced = _hearing(tmp_path, how="iw dev wlan0 scan ap-force")
    assert settled(PICKS, forced).channel == 11


def test_a_radio_that_cannot_listen_keeps_the_channel_it_served(tmp_path: Path) -> None:
    deaf = Box(tmp_path)
    write(render(replace(PICKS, channel=11)), tmp_path)
    assert settled(PICKS, deaf).channel == 11
    assert settled(PICKS, deaf, rescan=True).channel == 11
    fresh = Box(tmp_path / "fresh")
    assert settled(PICKS, fresh).channel == PICKS.channel


@pytest.mark.parametrize("text", ["", "14", "0", "six", "-1", "6 6", "999"])
def test_a_damaged_memory_is_no_channel(tmp_path: Path, text: str) -> None:
    path = tmp_path / PATH
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert settled(PICKS, _hearing(tmp_path)).channel == 11


def test_apply_serves_the_chosen_channel_and_listens_once(tmp_path: Path) -> None:
    box = _hearing(tmp_path)
    apply(PICKS, box)
    assert "\nchannel=11\n" in box.kept.profile
    assert apply(PICKS, box) == []
    assert len([said for said in box.said if re.search(r"\bscan\b", said)]) == 1
    louder = Box(tmp_path, box.kept, answers={"iw dev": SAID.replace("2437", "2462")})
    assert apply(PICKS, louder, rescan=True) == ["The network for phones: put in force."]
    assert "\nchannel=6\n" in box.kept.profile
