"""A card that is nearly full, a real file system of 30 MB: nothing is lost, and room mends it."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from appliance.errors import SpaceError, StoreError
from appliance.store.store import Store
from appliance.sync.sources import FolderSource
from appliance.sync.update import Device, update
from tests.content import tree_saying
from tests.publisher import Publisher, files_in
from tests.sync.device import Box

MB = 10**6
# Blobs that no packing makes smaller, and that no page shows.
PART_BYTES = 1_500_000


def _bulky(words: str, parts: int, part_bytes: int = PART_BYTES) -> dict[str, bytes]:
    chance = random.Random(words)  # noqa: S311 - nothing secret
    bulk = {f"bulk-{n}.txt": chance.randbytes(part_bytes) for n in range(parts)}
    return {**tree_saying(words), **bulk}


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    publisher = Publisher.new(tmp_path)
    publisher.pack(tree_saying("One."))
    return publisher


@pytest.fixture
def box(publisher: Publisher, tmp_path: Path) -> Iterator[Box]:
    """A box that shows release 1, on a card of its own."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system: sudo make test")
    card = tmp_path / "card"
    card.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=30000000", "helppoint-test", str(card)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        pytest.skip(f"this computer mounts nothing: {made.stderr}")
    try:
        box = Box(card, publisher.anchor())
        box.sync(str(publisher.repository))
        yield box
    finally:
        subprocess.run(["umount", str(card)], check=True)


def _resize(box: Box, option: str) -> None:
    words = ["mount", "-o", f"remount,{option}", str(box.folder)]
    subprocess.run(words, check=True)


def test_an_update_that_does_not_fit_says_what_it_needs_and_changes_nothing(
    box: Box, publisher: Publisher
) -> None:
    publisher.pack(_bulky("Two.", 10))
    before = box.store.pointer()
    with pytest.raises(SpaceError, match=r"needs 3[56] MB in .* and there are 2[89] MB"):
        box.sync(str(publisher.repository))
    assert box.store.pointer() == before
    assert box.shown() == "1: One."
    _resize(box, "size=60000000")
    box.sync(str(publisher.repository))
    assert box.shown() == "2: Two."


def test_what_broken_off_updates_left_is_cleared_away_when_room_is_short(
    box: Box, publisher: Publisher
) -> None:
    left = box.store.folder / "blobs" / "ab" / ("ab" * 32 + ".gz")
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(bytes(6 * MB))
    half_made = box.store.new_site_folder(2)
    (half_made / "page").write_bytes(bytes(MB))
    publisher.pack(_bulky("Two.", 4))
    box.sync(str(publisher.repository))
    assert box.shown() == "2: Two."
    assert not left.exists()
    pointer = box.store.pointer()
    assert pointer is not None
    assert pointer.previous is not None
    sites = {path.name for path in (box.store.folder / "sites").iterdir()}
    assert sites == {pointer.current.site, pointer.previous.site}


def test_a_card_that_takes_no_more_files_is_said(box: Box, publisher: Publisher) -> None:
    publisher.pack(_bulky("Two.", 60, 100))
    used = os.statvfs(box.folder)
    _resize(box, f"nr_inodes={used.f_files - used.f_ffree + 260}")
    with pytest.raises(SpaceError, match=r"needs .* files in .* can take"):
        box.sync(str(publisher.repository))
    assert box.shown() == "1: One."
    _resize(box, f"nr_inodes={used.f_files + 1}")
    box.sync(str(publisher.repository))
    assert box.shown() == "2: Two."


def test_a_card_that_fills_up_half_way_loses_nothing(box: Box, publisher: Publisher) -> None:
    """As when something else writes meanwhile: the space was there when it was looked for."""
    publisher.pack(_bulky("Two.", 2))
    fill = box.folder / "fill"
    free = os.statvfs(box.folder).f_bavail * os.statvfs(box.folder).f_frsize
    fill.write_bytes(bytes(free - 2 * MB))
    hopeful = Store(box.store.folder, free_bytes=lambda _: 10**12)
    device = Device(hopeful, box.device.render, box.device.progress)
    shown = files_in(box.store.site_folder("r1-1"))
    with pytest.raises(StoreError, match="No space left"):
        update(FolderSource(publisher.repository), box.trust(), device)
    assert box.shown() == "1: One."
    assert files_in(box.store.site_folder("r1-1")) == shown
    fill.unlink()
    box.sync(str(publisher.repository))
    assert box.shown() == "2: Two."


def test_a_card_without_a_byte_left_gives_an_error_in_words(box: Box, publisher: Publisher) -> None:
    publisher.pack(tree_saying("Two."))
    with (box.folder / "fill").open("wb", buffering=0) as fill, suppress(OSError):
        while fill.write(bytes(4096)):
            pass
    with pytest.raises(StoreError, match="No space left"):
        box.sync(str(publisher.repository))
    assert box.shown() == "1: One."
    (box.folder / "fill").unlink()
    box.sync(str(publisher.repository))
    assert box.shown() == "2: Two."
