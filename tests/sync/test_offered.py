"""What a box offers to its neighbours: as received, whole, or nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from appliance.files import write_unsynced
from appliance.release.keyfile import read_public
from appliance.release.layout import STICK_TIMESTAMP
from appliance.sync.export import export
from appliance.sync.offered import Offered
from appliance.sync.sources import FolderSource
from appliance.sync.update import roll_back
from tests.ceremony import Society
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


def offered(box: Box) -> Offered:
    return Offered(box.store, box.anchor)


def test_every_byte_is_as_the_publisher_signed_it(box: Box, publisher: Publisher) -> None:
    files = offered(box).files()
    published = files_in(publisher.repository)
    assert {path: published[path] for path in files} == files
    assert "metadata/timestamp.json" in files
    assert f"metadata/{STICK_TIMESTAMP}.json" in files


def test_what_belongs_to_an_older_release_is_not_on_offer(box: Box) -> None:
    files = offered(box).files()
    assert [path for path in files if path.endswith("core.json")] == ["metadata/2.core.json"]
    assert len([path for path in files if path.endswith("release.json")]) == 1


def test_a_new_box_offers_nothing(publisher: Publisher, tmp_path: Path) -> None:
    empty = Box(tmp_path / "new", publisher.anchor())
    assert offered(empty).files() == {}


def test_a_new_release_is_on_offer_once_it_is_shown(box: Box, publisher: Publisher) -> None:
    table = offered(box)
    before = table.files()
    publisher.pack(tree_saying("Three."))
    assert table.files() is before
    box.sync(str(publisher.repository))
    assert "metadata/3.core.json" in table.files()
    assert "metadata/2.core.json" not in table.files()


def test_what_an_update_is_just_bringing_is_not_on_offer_yet(
    box: Box, publisher: Publisher
) -> None:
    """Its metadata has come, its blobs have not."""
    publisher.pack(tree_saying("Three."))
    table = offered(box)
    before = table.files()
    box.trust().newest(FolderSource(publisher.repository))
    # Who has the old one in memory goes on with it; who starts now has nothing that fits.
    assert table.files() == before
    assert offered(box).files() == {}
    box.sync(str(publisher.repository))
    assert "metadata/3.core.json" in offered(box).files()


def test_a_word_that_this_box_has_not_accepted_yet_is_not_passed_on(
    box: Box, publisher: Publisher
) -> None:
    """The same release, signed anew, and the plug pulled before the pointer moved."""
    publisher.pack(tree_saying("Two."), days_later(30))
    box.trust().newest(FolderSource(publisher.repository))
    assert offered(box).files() == {}
    box.sync(str(publisher.repository))
    assert "metadata/2.core.json" in offered(box).files()


def test_after_going_back_nothing_is_on_offer_until_something_newer_comes(
    box: Box, publisher: Publisher
) -> None:
    table = offered(box)
    publisher.pack(tree_saying("Three."))
    box.sync(str(publisher.repository))
    assert table.files()
    roll_back(box.device)
    assert table.files() == {}
    publisher.pack(tree_saying("Four."))
    box.sync(str(publisher.repository))
    assert "metadata/4.core.json" in table.files()


def test_a_box_with_only_some_languages_does_not_pretend_to_have_all(
    publisher: Publisher, tmp_path: Path
) -> None:
    publisher.pack(in_languages(whole_tree(), {"en", "pl", "ur"}))
    polish = Box(tmp_path / "polish", publisher.anchor(), languages=frozenset({"pl"}))
    polish.sync(str(publisher.repository))
    assert offered(polish).files() == {}
    polish.languages = frozenset()
    polish.sync(str(publisher.repository))
    assert offered(polish).files() != {}


@pytest.mark.parametrize("lost", ["metadata/timestamp.json", "metadata/core.json", "blobs"])
def test_what_a_power_cut_emptied_is_not_on_offer(box: Box, lost: str) -> None:
    place = box.store.folder / lost
    file = next(place.rglob("*.gz")) if place.is_dir() else place
    file.write_bytes(b"")
    assert offered(box).files() == {}


def test_the_group_of_the_processes_may_read_what_is_on_offer(box: Box) -> None:
    """The TUF library keeps its files for its own user alone."""
    kept = list(box.store.metadata.rglob("*.json"))
    assert len(kept) >= 6
    assert [path.name for path in kept if not path.stat().st_mode & 0o040] == []


def test_a_box_without_the_word_for_sticks_offers_the_rest(box: Box, tmp_path: Path) -> None:
    box.store.stick_timestamp.unlink()
    assert f"metadata/{STICK_TIMESTAMP}.json" not in offered(box).files()
    assert "metadata/timestamp.json" in offered(box).files()
    export(box.store, box.anchor, tmp_path / "stick", lambda *_: None)


def test_a_box_built_long_ago_finds_every_root_since(tmp_path: Path) -> None:
    society = Society.new(tmp_path / "society", tree_saying("One."))
    box = Box(tmp_path / "box", society.anchor())
    box.sync(str(society.repository))
    for leaving, added in (("ann", "dora"), ("bob", "erin")):
        society.stage().keys("root", [read_public(society.make_key(added))], [leaving])
        society.sign("cleo", "dora" if leaving == "bob" else "bob", added)
        society.finish()
    box.sync(str(society.repository))
    files = offered(box).files()
    assert {f"metadata/{number}.root.json" for number in (1, 2, 3)} <= files.keys()
    passed_on = tmp_path / "passed on"
    shutil.copytree(box.store.folder / "blobs", passed_on / "blobs")
    for path, content in files.items():
        write_unsynced(passed_on / path, content)
    old = Box(tmp_path / "old", society.anchor())
    old.sync(str(passed_on))
    assert old.shown() == "1: One."
    pointer = old.store.pointer()
    assert pointer is not None
    assert pointer.floor["root"] == 3
