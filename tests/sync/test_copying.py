"""From a publisher's repository to a memory stick, without a box."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from appliance.errors import StoreError, TrustError
from appliance.release.layout import TIMESTAMP_DAYS
from appliance.sync.content import all_languages
from appliance.sync.copying import copy_to_stick
from appliance.sync.sources import FolderSource, open_source
from tests.content import in_languages, tree_saying, whole_tree
from tests.origin import origin
from tests.publisher import SIGNED_AT, Publisher, days_later
from tests.sync.device import Box


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    publisher = Publisher.new(tmp_path)
    publisher.pack(tree_saying("One."))
    return publisher


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    return tmp_path / "stick"


def copy(publisher: Publisher, to: Path, source: str = "") -> None:
    copy_to_stick(
        open_source(source or str(publisher.repository)),
        publisher.anchor(),
        to,
        SIGNED_AT,
        lambda _stage, _done, _total: None,
    )


def test_a_box_shows_what_such_a_stick_brings(
    publisher: Publisher, stick: Path, tmp_path: Path
) -> None:
    copy(publisher, stick)
    box = Box(tmp_path / "box", publisher.anchor())
    box.sync(str(stick))
    assert box.shown() == "1: One."


def test_it_is_good_for_a_year(publisher: Publisher, stick: Path, tmp_path: Path) -> None:
    copy(publisher, stick)
    late = Box(tmp_path / "late", publisher.anchor(), now=days_later(TIMESTAMP_DAYS + 1))
    late.sync(str(stick))
    assert late.shown() == "1: One."
    too_late = Box(tmp_path / "too late", publisher.anchor(), now=days_later(366))
    with pytest.raises(TrustError, match="out of date"):
        too_late.sync(str(stick))


def test_it_has_every_language(tmp_path: Path, stick: Path) -> None:
    publisher = Publisher.new(tmp_path)
    publisher.pack(in_languages(whole_tree(), {"en", "pl"}))
    copy(publisher, stick)
    box = Box(tmp_path / "box", publisher.anchor(), languages=frozenset({"pl"}))
    box.sync(str(stick))
    assert all_languages(box.store) >= {"en", "pl"}


def test_written_again_it_holds_the_newer_release_and_writes_only_what_differs(
    publisher: Publisher, stick: Path, tmp_path: Path
) -> None:
    copy(publisher, stick)
    kept = {path: path.stat().st_ino for path in stick.rglob("*.gz")}
    publisher.pack(tree_saying("Two."))
    copy(publisher, stick)
    assert all(path.stat().st_ino == inode for path, inode in kept.items())
    box = Box(tmp_path / "box", publisher.anchor())
    box.sync(str(stick))
    assert box.shown() == "2: Two."


def test_other_files_stay(publisher: Publisher, stick: Path) -> None:
    stick.mkdir()
    (stick / "photo.jpg").write_bytes(b"a photo")
    copy(publisher, stick)
    assert (stick / "photo.jpg").read_bytes() == b"a photo"


def test_from_the_web_too(publisher: Publisher, stick: Path, tmp_path: Path) -> None:
    with origin(publisher.repository) as host:
        copy(publisher, stick, host.url)
    box = Box(tmp_path / "box", publisher.anchor())
    box.sync(str(stick))
    assert box.shown() == "1: One."


def test_a_repository_that_no_device_would_believe_is_not_written(
    publisher: Publisher, stick: Path
) -> None:
    blob = next((publisher.repository / "blobs").glob("*/*.gz"))
    blob.write_bytes(bytes(blob.stat().st_size))
    with pytest.raises(TrustError):
        copy(publisher, stick)
    assert not stick.exists()


def test_a_stick_that_does_not_keep_what_is_written_does_not_count(
    publisher: Publisher, stick: Path
) -> None:
    def forgetful(stage: str, done: int, total: int) -> None:
        if stage == "copying" and done == total:
            blob = next((stick / "blobs").glob("*/*.gz"))
            blob.write_bytes(bytes(blob.stat().st_size))

    source = FolderSource(publisher.repository)
    with pytest.raises(TrustError):
        copy_to_stick(source, publisher.anchor(), stick, SIGNED_AT, forgetful)
    assert not (stick / "metadata" / "timestamp.json").exists()


def test_a_link_on_the_stick_leads_nothing_elsewhere(
    publisher: Publisher, stick: Path, tmp_path: Path
) -> None:
    stick.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (stick / "blobs").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="symbolic link"):
        copy(publisher, stick)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_the_command_writes_one(publisher: Publisher, stick: Path, tmp_path: Path) -> None:
    root = publisher.repository / "metadata" / "1.root.json"
    words = ["--from", str(publisher.repository), "--root", str(root)]
    done = subprocess.run(
        [sys.executable, "-m", "appliance", "--home", str(tmp_path), "export", str(stick), *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"Release 1 is in {stick}" in done.stdout
    box = Box(tmp_path / "box", publisher.anchor())
    box.sync(str(stick))
    assert box.shown() == "1: One."
