"""The command that systemd runs for a stick, and what the desk is told."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.cli.stick import BUSY_TRIES, RESULTS, Desk, result_of, take
from appliance.config import Config, read_config
from appliance.errors import ApplianceError, BusyError, ConfigError, StoreError, TooOldError
from appliance.files import held
from appliance.state.stick import ENDED, StickNews, read_news
from appliance.state.stick import RESULTS as WORDS
from tests.conftest import Helppoint
from tests.publisher import Publisher, files_in
from tests.sticks.releases import small_tree

PHOTO = "Ann at the doctor.jpg"


@pytest.fixture
def point(tmp_path: Path) -> Helppoint:
    """A box that shows release 1; its publisher has release 2."""
    point = Helppoint.new(tmp_path, small_tree("one"))
    with (point.home / "helppoint.toml").open("a") as config:
        config.write(f'runtime = "{tmp_path / "run"}"\n')
    assert point.run("sync", "--embedded").returncode == 0
    return point


@pytest.fixture
def stick(point: Helppoint, tmp_path: Path) -> Path:
    """A stick with release 2 and a photo."""
    point.publisher.pack(small_tree("two"))
    stick = tmp_path / "stick"
    shutil.copytree(point.publisher.repository, stick)
    (stick / PHOTO).write_text("a photo")
    return stick


def news(point: Helppoint) -> StickNews | None:
    return read_news(config_of(point).stick_file)


def config_of(point: Helppoint) -> Config:
    return read_config(point.home)


def result(point: Helppoint, stick: Path) -> str:
    point.run("stick", str(stick))
    told = news(point)
    assert told is not None
    assert told.stage == ENDED
    return told.result


@pytest.mark.parametrize("place", ["", "helppoint"])
def test_a_good_stick_is_shown_and_the_second_time_brings_nothing_new(
    point: Helppoint, stick: Path, tmp_path: Path, place: str
) -> None:
    if place:
        shutil.copytree(stick, tmp_path / "other" / place)
        stick = tmp_path / "other"
    done = point.run("stick", str(stick))
    told = news(point)
    assert done.returncode == 0, done.stderr
    assert told is not None
    assert (told.stage, told.result, told.release) == (ENDED, "shown", 2)
    assert result(point, stick) == "nothing new"


def test_a_stick_with_nothing_for_us_is_left_alone_and_nothing_is_said(
    point: Helppoint, tmp_path: Path
) -> None:
    photos = tmp_path / "photos"
    (photos / "metadata").mkdir(parents=True)
    (photos / PHOTO).write_text("a photo")
    before = files_in(point.home)
    done = point.run("stick", str(photos))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert news(point) is None
    assert files_in(point.home) == before


def test_nothing_is_told_of_what_else_is_on_a_stick(point: Helppoint, stick: Path) -> None:
    done = point.run("stick", str(stick))
    told = config_of(point).stick_file.read_text()
    assert PHOTO not in done.stdout + done.stderr + told


def test_a_strangers_stick_is_refused(point: Helppoint, tmp_path: Path) -> None:
    stranger = Publisher.new(tmp_path / "stranger")
    stranger.pack(small_tree("Send money."))
    assert result(point, stranger.repository) == "refused"


def test_a_half_written_stick_is_incomplete_with_and_without_its_last_file(
    point: Helppoint, stick: Path
) -> None:
    shown = config_of(point).store / "current.json"
    before = shown.read_bytes()
    for path in (stick / "blobs").glob("*/*"):
        path.unlink()
    assert result(point, stick) == "incomplete"
    (stick / "metadata" / "timestamp.json").unlink()
    assert result(point, stick) == "incomplete"
    assert shown.read_bytes() == before


def test_a_stick_that_lay_in_a_drawer_for_years_has_expired(
    point: Helppoint, tmp_path: Path
) -> None:
    """Signed with our keys, and both words, for the network and for sticks, have run out."""
    signed_at = datetime.now(UTC).replace(microsecond=0) - timedelta(days=400)
    point.publisher.pack(small_tree("two"), at=signed_at)
    assert result(point, point.publisher.repository) == "expired"


def test_a_link_in_place_of_our_folder_is_not_looked_behind(
    point: Helppoint, stick: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "helppoint").symlink_to(stick)
    for name in ("metadata", "blobs"):
        (other / name).symlink_to(stick / name)
    assert point.run("stick", str(other)).returncode == 0
    assert news(point) is None


def test_another_update_is_waited_for(point: Helppoint, stick: Path) -> None:
    config = config_of(point)
    desk = Desk(config.stick_file)
    waits: list[float] = []
    with held(config.store / "lock"):
        with pytest.raises(BusyError):
            take(config, stick, desk, waits.append)
        assert len(waits) == BUSY_TRIES
        told = news(point)
        assert told is not None
        assert told.stage == "waiting"
    assert take(config, stick, desk, waits.append) == ("shown", 2)


def test_a_stick_brings_a_box_back_whose_pointer_is_damaged(point: Helppoint, stick: Path) -> None:
    (config_of(point).store / "current.json").write_text("damaged")
    assert result(point, stick) == "shown"


def test_an_import_that_is_stopped_says_so_and_leaves_what_was_shown(
    point: Helppoint, stick: Path, tmp_path: Path
) -> None:
    config = config_of(point)
    with held(config.store / "lock"):
        process = subprocess.Popen(point.command("stick", str(stick)), stderr=subprocess.PIPE)
        # It says that it waits for the lock, and then it does.
        assert process.stderr is not None
        while b"waiting" not in process.stderr.readline():
            assert process.poll() is None
        process.terminate()
        process.communicate(timeout=20)
    assert process.returncode == 128 + 15
    told = news(point)
    assert told is not None
    assert (told.stage, told.result) == (ENDED, "stopped")


def test_a_desk_that_cannot_be_told_keeps_nothing_else_from_going_on(
    point: Helppoint, stick: Path, tmp_path: Path
) -> None:
    (tmp_path / "run").write_text("no folder")
    done = point.run("stick", str(stick))
    assert done.returncode == 0
    assert "the desk is not told" in done.stderr


def test_damaged_news_are_none(tmp_path: Path) -> None:
    file = tmp_path / "stick.json"
    for damaged in (b"", b"[]", b"{}", b'{"stage": "ended", "at": "", "who": "Ann"}', b"\xff"):
        file.write_bytes(damaged)
        assert read_news(file) is None


@pytest.mark.parametrize(
    ("error", "word"),
    [(TooOldError("x"), "unfit"), (ConfigError("x"), "unfit"), (StoreError("x"), "no room")],
)
def test_what_went_wrong_has_a_word(error: ApplianceError, word: str) -> None:
    assert result_of(error) == word


def test_every_word_is_one_that_the_desk_knows() -> None:
    assert {word for _, word in RESULTS} < set(WORDS)
