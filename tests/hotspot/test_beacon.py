"""Outputs as real programs print them; where each was read stands beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.errors import HotspotError
from appliance.hotspot import keyfile
from appliance.hotspot.beacon import (
    CONNECTION,
    all_cards,
    cards_of,
    driver,
    ear,
    is_heard,
    is_wanted,
    look,
    restart,
)
from appliance.hotspot.radio import Action
from tests.hotspot.computer import Computer

# Pi 4 and Compute Module 3 with an access point on board (RPi-Distro/firmware-nonfree 36).
ON_BOARD = """\
phy#0
	Unnamed/non-netdev interface
		wdev 0x2
		addr 02:00:00:00:00:99
		type P2P-device
	Interface wlan0
		ifindex 5
		wdev 0x1
		addr 02:00:00:00:00:0A
		ssid TESTING_AP
		type AP
		channel 6 (2437 MHz), width: 20 MHz, center1: 2437 MHz
		txpower 31.00 dBm
"""
# A client that is not joined to anything (wifiphisher 443), on a second radio.
SECOND = """\
phy#1
	Interface wlan1
		ifindex 4
		wdev 0x100000001
		addr 02:00:00:00:00:0b
		type managed
		txpower 20.00 dBm
"""
# The same radio after its access point has gone: still of that type, nothing is sent.
DEAD = "".join(line for line in ON_BOARD.splitlines(keepends=True) if "channel" not in line)
# OpenWrt's iw adds a table, whose lines are no words of a card's.
WITH_TABLE = ON_BOARD + "\t\tmulticast TXQ:\n\t\t\tqsz-byt\tqsz-pkt\tflows\n\t\t\t0\t0\t0\n"
# `nmcli -g` prints one value on each line (nmcli 1.42, nm-dbus-interface.h for the numbers).
CONNECTED, CONNECTING = f"100 (connected)\n{CONNECTION}\n", f"50 (connecting)\n{CONNECTION}\n"
# kellyjonbrazil/jc 94
HEARD = """\
BSS 02:00:00:00:00:0c(on wlan1)
	freq: 2437
BSS 02:00:00:00:00:0a(on wlan1)
	TSF: 212106562854 usec (2d, 10:55:06)
"""


def computer(tmp_path: Path, listing: str = ON_BOARD, state: str | None = CONNECTED) -> Computer:
    made = Computer(tmp_path, {"iw dev": listing, "nmcli -g GENERAL.STATE": state})
    made.write({"sys/class/net/wlan0/operstate": "up\n"})
    return made


@pytest.mark.parametrize("listing", [ON_BOARD, WITH_TABLE, SECOND + ON_BOARD, ON_BOARD + SECOND])
def test_an_access_point_with_a_name_and_a_channel_serves(tmp_path: Path, listing: str) -> None:
    box = computer(tmp_path, listing)
    assert look(box, all_cards(box), "wlan0").serves


@pytest.mark.parametrize(
    ("listing", "state", "is_starting"),
    [
        (DEAD, CONNECTED, False),
        (SECOND, CONNECTED, False),
        (ON_BOARD.replace("type AP", "type managed"), CONNECTED, False),
        ("", None, False),
        (ON_BOARD, None, False),
        (ON_BOARD, "100 (connected)\nanother network\n", False),
        (ON_BOARD, "30 (disconnected)\n\n", False),
        (DEAD, CONNECTING, True),
    ],
)
def test_all_else_is_silence(
    tmp_path: Path, listing: str, state: str | None, *, is_starting: bool
) -> None:
    box = computer(tmp_path, listing, state)
    seen = look(box, all_cards(box), "wlan0")
    assert not seen.serves
    assert seen.is_starting is is_starting


def test_a_card_without_carrier_is_silent(tmp_path: Path) -> None:
    box = computer(tmp_path)
    box.write({"sys/class/net/wlan0/operstate": "down\n"})
    assert not look(box, all_cards(box), "wlan0").serves


def test_without_iw_nothing_is_said_of_any_radio(tmp_path: Path) -> None:
    with pytest.raises(HotspotError):
        all_cards(Computer(tmp_path, {"iw": None}))


def test_the_ear_is_a_client_on_another_radio() -> None:
    assert ear(cards_of(ON_BOARD + SECOND), "wlan0") == "wlan1"
    assert ear(cards_of(ON_BOARD), "wlan0") is None
    same = ON_BOARD + SECOND.replace("phy#1\n", "")
    assert ear(cards_of(same), "wlan0") is None
    assert ear(cards_of(ON_BOARD + SECOND.replace("managed", "AP")), "wlan0") is None


@pytest.mark.parametrize(
    ("scan", "heard"),
    [
        (HEARD, True),
        (HEARD.replace("0a(", "0A("), True),
        (HEARD.replace("BSS 02:00:00:00:00:0a", "BSS 02:00:00:00:00:0d"), False),
        (HEARD.replace("BSS 02:00:00:00:00:0a(on wlan1)", "\tSSID: BSS 02:00:00:00:00:0a("), False),
        ("", False),
        (None, None),
    ],
)
def test_the_ear_knows_its_own_radio_by_its_address(
    tmp_path: Path, scan: str | None, *, heard: bool | None
) -> None:
    box = Computer(tmp_path, {"iw dev wlan1 scan freq 2437": scan})
    assert is_heard(box, cards_of(ON_BOARD + SECOND), "wlan0", "wlan1") is heard
    assert is_heard(box, cards_of(DEAD + SECOND), "wlan0", "wlan1") is None


def test_modules_are_unloaded_in_the_order_that_linux_allows(tmp_path: Path) -> None:
    box = computer(tmp_path)
    assert driver(box, "wlan0") == ()
    box.write({"sys/module/brcmfmac/holders/brcmfmac_wcc": "", "sys/class/net/wlan0/device/x": ""})
    (tmp_path / "sys/class/net/wlan0/device/driver").mkdir()
    link = tmp_path / "sys/class/net/wlan0/device/driver/module"
    link.symlink_to(tmp_path / "sys/module/brcmfmac")
    assert driver(box, "wlan0") == ("brcmfmac_wcc", "brcmfmac")


CONNECT = ["nmcli radio wifi on", f"nmcli --wait 20 connection up {CONNECTION}"]


@pytest.mark.parametrize(
    ("action", "modules", "commands"),
    [
        (Action.CONNECT, ("brcmfmac",), []),
        (Action.RESET, (), ["ip link set dev wlan0 down", "ip link set dev wlan0 up"]),
        (
            Action.RELOAD,
            ("brcmfmac_wcc", "brcmfmac"),
            [
                "modprobe -r brcmfmac_wcc brcmfmac",
                "modprobe brcmfmac",
                "udevadm settle --timeout=20 --exit-if-exists=/sys/class/net/wlan0",
            ],
        ),
        (Action.RELOAD, (), []),
    ],
)
def test_each_step_ends_with_the_connection_brought_up(
    action: Action, modules: tuple[str, ...], commands: list[str]
) -> None:
    box = Computer()
    restart(action, box, "wlan0", modules)
    assert box.ran == commands + CONNECT


def test_a_box_without_a_profile_wants_no_hotspot(tmp_path: Path) -> None:
    box = Computer(tmp_path)
    assert not is_wanted(box)
    box.write({keyfile.PATH: ""})
    assert is_wanted(box)
