"""What somebody could sign who has some of our keys, or old copies of what they signed.

By network and by folder; after each the box is as it was (tests/sync/scene.py).
"""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata, MetaFile, TargetFile, Targets, Timestamp

from appliance.errors import OutOfDateError, TrustError
from appliance.release.keys import CORE
from appliance.release.layout import release_target
from appliance.release.manifest import Release, read_release, shard_of, write_release
from appliance.sync.export import export
from appliance.sync.sources import FolderSource, HttpSource, Source
from appliance.sync.trust import Trust
from tests.ceremony import Society
from tests.content import real_tree
from tests.forger import LATER, Forger, empty_shards
from tests.origin import origin
from tests.publisher import SIGNED_AT, Publisher, days_later, files_in
from tests.sync.scene import Scene

Forgery = Callable[[Forger, Scene], None]
KINDS = ("network", "folder")


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


@contextmanager
def _source(folder: Path, kind: str) -> Iterator[Source]:
    if kind == "folder":
        yield FolderSource(folder)
        return
    with origin(folder) as web:
        yield HttpSource(web.url)


def _core_gone(forger: Forger, _scene: Scene) -> None:
    forger.say({"targets": 1})


def _targets_gone(forger: Forger, _scene: Scene) -> None:
    forger.say({"core": 2})


def _swapped(role: str, old: int, new: int) -> Forgery:
    """Mix and match: an older file under the newer one's name."""

    def forge(forger: Forger, _scene: Scene) -> None:
        shutil.copy(forger.metadata / f"{old}.{role}.json", forger.metadata / f"{new}.{role}.json")

    return forge


def _release_swapped(forger: Forger, scene: Scene) -> None:
    """An older release.json under the newer one's name."""
    folder = forger.metadata.parent / "targets" / "channels" / "core"
    newer = forger.metadata.parent / scene.place("release")
    older = next(path for path in folder.iterdir() if path != newer)
    shutil.copy(older, newer)


def _by(role: str, *keys: str) -> Forgery:
    """A role's next version, signed by keys of other roles."""

    def forge(forger: Forger, _scene: Scene) -> None:
        forger.sign(role, Metadata.from_file(str(forger.newest(role))).signed, *keys)

    return forge


def _number_used_before(forger: Forger, scene: Scene) -> None:
    release = read_release((forger.metadata.parent / scene.place("release")).read_bytes())
    forger.publish(write_release(replace(release, number=1)))


def _number_before(forger: Forger, scene: Scene) -> None:
    release = read_release((forger.metadata.parent / scene.place("release")).read_bytes())
    forger.publish(write_release(replace(release, number=0)))


def _of_another_channel(forger: Forger, scene: Scene) -> None:
    release = read_release((forger.metadata.parent / scene.place("release")).read_bytes())
    forger.publish(write_release(replace(release, channel="council-leeds", number=3)))


def _release_with_a_name_twice(forger: Forger, scene: Scene) -> None:
    text = (forger.metadata.parent / scene.place("release")).read_text()
    forger.publish((text[:-1] + ',"release":9}').encode())


def _release_too_long(forger: Forger, scene: Scene) -> None:
    fields = json.loads((forger.metadata.parent / scene.place("release")).read_bytes())
    forger.publish(json.dumps({**fields, "x": "y" * 70_000}).encode())


def _release_in_another_role(forger: Forger, _scene: Scene) -> None:
    """Our channel's keys sign for another's path, and nobody for ours."""

    def change(core: Targets) -> None:
        core.targets = {"channels/other/release.json": core.targets[release_target(CORE)]}

    forger.change_core(change)


def _bomb(forger: Forger, _scene: Scene) -> None:
    shards = tuple(forger.put_blob(content) for content in empty_shards())
    bomb = forger.put(gzip.compress(bytes(60_000_000), 9), 1_000)
    release = Release(CORE, 3, SIGNED_AT, "0.1.0", (bomb, *shards[1:]))
    forger.publish(write_release(release))


def _huge_shard(forger: Forger, _scene: Scene) -> None:
    listing = {f"guides/{number}.md": ["ab" * 32, 1, 1] for number in range(60_000)}
    forger.publish_listing([json.dumps(listing).encode()] * 16)


def _name_twice(forger: Forger, _scene: Scene) -> None:
    shards = empty_shards()
    one = '"sites.toml": ["' + "ab" * 32 + '", 1, 1]'
    shards[shard_of("sites.toml")] = f"{{{one}, {one}}}".encode()
    forger.publish_listing(shards)


