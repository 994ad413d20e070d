"""From one box to another by a folder, as a memory stick carries it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from appliance.errors import StoreError, TrustError
from appliance.release.layout import TIMESTAMP_DAYS
from appliance.sync.export import export
from appliance.sync.update import roll_back
from appliance.sync.web import MissingError
from tests.content import in_languages, tree_saying, whole_tree
from tests.publisher import Publisher, days_later, files_in
from tests.sync.device import Box


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    publisher = Publisher.new(tmp_path)
    publisher.pack(tree_saying("One."))
    publisher.pack(tree_saying("Two."))
    return publisher


@pytest.fixture
def box(publisher: Publisher, tmp_path: Path) -> Box:
    box = Box(tmp_path / "box", publisher.anchor())
    box.sync(str(publisher.repository))
    return box


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    return tmp_path / "stick"


def carry(box: Box, to: Path) -> None:
    export(box.store, box.anchor, to, lambda _stage, _done, _total: None)


def test_another_box_shows_what_a_stick_brings(box: Box, stick: Path, tmp_path: Path) -> None:
    carry(box, stick)
    other = Box(tmp_path / "other", box.anchor)
    other.sync(str(stick))
    assert other.shown() == "2: Two."


def test_a_stick_is_good_for_a_year_the_network_for_60_days(
    publisher: Publisher, box: Box, stick: Path, tmp_path: Path
) -> None:
    carry(box, stick)
    late = Box(tmp_path / "late", box.anchor, now=days_later(TIMESTAMP_DAYS + 1))
    with pytest.raises(TrustError, match="out of date"):
        late.sync(str(publisher.repository))
    late.sync(str(stick))
    assert late.shown() == "2: Two."
    too_late = Box(tmp_path / "too late", box.anchor, now=days_later(366))
    with pytest.raises(TrustError, match="out of date"):
        too_late.sync(str(stick))


def test_a_word_for_sticks_that_is_forged_or_of_another_release_is_not_passed_on(
    publisher: Publisher, box: Box, stick: Path, tmp_path: Path
) -> None:
    stranger = Publisher.new(tmp_path / "stranger")
    stranger.pack(tree_saying("Two."))
    forged = (stranger.repository / "metadata" / "stick" / "timestamp.json").read_bytes()
    older = box.store.stick_timestamp.read_bytes()
    publisher.pack(tree_saying("Three."))
    box.sync(str(publisher.repository))
    for word in (forged, older, b"", b"{}"):
        box.store.stick_timestamp.write_bytes(word)
        carry(box, stick)
        ordinary = (publisher.repository / "metadata" / "timestamp.json").read_bytes()
        assert (stick / "metadata" / "timestamp.json").read_bytes() == ordinary


def test_a_stick_that_has_it_all_is_left_as_it_is(box: Box, stick: Path) -> None:
    carry(box, stick)
    before = {path: path.stat().st_mtime_ns for path in stick.rglob("*.gz")}
    damaged = next(iter(before))
    damaged.write_bytes(bytes(damaged.stat().st_size))
    carry(box, stick)
    after = {path: path.stat().st_mtime_ns for path in stick.rglob("*.gz")}
    assert {path for path in before if after[path] != before[path]} == {damaged}
    assert not [name for name in files_in(stick) if name.endswith(".new")]


def test_after_going_back_an_export_says_why_not(
    publisher: Publisher, box: Box, stick: Path
) -> None:
    publisher.pack(tree_saying("Three."))
    box.sync(str(publisher.repository))
    roll_back(box.device)
    with pytest.raises(StoreError, match="it was rolled back"):
        carry(box, stick)
    assert not stick.exists()


def test_a_stick_pulled_out_too_early_is_no_source(box: Box, stick: Path, tmp_path: Path) -> None:
    carry(box, stick)
    half = tmp_path / "half"
    shutil.copytree(stick, half)
    for path in list(half.rglob("*.gz"))[::2]:
        path.unlink()
    other = Box(tmp_path / "other", box.anchor)
    with pytest.raises(MissingError):
        other.sync(str(half))
    assert other.shown() is None


def test_a_folder_that_cannot_be_written_is_told(box: Box, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        carry(box, tmp_path / "file")


def test_a_box_with_only_some_languages_writes_no_stick(
    publisher: Publisher, tmp_path: Path, stick: Path
) -> None:
    tree = in_languages(whole_tree(), {"en", "pl", "ur"})
    publisher.pack(tree)
    box = Box(tmp_path / "polish", publisher.anchor(), languages=frozenset({"pl"}))
    box.sync(str(publisher.repository))
    with pytest.raises(StoreError, match="keeps only some languages"):
        carry(box, stick)
