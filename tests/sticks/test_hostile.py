"""Sticks that bring nothing, or harm."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.content import tree_saying
from tests.publisher import Publisher as Stranger
from tests.sticks import images
from tests.sticks.desk import Desk
from tests.sticks.releases import Publisher
from tests.sync.hostile import SPOILT, Spoil, device

ZERO = (stat.S_IFCHR, 1, 5)


@pytest.fixture(scope="module")
def release(publisher: Publisher, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release that the box would take."""
    folder = tmp_path_factory.mktemp("newer") / "release"
    publisher.publish(folder)
    return folder


@pytest.fixture(autouse=True)
def unharmed(desk: Desk) -> Iterator[None]:
    """Whatever is plugged in: what is shown stays, nothing stays mounted, nothing has failed."""
    before = desk.shown()
    yield
    assert desk.shown() == before
    assert desk.mounted() == []
    assert desk.box.run("systemctl", "--failed", "--no-legend", "--plain") == ""


def test_sticks_without_our_content_and_other_file_systems_are_left_alone(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    photos = images.vfat(tmp_path / "photos")
    other = images.ext(tmp_path / "other", tmp_path / "empty", kind="ext2")
    with desk.plugged(other, photos):
        desk.wait_until_done()
        desk.box.run("udevadm", "settle")
        found = desk.box.run("lsblk", "--noheadings", "--output", "FSTYPE").split()
        assert {"ext2", "vfat"} <= set(found)
    assert not desk.has_news()


def test_a_strangers_release_is_refused(desk: Desk, stick: Path, tmp_path: Path) -> None:
    stranger = Stranger.new(tmp_path)
    stranger.pack(tree_saying("Send money."))
    assert desk.result_of(images.vfat(stick, stranger.repository))["result"] == "refused"


def test_four_gigabytes_of_metadata_are_not_read(desk: Desk, release: Path, stick: Path) -> None:
    images.vfat(stick, release)
    images.claim_four_gigabytes(stick, "TIMEST~1JSO")
    assert desk.result_of(stick)["result"] == "unreadable"


@pytest.mark.parametrize(
    "spoil",
    [SPOILT["a link to a folder within the stick"], device(*ZERO)],
    ids=["link", "device"],
)
def test_what_only_linux_can_put_on_a_stick_is_refused(
    desk: Desk, release: Path, stick: Path, tmp_path: Path, spoil: Spoil
) -> None:
    shutil.copytree(release, tmp_path / "spoilt")
    spoil(tmp_path / "spoilt")
    images.ext(stick, tmp_path / "spoilt")
    assert desk.result_of(stick)["result"] == "unreadable"


def test_a_stick_that_wants_the_computer_to_halt_at_its_faults_is_not_heard(
    desk: Desk, release: Path, stick: Path
) -> None:
    images.ext(stick, release)
    images.halt_at_faults(stick)
    assert desk.result_of(stick)["result"] in {"unreadable", "incomplete"}


def test_a_stick_that_cannot_be_mounted_is_told(desk: Desk, release: Path, stick: Path) -> None:
    images.ext(stick, release)
    images.from_the_future(stick)
    assert desk.result_of(stick)["result"] == "unreadable"