def _path(path: str) -> Forgery:
    def forge(forger: Forger, _scene: Scene) -> None:
        shards = empty_shards()
        blob = forger.put_blob(b"planted")
        listed = {path: [blob.sha256, blob.length, blob.size]}
        shards[shard_of(path)] = json.dumps(listed).encode()
        forger.publish_listing(shards)

    return forge


PATHS = {
    "up": "../../planted", "absolute": "/planted", "up in the middle": "guides/../../planted",
    "backslash": "guides\\..\\planted", "drive": "C:planted", "NUL": "guides/en/a\0.md",
    "dot": ".", "two dots": "..", "hidden": ".ssh/keys", "over-long": "g/" + "x" * 300,
    "space at the end": "guides/en/a.md ", "slash at the end": "guides/en/", "empty": "",
    "NFC": "guides/en/caf\u00e9.md", "NFD": "guides/en/cafe\u0301.md",
    "Cyrillic": "guides/en/get-nhs-\u0430pp.md", "right to left": "guides/en/\u202edm.md",
    "full width": "guides/en/\uff0e\uff0e/a", "escape": "\x1b[2Jguides", "line": "a\nb",
    "too deep": "a/" * 9 + "a", "tilde": "~/planted",
}  # fmt: skip
FORGERIES: dict[str, Forgery] = {
    "core gone from the snapshot": _core_gone,
    "targets gone from the snapshot": _targets_gone,
    "older core under the newer name": _swapped("core", 1, 2),
    "older snapshot under the newer name": _swapped("snapshot", 1, 2),
    "older release under the newer name": _release_swapped,
    "core by the online keys": _by("core", "snapshot", "timestamp"),
    "core by the targets key": _by("core", "targets"),
    "core by the root key": _by("core", "root"),
    "snapshot by the timestamp key": _by("snapshot", "timestamp"),
    "timestamp by the snapshot key": _by("timestamp", "snapshot"),
    "timestamp by the channel's key": _by("timestamp", "core"),
    "a release number used before": _number_used_before,
    "a release number below it": _number_before,
    "another channel's release": _of_another_channel,
    "a name twice in release.json": _release_with_a_name_twice,
    "release.json too long": _release_too_long,
    "a release beyond the paths of a role": _release_in_another_role,
    "a shard that unpacks to far more": _bomb,
    "shards with more files than there may be": _huge_shard,
    "a file twice in a shard": _name_twice,
    **{f"path: {name}": _path(path) for name, path in PATHS.items()},
}


@pytest.mark.parametrize("what", FORGERIES)
def test_what_may_not_be_signed_so_is_refused(scene: Scene, what: str) -> None:
    FORGERIES[what](Forger(scene.publisher), scene)
    # Half of them each way: all of it is read by the same code.
    kind = KINDS[list(FORGERIES).index(what) % 2]
    with _source(scene.publisher.repository, kind) as source:
        scene.must_refuse(source)
    assert not Path("/planted").exists()


def _back_to_snapshot_1(forger: Forger) -> None:
    old = Timestamp(version=3, expires=LATER, snapshot_meta=MetaFile(1))
    forger.sign("timestamp", old)


def _back_to_core_1(forger: Forger) -> None:
    forger.say({"targets": 1, "core": 1})


def _back_to_timestamp_1(forger: Forger) -> None:
    forger.sign("timestamp", Timestamp(version=1, expires=LATER, snapshot_meta=MetaFile(2)))


def _forget_nothing(_metadata: Path) -> None:
    pass


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("forget", [_forget_nothing, shutil.rmtree])
@pytest.mark.parametrize("forge", [_back_to_timestamp_1, _back_to_snapshot_1, _back_to_core_1])
def test_no_role_goes_back_even_with_the_online_keys_stolen(
    scene: Scene, forge: Callable[[Forger], None], forget: Callable[[Path], None], kind: str
) -> None:
    """And even if the TUF client has forgotten all it knew: the floor stands in the pointer."""
    scene.box.sync(str(scene.publisher.repository))
    before = scene.box.store.pointer()
    forge(Forger(scene.publisher))
    forget(scene.box.store.metadata)
    with _source(scene.publisher.repository, kind) as source, pytest.raises(TrustError):
        scene.box.sync(source)
    assert scene.box.shown() == "2: Two."
    assert scene.box.store.pointer() == before
    scene.box.sync(str(scene.folder / "honest"))
    assert scene.box.shown() == "5: Five."


