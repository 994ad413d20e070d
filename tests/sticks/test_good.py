"""Sticks as people bring them: plugged in, and that is all."""

from __future__ import annotations

from pathlib import Path

from tests.sticks import images
from tests.sticks.desk import Desk
from tests.sticks.machine import SERIAL
from tests.sticks.releases import Publisher

SAFE = {"ro", "nosuid", "nodev", "noexec", "nosymfollow"}


def test_plugging_a_good_stick_in_shows_its_release(
    desk: Desk, publisher: Publisher, stick: Path, tmp_path: Path
) -> None:
    number = publisher.publish(tmp_path / "release")
    images.vfat(stick, tmp_path / "release")
    with desk.plugged(stick):
        desk.wait_for_news()
        (mounted,) = desk.mounted()
        told = desk.result()
        assert desk.mounted() == []
    assert set(mounted.split()[5].split(",")) > SAFE
    assert (told["result"], told["release"]) == ("shown", number)
    assert desk.shown() == number


def test_a_stick_that_is_pulled_out_mid_way_breaks_nothing_and_is_taken_the_next_time(
    desk: Desk, publisher: Publisher, stick: Path, tmp_path: Path
) -> None:
    before = desk.shown()
    number = publisher.publish(tmp_path / "release")
    images.vfat(stick, tmp_path / "release")
    with desk.plugged(stick, bytes_a_second=60_000):
        desk.wait_for_stage("fetching")
    told = desk.result()
    assert told["result"] in {"incomplete", "unreadable"}
    assert (desk.shown(), desk.mounted()) == (before, [])
    assert desk.result_of(stick)["result"] == "shown"
    assert desk.shown() == number


def test_a_stick_that_the_box_has_written_is_a_source_and_keeps_the_owners_files(
    desk: Desk, stick: Path
) -> None:
    images.exfat(stick)
    with desk.mounted_by_hand(stick) as folder:
        desk.box.run("sh", "-c", f"echo mine >'{folder}/{images.PHOTO}'")
        assert f"Release {desk.shown()} is in" in desk.export(folder)
        assert desk.box.run("cat", f"{folder}/{images.PHOTO}") == "mine\n"
    assert desk.result_of(stick)["result"] == "nothing new"


def test_nothing_says_whose_stick_it_was(desk: Desk) -> None:
    written = desk.journal() + desk.box.run("sh", "-c", "grep -r . /run/helppoint || true")
    assert "now showing release" in written
    for trace in (images.LABEL, images.PHOTO, SERIAL):
        assert trace not in written
