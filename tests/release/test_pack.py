from __future__ import annotations

from pathlib import Path

import pytest

from appliance.errors import ReleaseError
from appliance.release.keys import new_keys
from appliance.release.manifest import MAX_FILE_BYTES, read_release, read_shard, unpack_blob
from appliance.release.pack import pack
from appliance.release.repository import Repository
from tests.publisher import Publisher, days_later, files_in

TIMESTAMPS = {"metadata/timestamp.json", "metadata/stick/timestamp.json"}
TREE = {"sites.toml": b"sites", "guides/en/a.md": b"text", "guides/en/b.md": b"more text"}


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    return Publisher.new(tmp_path)


def _content(publisher: Publisher, number: int) -> dict[str, bytes]:
    """Read a release back from the repository's files alone."""
    folder = publisher.repository / "targets" / "channels" / "core"
    releases = [read_release(path.read_bytes()) for path in folder.iterdir()]
    release = next(release for release in releases if release.number == number)
    content = {}
    for index, shard in enumerate(release.shards):
        listed = unpack_blob(shard, (publisher.repository / shard.path).read_bytes())
        for path, blob in read_shard(index, listed, len(release.shards)).items():
            content[path] = unpack_blob(blob, (publisher.repository / blob.path).read_bytes())
    return content


def test_a_packed_tree_can_be_read_back(publisher: Publisher) -> None:
    release, is_new = publisher.pack(TREE)
    assert (release.number, is_new) == (1, True)
    assert _content(publisher, 1) == TREE


def test_a_tree_of_many_files_can_be_read_back(publisher: Publisher) -> None:
    many = {f"pictures/p{number}.png": b"p" for number in range(12_801)}
    release, _ = publisher.pack(many)
    assert len(release.shards) == 32
    assert _content(publisher, 1) == many


def test_packing_the_same_content_twice_gives_the_same_shards_and_blobs(
    publisher: Publisher, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = Publisher.new(tmp_path / "other")
    first, _ = publisher.pack(TREE)
    second, _ = other.pack(dict(reversed(TREE.items())))
    assert first.shards == second.shards
    assert files_in(publisher.repository / "blobs") == files_in(other.repository / "blobs")


def test_unchanged_content_makes_no_new_release_but_vouches_for_it_anew(
    publisher: Publisher,
) -> None:
    publisher.pack(TREE)
    before = files_in(publisher.repository)
    release, is_new = publisher.pack(TREE, days_later(20))
    after = files_in(publisher.repository)
    assert (release.number, is_new) == (1, False)
    assert {name for name in after if after[name] != before.get(name)} == TIMESTAMPS


def test_a_changed_file_adds_one_blob_and_one_shard(publisher: Publisher) -> None:
    publisher.pack(TREE)
    before = set(files_in(publisher.repository / "blobs"))
    release, _ = publisher.pack({**TREE, "guides/en/a.md": b"changed"})
    assert release.number == 2
    assert len(set(files_in(publisher.repository / "blobs")) - before) == 2
    assert _content(publisher, 2)["guides/en/a.md"] == b"changed"
    assert _content(publisher, 1) == TREE


def test_what_devices_have_cached_never_changes(publisher: Publisher) -> None:
    publisher.pack(TREE)
    before = files_in(publisher.repository)
    publisher.pack({**TREE, "new.toml": b"x"})
    after = files_in(publisher.repository)
    assert {name for name in before if after[name] != before[name]} == TIMESTAMPS


def test_other_keys_cannot_publish_to_a_repository(publisher: Publisher, tmp_path: Path) -> None:
    publisher.pack(TREE)
    new_keys(tmp_path / "others")
    stranger = Publisher(tmp_path / "others", publisher.repository)
    timestamp = publisher.repository / "metadata" / "timestamp.json"
    before = timestamp.read_bytes()
    with pytest.raises(ReleaseError, match="another root key"):
        stranger.pack({**TREE, "evil.toml": b"x"})
    assert timestamp.read_bytes() == before


def test_a_publish_that_broke_off_is_not_taken_for_the_newest_release(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher.pack(TREE)
    changed = {**TREE, "guides/en/a.md": b"changed"}

    def cut(_self: Repository, _snapshot: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Repository, "_sign_timestamp", cut)
        with pytest.raises(KeyboardInterrupt):
            publisher.pack(changed)
    release, is_new = publisher.pack(changed)
    assert (release.number, is_new) == (2, True)
    assert _content(publisher, 2) == changed


@pytest.mark.parametrize("path", ["../evil", "a b.md", ".hidden"])
def test_a_badly_named_file_is_refused_before_anything_is_written(
    publisher: Publisher, path: str
) -> None:
    with pytest.raises(ReleaseError, match="cannot be packed"):
        publisher.pack({**TREE, path: b""})
    assert files_in(publisher.repository) == {}


def test_a_file_too_large_for_devices_is_refused(publisher: Publisher) -> None:
    with pytest.raises(ReleaseError, match="more than"):
        publisher.pack({"big.bin": bytes(MAX_FILE_BYTES + 1)})
    assert files_in(publisher.repository) == {}


def test_a_damaged_repository_is_named(publisher: Publisher) -> None:
    publisher.pack(TREE)
    (publisher.repository / "metadata" / "1.snapshot.json").write_bytes(b"{}")
    with pytest.raises(ReleaseError, match=r"1\.snapshot\.json is missing or damaged"):
        publisher.pack({**TREE, "new.toml": b"x"})


def test_an_empty_repository_cannot_be_renewed(publisher: Publisher) -> None:
    with pytest.raises(ReleaseError, match="no release yet"):
        Repository(publisher.repository, {}, days_later(0)).renew()


def test_every_file_is_told_while_packing(publisher: Publisher) -> None:
    from appliance.release.keys import load_keys

    told: list[str] = []
    repository = Repository(publisher.repository, load_keys(publisher.keys), days_later(0))
    pack(TREE, repository, told.append)
    assert told == sorted(TREE)
