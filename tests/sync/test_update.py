from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.catalogue.model import Catalogue
from appliance.errors import (
    ContentError,
    HandoutError,
    SourceError,
    StoreError,
    TrustError,
)
from appliance.release.manifest import Release
from appliance.release.repository import Repository
from appliance.sync.content import shown_catalogue
from appliance.sync.sources import FolderSource
from appliance.sync.update import Device, remake, roll_back, update
from tests.content import GUIDE, real_tree, tree_saying
from tests.origin import Origin, origin
from tests.publisher import Publisher, days_later, files_in
from tests.sync.device import Box


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    publisher = Publisher.new(tmp_path)
    publisher.pack(tree_saying("One."))
    return publisher


@pytest.fixture
def box(publisher: Publisher, tmp_path: Path) -> Box:
    return Box(tmp_path / "box", publisher.anchor())


@pytest.fixture
def web(publisher: Publisher) -> Iterator[Origin]:
    with origin(publisher.repository) as running:
        yield running


def test_a_new_box_shows_the_newest_release(box: Box, web: Origin) -> None:
    release = box.sync(web.url)
    assert release is not None
    assert (release.number, box.shown()) == (1, "1: One.")
    assert shown_catalogue(box.store).guides["en", "get-nhs-app"].body.rstrip().endswith("One.")


def test_a_folder_is_as_good_as_the_network(box: Box, publisher: Publisher) -> None:
    box.sync(str(publisher.repository))
    assert box.shown() == "1: One."


def test_nothing_new_takes_two_requests_and_changes_nothing(box: Box, web: Origin) -> None:
    box.sync(web.url)
    before = files_in(box.folder)
    web.paths.clear()
    assert box.sync(web.url) is None
    assert web.paths == ["/metadata/2.root.json", "/metadata/timestamp.json"]
    assert files_in(box.folder) == before


def test_only_what_changed_is_fetched(box: Box, web: Origin, publisher: Publisher) -> None:
    box.sync(web.url)
    publisher.pack(tree_saying("Two."))
    web.paths.clear()
    box.sync(web.url)
    assert box.shown() == "2: Two."
    assert sum(path.startswith("/blobs/") for path in web.paths) == 2  # one shard, one guide


def test_the_previous_release_is_kept_and_the_one_before_it_cleared_away(
    box: Box, web: Origin, publisher: Publisher
) -> None:
    for words in ("Two.", "Three.", "Four."):
        box.sync(web.url)
        publisher.pack(tree_saying(words))
    assert box.shown() == "3: Three."
    box.sync(web.url)
    pointer = box.store.pointer()
    assert pointer is not None
    assert pointer.previous is not None
    assert json.loads(pointer.previous.release_json)["release"] == 3
    guides = [gzip.decompress(path.read_bytes()) for path in box.store.folder.glob("blobs/*/*")]
    said = {words for words in (b"One.", b"Two.", b"Three.", b"Four.")
            if any(guide.rstrip().endswith(words) for guide in guides)}  # fmt: skip
    assert said == {b"Three.", b"Four."}
    assert len(list((box.store.folder / "sites").iterdir())) == 2


def test_a_strangers_signature_is_refused(box: Box, tmp_path: Path, web: Origin) -> None:
    box.sync(web.url)
    (tmp_path / "stranger").mkdir()
    stranger = Publisher.new(tmp_path / "stranger")
    stranger.pack(tree_saying("Evil."))
    stranger.pack(tree_saying("More evil."))
    with pytest.raises(TrustError, match="not signed by us"):
        box.sync(str(stranger.repository))
    assert box.shown() == "1: One."


def test_a_strangers_first_release_is_refused_on_a_new_box(box: Box, tmp_path: Path) -> None:
    (tmp_path / "stranger").mkdir()
    stranger = Publisher.new(tmp_path / "stranger")
    stranger.pack(tree_saying("Evil."))
    with pytest.raises(TrustError, match="not signed by us"):
        box.sync(str(stranger.repository))
    assert box.shown() is None


def test_an_older_repository_is_refused_even_when_the_clients_memory_is_lost(
    box: Box, publisher: Publisher, tmp_path: Path
) -> None:
    """After a power cut its metadata files can be empty; our own floor is not."""
    old = tmp_path / "old"
    shutil.copytree(publisher.repository, old)
    publisher.pack(tree_saying("Two."))
    box.sync(str(publisher.repository))
    for path in box.store.metadata.glob("*.json"):
        if not path.is_symlink():
            path.write_bytes(b"")
    with pytest.raises(TrustError, match="older than version 2"):
        box.sync(str(old))
    assert box.shown() == "2: Two."


