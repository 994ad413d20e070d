"""A card that damages what a box remembers: it goes on, and nothing older is accepted after it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.errors import StoreError, TrustError
from appliance.files import remove
from tests.content import tree_saying
from tests.publisher import Publisher
from tests.sync.device import Box


class Past:
    """A box that shows release 3, and copies of its repository from when it held 1, 2 and 3."""

    def __init__(self, folder: Path) -> None:
        self.publisher = Publisher.new(folder)
        self.box = Box(folder / "box", b"")
        self.copies = {}
        for number, words in enumerate(("One.", "Two.", "Three."), 1):
            self.publisher.pack(tree_saying(words))
            self.copies[number] = folder / f"release-{number}"
            shutil.copytree(self.publisher.repository, self.copies[number])
        self.box.anchor = self.publisher.anchor()
        for number in (1, 3):
            self.box.sync(str(self.copies[number]))
        (folder / "secret.json").write_text("{}")

    def must_go_on(self) -> None:
        """Nothing older is accepted, what is shown stays, and what is newer is shown."""
        for number in (1, 2):
            with pytest.raises(TrustError):
                self.box.sync(str(self.copies[number]))
            assert self.box.shown() == "3: Three."
        assert self.box.sync(str(self.copies[3])) is None
        self.publisher.pack(tree_saying("Four."))
        self.box.sync(str(self.publisher.repository))
        assert self.box.shown() == "4: Four."

    def set_aside(self) -> set[str]:
        return {path.name for path in self.box.store.folder.rglob("*.corrupt")}


@pytest.fixture
def past(tmp_path: Path) -> Past:
    return Past(tmp_path)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _nested(path: Path) -> None:
    path.write_bytes(b"[" * 60_000)


def _long(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b" " * 3_000_000)


def _folder(path: Path) -> None:
    remove(path)
    path.mkdir()
    (path / "inside").write_text("x")


def _link_out(path: Path) -> None:
    remove(path)
    path.symlink_to(path.parents[len(path.parts) - path.parts.index("box") - 1] / "secret.json")


def _link_to_nothing(path: Path) -> None:
    remove(path)
    path.symlink_to("nowhere")


def _endless(path: Path) -> None:
    remove(path)
    path.symlink_to("/dev/zero")


def _pipe(path: Path) -> None:
    remove(path)
    os.mkfifo(path)


def _gone(path: Path) -> None:
    remove(path)


FILE_HARMS = [_empty, _flipped, _nested, _long, _folder, _link_out, _link_to_nothing, _endless,
              _pipe, _gone]  # fmt: skip
FOLDER_HARMS = [_link_out, _pipe, _gone]


OTHERS = ("snapshot.json", "targets.json", "core.json", "root_history/1.root.json",
          "targets/channels%2Fcore%2Frelease.json")  # fmt: skip


@pytest.mark.parametrize(
    ("name", "harm"),
    [*(("timestamp.json", harm) for harm in FILE_HARMS),
     *((name, harm) for name in OTHERS for harm in (_empty, _folder))],
)  # fmt: skip
def test_damaged_metadata_is_set_aside_and_the_floor_holds(
    past: Past, tmp_path: Path, name: str, harm: Callable[[Path], None]
) -> None:
    path = past.box.store.metadata / name
    assert path.is_file()
    harm(path)
    past.must_go_on()
    unreadable = harm not in (_flipped, _gone)
    assert past.set_aside() == ({f"{path.name}.corrupt"} if unreadable else set())
    assert (tmp_path / "secret.json").read_text() == "{}"


@pytest.mark.parametrize("harm", FOLDER_HARMS)
@pytest.mark.parametrize("name", ["", "root_history", "targets"])
def test_a_folder_that_is_none_any_more_is_set_aside_and_the_floor_holds(
    past: Past, name: str, harm: Callable[[Path], None]
) -> None:
    harm(past.box.store.metadata / name)
    past.must_go_on()


@pytest.mark.parametrize("harm", [_folder, _endless, _link_out, _gone])
def test_the_link_to_the_newest_root_is_made_anew(
    past: Past, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    harm(past.box.store.metadata / "root.json")
    past.must_go_on()
    assert (tmp_path / "secret.json").read_text() == "{}"


def test_all_memory_lost_at_once_leaves_the_floor(past: Past) -> None:
    shutil.rmtree(past.box.store.metadata)
    past.must_go_on()


def test_only_the_newest_damage_is_kept(past: Past) -> None:
    for _ in range(3):
        _folder(past.box.store.metadata / "timestamp.json")
        past.box.sync(str(past.copies[3]))
    assert past.set_aside() == {"timestamp.json.corrupt"}


def test_what_a_cut_left_half_written_is_cleared_away(past: Past) -> None:
    left = past.box.store.metadata / "tmpabc123"
    left.write_bytes(b"{")
    past.must_go_on()
    assert not left.exists()


@pytest.mark.parametrize("harm", [h for h in FILE_HARMS if h is not _gone])
def test_a_damaged_pointer_is_mended_by_its_copy_and_the_floor_holds(
    past: Past, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    pointer = past.box.store.folder / "current.json"
    whole = pointer.read_bytes()
    harm(pointer)
    if harm is _flipped and pointer.read_bytes() != whole:
        pointer.write_bytes(whole[:-1])
    with pytest.raises(StoreError):
        past.box.store.pointer()
    assert past.box.store.mend_pointer() is not None
    assert past.box.shown() == "3: Three."
    past.must_go_on()
    assert past.set_aside() == {"current.json.corrupt"}
    assert (tmp_path / "secret.json").read_text() == "{}"


@pytest.mark.parametrize("harm", [_empty, _folder, _endless])
def test_a_damaged_copy_of_the_pointer_matters_to_nobody(
    past: Past, harm: Callable[[Path], None]
) -> None:
    harm(past.box.store.folder / "current-copy.json")
    past.must_go_on()


@pytest.mark.parametrize("harm", [_folder, _pipe, _empty])
def test_a_blob_or_its_folder_that_is_something_else_is_put_right(
    past: Past, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    blob = next(past.box.store.folder.glob("blobs/*/*.gz"))
    for path in (blob, blob.parent):
        if harm is _empty:
            remove(path)
            path.write_bytes(b"")
        else:
            harm(path)
        assert past.box.sync(str(past.copies[3])) is None
        assert blob.is_file()
    past.must_go_on()
    assert (tmp_path / "secret.json").read_text() == "{}"