@pytest.mark.parametrize("kind", KINDS)
def test_a_frozen_origin_is_believed_until_its_word_runs_out(scene: Scene, kind: str) -> None:
    """And then what is shown stays, and the date is named: perhaps it is the clock."""
    frozen = scene.folder / "repository"
    scene.box.sync(str(frozen))
    scene.box.now = days_later(59)
    assert scene.box.sync(str(frozen)) is None
    for days in (61, 1_200):
        scene.box.now = days_later(days)
        with _source(frozen, kind) as source, pytest.raises(OutOfDateError) as caught:
            scene.box.sync(source)
        assert f"{scene.box.now.year}" in str(caught.value)
        assert "Check this device's date" in caught.value.advice
        assert scene.box.shown() == "2: Two."


@pytest.mark.parametrize("is_first", [True, False])
def test_a_name_twice_in_metadata_is_read_as_it_was_verified(
    scene: Scene, *, is_first: bool
) -> None:
    """Or one half of a box would judge what the other has not read."""
    path = Forger(scene.publisher).newest("timestamp")
    whole = path.read_text()
    signed = json.dumps(json.loads(whole)["signed"])
    false = signed.replace('"version": 2', '"version": 99')
    assert false != signed
    twice = f'"signed": {false if is_first else signed}, "signed": {signed if is_first else false}'
    signatures = json.dumps(json.loads(whole)["signatures"])
    path.write_text(f'{{"signatures": {signatures}, {twice}}}')
    if not is_first:
        scene.must_refuse(FolderSource(scene.publisher.repository))
        return
    scene.box.sync(str(scene.publisher.repository))
    pointer = scene.box.store.pointer()
    assert pointer is not None
    assert pointer.floor["timestamp"] == 2


def test_one_signature_of_two_is_too_few(tmp_path: Path) -> None:
    society = Society.new(tmp_path / "society", {"a.toml": b"one"})
    trust = Trust(society.anchor(), tmp_path / "device", {}, SIGNED_AT)
    assert trust.newest(FolderSource(society.repository)).release.number == 1
    society.publish({"a.toml": b"two"})
    path = society.repository / "metadata" / "2.core.json"
    metadata = Metadata[Targets].from_file(str(path))
    for keep in list(metadata.signatures):
        one = Metadata(metadata.signed, {keep: metadata.signatures[keep]})
        one.to_file(str(path))
        with pytest.raises(TrustError, match="1/2 keys"):
            trust.newest(FolderSource(society.repository))
    twice = json.loads(path.read_bytes())
    path.write_text(json.dumps({**twice, "signatures": twice["signatures"] * 2}))
    with pytest.raises(TrustError):
        trust.newest(FolderSource(society.repository))


def test_a_channel_cannot_sign_for_another(scene: Scene, tmp_path: Path) -> None:
    def change(core: Targets) -> None:
        target = core.targets[release_target(CORE)]
        core.targets["channels/council-leeds/release.json"] = TargetFile(
            target.length, target.hashes, "channels/council-leeds/release.json"
        )

    Forger(scene.publisher).change_core(change)
    of_leeds = Trust(scene.box.anchor, tmp_path / "m", {}, SIGNED_AT, "council-leeds")
    with pytest.raises(TrustError, match="has no channel council-leeds"):
        of_leeds.newest(FolderSource(scene.publisher.repository))


def test_names_that_other_systems_stumble_over_never_reach_a_stick(tmp_path: Path) -> None:
    """On a stick there are our own names and hashes, whatever the files of a release are called."""
    publisher = Publisher.new(tmp_path)
    odd = ("CON.toml", "nul", "LPT1.md", "a.", "Sites.TOML")
    publisher.pack({**real_tree(), **dict.fromkeys(odd, b"x = 1\n")})
    scene_box = Scene(tmp_path / "scene").box
    scene_box.folder, scene_box.anchor = tmp_path / "box", publisher.anchor()
    scene_box.sync(str(publisher.repository))
    stick = tmp_path / "stick"
    export(scene_box.store, scene_box.anchor, stick, lambda *_progress: None)
    for path in files_in(stick):
        last = path.rpartition("/")[2]
        assert last.endswith((".gz", ".json")), path
        assert last.isascii()
        assert last == last.lower()
