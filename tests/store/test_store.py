from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.errors import StoreError
from appliance.store.pointer import Pointer, Shown
from appliance.store.store import RESERVE_BYTES, Store

POINTER = Pointer(Shown("{}", "r1-1"), None, {"core": 1})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "store")
    store.prepare()
    return store


def test_a_new_store_shows_nothing(store: Store) -> None:
    assert store.pointer() is None
    assert store.pointer_stamp() is None
    assert store.last_check() is None


def test_a_moved_pointer_is_read_back_and_its_stamp_changes(store: Store) -> None:
    store.move_pointer(POINTER)
    stamp = store.pointer_stamp()
    store.move_pointer(POINTER.moved_to(Shown("{2}", "r2-1")))
    assert store.pointer_stamp() != stamp
    moved = store.pointer()
    assert moved is not None
    assert moved.previous == POINTER.current


def test_everything_is_on_the_disk_before_the_pointer_moves(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_folder: Path) -> None:
        raise OSError(5, "Input/output error")

    store.move_pointer(POINTER)
    monkeypatch.setattr("appliance.store.store.sync_file_system", refuse)
    with pytest.raises(StoreError, match="was not moved"):
        store.move_pointer(POINTER.moved_to(Shown("{2}", "r2-1")))
    assert store.pointer() == POINTER


def test_a_damaged_pointer_is_set_aside_and_the_store_starts_afresh(store: Store) -> None:
    (store.folder / "current.json").write_bytes(b"")
    with pytest.raises(StoreError, match="damaged"):
        store.pointer()
    assert store.mend_pointer() is None
    assert store.pointer() is None
    assert (store.folder / "current.json.corrupt").exists()


def test_only_one_update_works_at_a_time(store: Store) -> None:
    with store.locked(), pytest.raises(StoreError, match="another update"), store.locked():
        pass
    with store.locked():
        pass


def test_a_blob_is_read_back_and_a_missing_one_is_none(store: Store) -> None:
    store.write_blob("blobs/ab/abc.gz", b"data")
    assert store.read_blob("blobs/ab/abc.gz", 10) == b"data"
    assert store.read_blob("blobs/ab/other.gz", 10) is None


def test_a_blob_that_is_no_ordinary_file_counts_as_missing(store: Store, tmp_path: Path) -> None:
    (store.folder / "blobs" / "ab").mkdir()
    (tmp_path / "secret").write_text("secret")
    (store.folder / "blobs" / "ab" / "link.gz").symlink_to(tmp_path / "secret")
    assert store.read_blob("blobs/ab/link.gz", 100) is None


def test_site_folders_never_share_a_name(store: Store) -> None:
    names = [store.new_site_folder(7).name for _ in range(3)]
    assert names == ["r7-1", "r7-2", "r7-3"]
    (store.folder / "sites" / "r7-2").rmdir()
    assert store.new_site_folder(7).name == "r7-2"


def test_pruning_keeps_what_is_named(store: Store) -> None:
    for path in ("blobs/ab/keep.gz", "blobs/cd/drop.gz"):
        store.write_blob(path, b"x")
    keep, drop = store.new_site_folder(1), store.new_site_folder(2)
    (drop / "page.html").write_text("x")
    store.prune({"blobs/ab/keep.gz"}, {keep.name})
    assert [path.name for path in (store.folder / "blobs").glob("*/*")] == ["keep.gz"]
    assert list((store.folder / "sites").iterdir()) == [keep]


def test_the_last_check_is_remembered(store: Store) -> None:
    store.note_check(datetime(2026, 11, 22, 9, tzinfo=UTC), "ok")
    assert store.last_check() == {"checked_at": "2026-11-22T09:00:00+00:00", "outcome": "ok"}
    (store.folder / "checked.json").write_bytes(b"[]")
    assert store.last_check() is None


def test_a_store_where_a_file_is_in_the_way_says_so(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("")
    with pytest.raises(StoreError, match="cannot be made"):
        Store(tmp_path / "store").prepare()


def test_an_update_that_will_not_fit_is_refused_before_it_begins(tmp_path: Path) -> None:
    store = Store(tmp_path, free_bytes=lambda _path: RESERVE_BYTES + 1_000)
    store.require_space(1_000)
    with pytest.raises(StoreError, match=r"needs 21 MB .* nothing was changed"):
        store.require_space(1_001)


def test_many_may_write_into_a_new_folder_at_once(tmp_path: Path) -> None:
    """Each looks first whether something else is in the way: the others' new folder is not."""
    store = Store(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        for folder in range(256):
            paths = [f"blobs/{folder:02x}/{number}.gz" for number in range(8)]
            assert len(list(pool.map(store.write_blob, paths, [b"x"] * 8))) == 8