def test_an_older_repository_is_refused(box: Box, publisher: Publisher, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(publisher.repository, old)
    publisher.pack(tree_saying("Two."))
    box.sync(str(publisher.repository))
    with pytest.raises(TrustError):
        box.sync(str(old))
    assert box.shown() == "2: Two."


def test_an_expired_repository_is_refused_but_what_is_shown_stays(
    box: Box, publisher: Publisher
) -> None:
    box.sync(str(publisher.repository))
    publisher.pack(tree_saying("Two."))
    box.now = days_later(61)
    with pytest.raises(TrustError, match="out of date"):
        box.sync(str(publisher.repository))
    assert box.shown() == "1: One."
    box.now = days_later(59)
    box.sync(str(publisher.repository))
    assert box.shown() == "2: Two."


def test_a_release_for_a_newer_application_waits(
    box: Box, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.release.pack.MIN_APP", "99.0")
    publisher.pack(tree_saying("Two."))
    with pytest.raises(SourceError, match=r"needs version 99\.0"):
        box.sync(str(publisher.repository))
    assert box.shown() is None


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _grow(path: Path) -> None:
    path.write_bytes(path.read_bytes() + bytes(5_000_000))


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _remove(path: Path) -> None:
    path.unlink()


def _link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/passwd")


@pytest.mark.parametrize("harm", [_truncate, _flip, _grow, _empty, _remove, _link])
@pytest.mark.parametrize(
    "pattern",
    ["metadata/timestamp.json", "metadata/2.snapshot.json", "metadata/2.core.json",
     "targets/channels/core/*.release.json", "blobs/*/*.gz"],
)  # fmt: skip
@pytest.mark.parametrize("by_network", [True, False])
def test_a_harmed_repository_gives_one_clear_error_and_changes_nothing_shown(
    publisher: Publisher,
    box: Box,
    web: Origin,
    pattern: str,
    harm: Callable[[Path], None],
    by_network: bool,
) -> None:
    box.sync(web.url)
    before = set(publisher.repository.glob(pattern))
    marked = files_in(publisher.repository)
    publisher.pack(tree_saying("Two."))
    new = [path for path in publisher.repository.glob(pattern)
           if path not in before or marked[path.relative_to(publisher.repository).as_posix()]
           != path.read_bytes()]  # fmt: skip
    assert new
    for path in new:
        harm(path)
    with pytest.raises((SourceError, TrustError)) as caught:
        box.sync(web.url if by_network else str(publisher.repository))
    assert len(str(caught.value)) < 600
    assert box.shown() == "1: One."


def test_a_mended_source_works_after_a_harmed_one(
    publisher: Publisher, box: Box, web: Origin
) -> None:
    box.sync(web.url)
    publisher.pack(tree_saying("Two."))
    web.faults["/blobs/"] = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(SourceError, match="503"):
        box.sync(web.url)
    web.faults.clear()
    box.sync(web.url)
    assert box.shown() == "2: Two."


def test_signed_content_that_cannot_be_shown_is_not_shown(publisher: Publisher, box: Box) -> None:
    box.sync(str(publisher.repository))
    publisher.pack({**real_tree(), GUIDE: b"no front matter"})
    with pytest.raises(ContentError):
        box.sync(str(publisher.repository))
    assert box.shown() == "1: One."
    assert len(list((box.store.folder / "sites").iterdir())) == 1


def test_pages_that_cannot_be_made_leave_no_half_made_folder(
    publisher: Publisher, box: Box
) -> None:
    def fail(_catalogue: Catalogue, _release: Release, folder: Path) -> None:
        (folder / "half").write_text("half")
        raise HandoutError("no font")

    device = Device(box.store, fail, box.device.progress)
    with pytest.raises(HandoutError):
        update(FolderSource(publisher.repository), box.trust(), device)
    assert box.shown() is None
    assert list((box.store.folder / "sites").iterdir()) == []


def test_a_blob_that_a_power_cut_emptied_is_fetched_again(
    publisher: Publisher, box: Box, web: Origin
) -> None:
    box.sync(web.url)
    next(path for path in box.store.folder.glob("blobs/*/*")).write_bytes(b"")
    publisher.pack(tree_saying("Two."))
    box.sync(web.url)
    assert box.shown() == "2: Two."
    assert all(path.stat().st_size for path in box.store.folder.glob("blobs/*/*"))


@pytest.mark.parametrize("content", [b"", b"damaged", None])
def test_what_was_lost_since_is_fetched_though_nothing_is_new(
    box: Box, web: Origin, content: bytes | None
) -> None:
    box.sync(web.url)
    before = files_in(box.folder)
    for path in box.store.folder.glob("blobs/*/*"):
        path.unlink() if content is None else path.write_bytes(content)
    assert box.sync(web.url) is None
    assert files_in(box.folder) == before


def test_a_vouched_for_release_raises_the_floor_without_new_pages(
    publisher: Publisher, box: Box
) -> None:
    box.sync(str(publisher.repository))
    publisher.pack(tree_saying("One."), days_later(10))
    assert box.sync(str(publisher.repository)) is None
    pointer = box.store.pointer()
    assert pointer is not None
    assert pointer.floor["timestamp"] == 2


def test_a_release_number_is_never_used_twice(
    publisher: Publisher, box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A publisher who went back to an old copy of the repository, and signs there."""
    twin = tmp_path / "twin"
    shutil.copytree(publisher.repository, twin)
    publisher.pack(tree_saying("Two."))
    box.sync(str(publisher.repository))
    careless = Publisher(publisher.keys, twin)
    with monkeypatch.context() as patched:
        patched.setattr(Repository, "_sign_timestamp", lambda *_args: None)
        careless.pack(tree_saying("Broken off."))
    careless.pack(tree_saying("Another two."))
    assert box.sync(str(twin)) is None
    careless.pack(tree_saying("Another two."), days_later(1))
    with pytest.raises(TrustError, match="never used twice"):
        box.sync(str(twin))
    assert box.shown() == "2: Two."


def test_pages_can_be_made_anew_without_any_source(publisher: Publisher, box: Box) -> None:
    with pytest.raises(StoreError, match="no release is shown"):
        remake(box.device)
    box.sync(str(publisher.repository))
    before = box.store.pointer()
    remake(box.device)
    after = box.store.pointer()
    assert before is not None
    assert after is not None
    assert after.current.site != before.current.site
    assert after.current.release_json == before.current.release_json
    assert box.shown() == "1: One."


def test_progress_is_told(publisher: Publisher, box: Box) -> None:
    box.sync(str(publisher.repository))
    assert set(box.stages) == {"fetching", "making pages"}


def test_staff_go_back_and_only_something_newer_is_shown_again(
    publisher: Publisher, box: Box, web: Origin
) -> None:
    box.sync(web.url)
    publisher.pack(tree_saying("Two."))
    box.sync(web.url)
    assert roll_back(box.device).number == 1
    assert box.shown() == "1: One."
    assert box.sync(web.url) is None
    assert box.shown() == "1: One."
    publisher.pack(tree_saying("Three."))
    box.sync(web.url)
    assert box.shown() == "3: Three."


def test_going_back_does_not_lower_the_floor(publisher: Publisher, box: Box, web: Origin) -> None:
    box.sync(web.url)
    older = files_in(publisher.repository)
    publisher.pack(tree_saying("Two."))
    box.sync(web.url)
    roll_back(box.device)
    shutil.rmtree(publisher.repository)
    for path, content in older.items():
        (publisher.repository / path).parent.mkdir(parents=True, exist_ok=True)
        (publisher.repository / path).write_bytes(content)
    with pytest.raises(TrustError):
        box.sync(web.url)


def test_there_is_nothing_before_the_first_release(box: Box, web: Origin) -> None:
    box.sync(web.url)
    with pytest.raises(StoreError, match="no release before"):
        roll_back(box.device)
    assert box.shown() == "1: One."


def test_a_release_that_cannot_be_shown_leaves_the_one_before(
    publisher: Publisher, box: Box, web: Origin
) -> None:
    """Going back by itself: the pointer never moves to pages that were not made whole."""
    box.sync(web.url)
    publisher.pack(tree_saying("Two."))

    def fail(_catalogue: Catalogue, _release: Release, folder: Path) -> None:
        (folder / "half").write_text("made")
        raise HandoutError("a text that our fonts lack")

    broken = Device(box.store, fail, lambda _stage, _done, _total: None)
    with pytest.raises(HandoutError):
        update(FolderSource(publisher.repository), box.trust(), broken)
    assert box.shown() == "1: One."
    assert len(list((box.store.folder / "sites").iterdir())) == 1


def test_the_publishers_newest_word_says_how_late_it_is(
    publisher: Publisher, box: Box, web: Origin
) -> None:
    box.sync(web.url)
    publisher.pack(tree_saying("One."), days_later(30))
    assert box.sync(web.url) is None
    pointer = box.store.pointer()
    assert pointer is not None
    assert pointer.signed_at == f"{days_later(30):%Y-%m-%dT%H:%M:%SZ}"
