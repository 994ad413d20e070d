"""Putting a hotspot in force on a computer that keeps what it is told (box.py)."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from appliance.errors import HotspotError
from appliance.files import held
from appliance.hotspot import boot, dnsmasq, firewall, gate, keyfile
from appliance.hotspot.apply import PartlyAppliedError, apply
from appliance.hotspot.down import down
from appliance.hotspot.lock import only_one
from appliance.hotspot.model import Hotspot
from appliance.hotspot.parts import ALL
from appliance.hotspot.record import PATH as RECORD
from appliance.hotspot.render import render
from tests.hotspot.box import Box, CutError, Kept
from tests.hotspot.samples import SAMPLES

ONLINE = SAMPLES["onboard-passphrase"]
OFFLINE = replace(ONLINE, resolvers=())
FIRMWARE = "cyfmac43455-sdio.bin"
GATE, DNSMASQ = "helppoint-gate.service", "helppoint-dnsmasq.service"
every = pytest.mark.parametrize("name", SAMPLES)


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return _new(tmp_path)


def _new(root: Path) -> Box:
    return Box(root, Kept(alternatives={FIRMWARE: "somewhere"}))


def _again(box: Box) -> Box:
    """The same computer, with nothing said yet and nothing wrong."""
    return Box(box.root, box.kept)


def _files(box: Box) -> dict[str, str]:
    paths = [path for path in box.root.rglob("*") if path.is_file()]
    return {path.relative_to(box.root).as_posix(): path.read_text() for path in paths}


@every
def test_all_files_are_written_and_in_force(box: Box, name: str) -> None:
    hotspot = SAMPLES[name]
    apply(hotspot, box)
    files = render(hotspot)
    assert {path: text for path, text in _files(box).items() if path in files} == files
    assert box.kept.rules == files[firewall.PATH]
    assert box.kept.profile == files.get(keyfile.PATH, "")
    assert box.kept.is_up == hotspot.has_own_network
    running = {unit for unit in box.kept.running if unit != "helppoint-hotspot.service"}
    assert (GATE in running) == hotspot.has_gate
    assert (DNSMASQ in running) == hotspot.has_own_network
    assert box.kept.enabled == set(box.kept.running) - {GATE}
    assert box.kept.kernel["net.ipv4.icmp_ratelimit"] == "0"


@every
def test_every_file_belongs_to_a_part(name: str) -> None:
    known = {path for part in ALL for path in part.paths}
    assert set(render(SAMPLES[name])) <= known


@every
def test_the_second_time_nothing_is_done(box: Box, name: str) -> None:
    assert apply(SAMPLES[name], box) != []
    again = _again(box)
    assert apply(SAMPLES[name], again) == []
    assert again.deeds() == []


def test_only_root_can_read_what_was_applied(box: Box) -> None:
    apply(ONLINE, box)
    for path in (keyfile.PATH, RECORD):
        assert stat.S_IMODE((box.root / path).stat().st_mode) == 0o600


def test_the_gate_comes_and_goes_without_disturbing_phones(box: Box) -> None:
    apply(OFFLINE, box)
    comes = _again(box)
    assert apply(ONLINE, comes) == [
        "The firewall: put in force.",
        "The gate to trusted sites: put in force.",
    ]
    goes = _again(box)
    assert apply(OFFLINE, goes) == [
        "The gate to trusted sites: removed.",
        "The firewall: put in force.",
    ]
    assert not (box.root / gate.PATH).exists()
    allowed = ("nft --file", f"systemctl reload-or-restart {GATE}", f"systemctl stop {GATE}")
    assert [deed for deed in comes.deeds() + goes.deeds() if not deed.startswith(allowed)] == []


def test_only_the_part_that_changed_is_touched(box: Box) -> None:
    apply(OFFLINE, box)
    renamed = _again(box)
    assert apply(replace(OFFLINE, name=b"Oak"), renamed) == [
        "The network for phones: put in force."
    ]
    assert {deed.split()[0] for deed in renamed.deeds()} == {"nmcli"}
    moved = _again(box)
    apply(replace(OFFLINE, name=b"Oak", portal_port=81), moved)
    assert {deed.split()[0] for deed in moved.deeds()} == {"nft"}


def test_a_radio_that_moves_is_closed_before_the_firewall_moves(box: Box) -> None:
    apply(OFFLINE, box)
    moved = _again(box)
    apply(SAMPLES["usb-unknown"], moved)
    deeds = moved.deeds()
    closing = deeds.index("nmcli connection delete id helppoint-hotspot")
    assert closing < min(n for n, deed in enumerate(deeds) if deed.startswith("nft --file"))
    assert box.kept.is_up


def test_what_is_no_longer_wanted_is_taken_away(box: Box) -> None:
    apply(ONLINE, box)
    apply(SAMPLES["lan"], _again(box))
    there = _files(box)
    for path in (keyfile.PATH, dnsmasq.PATH, gate.PATH, boot.COUNTRY_PATH, boot.FIRMWARE_PATH):
        assert path not in there
    assert (box.kept.profile, box.kept.is_up) == ("", False)
    assert not {GATE, DNSMASQ} & {*box.kept.running, *box.kept.enabled}


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lambda kept: setattr(kept, "rules", ""), "The firewall"),
        (lambda kept: setattr(kept, "rules", kept.rules.replace("drop", "accept")), "The firewall"),
        (lambda kept: kept.addresses.clear(), "The portal's address"),
        (lambda kept: kept.kernel.update({"net.ipv4.ip_forward": "1"}), "The kernel's settings"),
        (lambda kept: kept.running.pop(DNSMASQ), "Addresses and names for phones"),
        (lambda kept: kept.enabled.remove(DNSMASQ), "Addresses and names for phones"),
        (lambda kept: kept.running.pop(GATE), "The gate to trusted sites"),
        (lambda kept: setattr(kept, "is_up", False), "The network for phones"),
        (lambda kept: setattr(kept, "is_blocked", True), "The radio's country"),
        (lambda kept: kept.alternatives.update({FIRMWARE: "old"}), "The radio's firmware"),
    ],
)
def test_what_is_no_longer_in_force_is_put_back(box: Box, harm: object, sentence: str) -> None:
    apply(ONLINE, box)
    assert callable(harm)
    harm(box.kept)
    (done,) = apply(ONLINE, _again(box))
    assert done.startswith(f"{sentence}: was no longer in force, and is again.")
    assert apply(ONLINE, _again(box)) == []


@pytest.mark.parametrize("path", [firewall.PATH, keyfile.PATH, dnsmasq.PATH, RECORD])
def test_a_damaged_file_is_mended(box: Box, path: str) -> None:
    apply(ONLINE, box)
    before = _files(box)
    (box.root / path).write_bytes(b"\xff")
    assert apply(ONLINE, _again(box)) != []
    assert _files(box) == before


@pytest.mark.parametrize("is_done_at_cut", [False, True])
@pytest.mark.parametrize("target", [ONLINE, SAMPLES["lan"], SAMPLES["usb-unknown"]])
def test_a_cut_at_any_command_is_completed_by_the_next_apply(
    tmp_path: Path, target: Hotspot, is_done_at_cut: bool
) -> None:
    before, whole = _new(tmp_path / "before"), _new(tmp_path / "whole")
    apply(OFFLINE, before)
    apply(OFFLINE, whole)
    apply(target, _again(whole))
    cuts = 0
    for box in _cut_at_each_deed(before, is_done_at_cut, lambda box: apply(target, box)):
        apply(target, _again(box))
        assert _files(box) == _files(whole)
        assert box.kept == whole.kept
        assert apply(target, _again(box)) == []
        cuts += 1
    assert cuts == len(_deeds(before, lambda box: apply(target, box))) > 1


def _deeds(before: Box, does: Callable[[Box], object]) -> list[str]:
    box = _copy(before, "uncut")
    does(box)
    return box.deeds()


def _cut_at_each_deed(
    before: Box, is_done_at_cut: bool, does: Callable[[Box], object]
) -> Iterator[Box]:
    for number in count():
        box = _copy(before, str(number))
        try:
            does(replace(box, cut_at=number, is_done_at_cut=is_done_at_cut))
        except CutError:
            yield box
        else:
            return


def _copy(box: Box, name: str) -> Box:
    root = box.root.with_name(name)
    shutil.copytree(box.root, root)
    return Box(root, deepcopy(box.kept))


@pytest.mark.parametrize("is_done_at_cut", [False, True])
def test_a_cut_while_undoing_is_completed_by_the_next_down(
    tmp_path: Path, is_done_at_cut: bool
) -> None:
    before = _new(tmp_path / "before")
    apply(ONLINE, before)
    cuts = 0
    for box in _cut_at_each_deed(before, is_done_at_cut, down):
        down(_again(box))
        _assert_gone(box)
        cuts += 1
    assert cuts == len(_deeds(before, down)) > 10


def test_down_undoes_all_and_then_has_nothing_to_do(box: Box) -> None:
    apply(ONLINE, box)
    done = down(_again(box))
    assert done[0] == "The watcher: removed."
    assert done.index("The network for phones: removed.") < done.index("The firewall: removed.")
    _assert_gone(box)
    again = _again(box)
    assert down(again) == []
    assert again.deeds() == []


def _assert_gone(box: Box) -> None:
    """As on the first day, but for the country, which others may use."""
    left = Kept(alternatives={FIRMWARE: "auto"}, country="GB", is_blocked=False)
    left.kernel = {**box.kept.kernel, "net.ipv4.icmp_ratelimit": "1000"}
    assert box.kept == left
    assert set(_files(box)) <= {"run/helppoint/hotspot.lock"}


def test_a_firewall_that_nft_refuses_changes_nothing(box: Box) -> None:
    apply(OFFLINE, box)
    before, kept = _files(box), box.kept.rules
    refusing = Box(box.root, box.kept, broken={"nft --check"})
    with pytest.raises(PartlyAppliedError, match="so the test wants it") as caught:
        apply(ONLINE, refusing)
    assert caught.value.done == []
    assert (_files(box), box.kept.rules) == (before, kept)
    assert refusing.deeds() == []


def test_one_part_that_fails_keeps_no_other_from_coming(box: Box) -> None:
    failing = Box(box.root, box.kept, broken={"dnsmasq --test", "iw reg set"})
    with pytest.raises(PartlyAppliedError) as caught:
        apply(ONLINE, failing)
    assert str(caught.value).count("so the test wants it") == 2
    assert "Addresses and names for phones: " in str(caught.value)
    assert "The network for phones: put in force." in caught.value.done
    assert not (box.root / dnsmasq.PATH).exists()
    (first, *_) = apply(ONLINE, _again(box))
    assert first == "Addresses and names for phones: put in force."


def test_a_unit_that_is_not_installed_is_named(box: Box) -> None:
    box.kept.known_units.remove("helppoint-mdns.service")
    with pytest.raises(PartlyAppliedError, match=r"helppoint-mdns\.service is not installed"):
        apply(OFFLINE, box)


def test_a_radio_that_keeps_its_own_country_is_told_once(box: Box) -> None:
    stubborn = {"iw reg get": "global\ncountry 99: DFS-UNSET\n"}
    apply(OFFLINE, Box(box.root, box.kept, answers=stubborn))
    again = Box(box.root, box.kept, answers=stubborn)
    assert apply(OFFLINE, again) == []


def test_a_switched_off_radio_is_told(box: Box) -> None:
    off = {"rfkill --noheadings": "wlan blocked\n"}
    with pytest.raises(PartlyAppliedError, match="off by a switch"):
        apply(OFFLINE, Box(box.root, box.kept, answers=off))


def test_without_a_choice_of_firmware_nothing_is_chosen(tmp_path: Path) -> None:
    box = Box(tmp_path)
    apply(OFFLINE, box)
    assert apply(OFFLINE, _again(box)) == []
    assert not [deed for deed in box.deeds() if deed.startswith("update-alternatives")]


def test_the_firmware_waits_for_the_next_start(box: Box) -> None:
    done = apply(OFFLINE, box)
    assert "The radio's firmware: put in force. It takes effect when the box starts again." in done
    assert box.kept.alternatives[FIRMWARE].endswith("-standard.bin")


def test_two_cannot_change_the_hotspot_at_once(box: Box) -> None:
    apply(OFFLINE, box)
    with (
        held(box.root / "run/helppoint/hotspot.lock"),
        pytest.raises(HotspotError, match="another process"),
        only_one(box, patience_s=0.1),
    ):
        pass


def test_a_root_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "run").touch()
    with pytest.raises(HotspotError, match="must be run as root"):
        apply(OFFLINE, Box(tmp_path))


@pytest.mark.parametrize(("name", "told_by"), [("sharing", 2), ("lan-sharing", 1)])
def test_sharing_ends_without_a_trace(box: Box, name: str, told_by: int) -> None:
    sharing = SAMPLES[name]
    apply(sharing, box)
    avahis = {unit for unit in box.kept.running if "mdns" in unit}
    assert len(avahis) == told_by
    assert "helppoint-neighbour.socket" in box.kept.running
    assert "tcp dport != 8066 accept" in box.kept.rules
    apply(replace(sharing, shares_on=""), _again(box))
    assert not [unit for unit in box.kept.running if "neighbour" in unit]
    assert not [unit for unit in box.kept.enabled if "neighbour" in unit]
    assert not [path for path in _files(box) if "neighbour" in path or "content" in path]
    assert "8066" not in box.kept.rules


def test_the_port_moves_with_the_wired_card(box: Box) -> None:
    apply(SAMPLES["sharing"], box)
    done = apply(replace(SAMPLES["sharing"], shares_on="end0"), _again(box))
    assert "Content for other boxes: put in force." in done
    assert "BindToDevice=end0" in box.kept.running["helppoint-neighbour.socket"]
