"""Sticks as people bring them: plugged in, and that is all."""

from __future__ import annotations

from pathlib import Path

from tests.sticks import images
from tests.sticks.desk import Desk
from tests.sticks.releases import Publisher


def test_plugging_a_good_stick_in_shows_its_release(
    desk: Desk, publisher: Publisher, stick: Path, tmp_path: Path
) -> None:
    number = publisher.publish(tmp_path / "release")
    images.vfat(stick, tmp_path / "release")
    told = desk.result_of(stick)
    assert (told["result"], told["release"]) == ("shown", number)
    assert desk.shown() == number
    assert desk.mounted() == []
