"""The drills of docs/publishing.md: what people do when a key is lost, stolen or changed."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata, MetaFile, Root, Timestamp

from appliance.errors import ReleaseError, SourceError, TrustError
from appliance.release.contents import release_numbered, tree_of
from appliance.release.keyfile import read_public
from appliance.release.layout import SIGNED_AT as SIGNED_AT_FIELD
from appliance.release.manifest import read_release
from appliance.release.staging import Staging
from appliance.sync.sources import FolderSource
from appliance.sync.trust import Offer, Trust
from tests.ceremony import Society
from tests.publisher import SIGNED_AT, Publisher, days_later, files_in
from tests.release.conftest import ONE

TWO = {"a.toml": b"two"}
OLD, NEW = "online/online", "online/new"


class Device:
    """What a device believes, kept from one question to the next."""

    def __init__(self, anchor: bytes, folder: Path) -> None:
        self.anchor, self.folder, self.floor = anchor, folder, dict[str, int]()
        folder.mkdir()

    def ask(self, repository: Path, at: datetime = SIGNED_AT) -> Offer:
        offer = Trust(self.anchor, self.folder, self.floor, at).newest(FolderSource(repository))
        self.floor = dict(offer.versions)
        return offer


@pytest.fixture
def device(society: Society, tmp_path: Path) -> Device:
    device = Device(society.anchor(), tmp_path / "device")
    device.ask(society.repository)
    return device


def _forged(society: Society, version: int, signed_at: str) -> None:
    """What a thief of the timestamp key can do: vouch again for what is published."""
    path = society.repository / "metadata" / "timestamp.json"
    before = Metadata[Timestamp].from_bytes(path.read_bytes()).signed
    word = Timestamp(
        version=version,
        expires=days_later(9000),
        snapshot_meta=MetaFile(before.snapshot_meta.version),
        unrecognized_fields={SIGNED_AT_FIELD: signed_at},
    )
    metadata = Metadata(word)
    metadata.sign(society.signer(OLD))
    metadata.to_file(str(path))


def test_a_device_built_with_root_1_accepts_after_five_rotations_skipped_at_once(
    society: Society, device: Device
) -> None:
    names = ["ann", "bob", "cleo"]
    for number in range(5):
        added = society.make_key(f"dora{number}")
        leaving = names.pop(0)
        society.stage().keys("root", [read_public(added)], [leaving])
        society.sign(*names, f"dora{number}")
        society.finish()
        names.append(f"dora{number}")
    offer = device.ask(society.repository)
    assert offer.versions["root"] == 6
    root = society.files.load("6.root", Root).signed
    assert {"ann", "bob", "cleo"}.isdisjoint(
        str(key.unrecognized_fields["x-helppoint-name"])
        for keyid, key in root.keys.items()
        if keyid in root.roles["root"].keyids
    )


def test_a_lost_key_of_three_is_replaced_by_the_other_two(society: Society, device: Device) -> None:
    (society.folder / "cleo.pem").unlink()
    dora = read_public(society.make_key("dora"))
    for role in ("root", "targets", "core"):
        society.stage().keys(role, [dora], ["cleo"])
    society.sign("ann", "bob")
    society.finish()
    society.stage().release(TWO)
    society.sign("ann", "dora")
    society.finish()
    offer = device.ask(society.repository)
    assert (offer.release.number, offer.versions["root"]) == (2, 2)


def test_a_key_that_was_taken_away_does_not_count_any_more(society: Society) -> None:
    dora = read_public(society.make_key("dora"))
    society.stage().keys("core", [dora], ["cleo"])
    society.sign("ann", "bob")
    society.finish()
    society.stage().release(TWO)
    with pytest.raises(ReleaseError, match="no staged role wants the key cleo"):
        society.sign("cleo")
    society.sign("ann")
    with pytest.raises(ReleaseError, match="core needs 1 more"):
        society.finish()


def test_one_stolen_key_of_three_publishes_nothing(society: Society) -> None:
    before = files_in(society.repository / "metadata")
    society.stage().release(TWO)
    society.sign("cleo")
    with pytest.raises(ReleaseError, match=r"1 more of the signatures of ann .*, bob"):
        society.finish()
    assert files_in(society.repository / "metadata") == before


def test_a_root_signed_only_by_the_new_keys_is_refused(society: Society) -> None:
    thief = [read_public(society.make_key(name)) for name in ("eve", "mallory")]
    society.stage().keys("root", thief, ["ann", "bob", "cleo"])
    society.sign("eve", "mallory")
    with pytest.raises(ReleaseError, match="the keys until now"):
        society.finish()


def _replace_online_keys(society: Society) -> None:
    key = read_public(society.make_key(NEW))
    for role in ("timestamp", "snapshot"):
        society.stage().keys(role, [key], ["online"])
    society.sign("ann", "bob")


def test_a_stolen_timestamp_key_cannot_show_anything_else_and_is_replaced(
    society: Society, device: Device
) -> None:
    _forged(society, 10**9, f"{days_later(1):%Y-%m-%dT%H:%M:%SZ}")
    stolen = device.ask(society.repository)
    assert stolen.release.number == 1
    assert device.floor["timestamp"] == 10**9
    # The publisher's own copy of the repository was never touched.
    society.renew(days_later(1))
    _replace_online_keys(society)
    society.finish(days_later(1), [NEW])
    assert device.ask(society.repository, days_later(1)).versions["root"] == 2


def test_new_online_keys_begin_their_versions_anew(society: Society, device: Device) -> None:
    kept = society.folder / "untouched"
    shutil.copytree(society.repository, kept)
    _forged(society, 10**9, f"{days_later(1):%Y-%m-%dT%H:%M:%SZ}")
    device.ask(society.repository)
    shutil.rmtree(society.repository)
    shutil.copytree(kept, society.repository)
    with pytest.raises(TrustError, match="timestamp"):
        device.ask(society.repository)
    _replace_online_keys(society)
    society.finish(days_later(1), [NEW])
    offer = device.ask(society.repository, days_later(1))
    assert offer.versions["timestamp"] < 100
    _forged(society, 2 * 10**9, "")
    with pytest.raises(TrustError):
        device.ask(society.repository, days_later(1))


def test_a_stolen_timestamp_key_cannot_set_the_clock_beyond_what_offline_keys_signed(
    society: Society, device: Device
) -> None:
    _forged(society, 5, "2099-01-01T00:00:00Z")
    assert device.ask(society.repository).signed_at == ""


def test_while_online_keys_change_devices_always_find_the_old_or_the_new(
    society: Society, tmp_path: Path
) -> None:
    """Cut after every file: whoever reads then believes what is there."""
    _replace_online_keys(society)
    sealed = society.seal(days_later(1), [OLD, NEW])
    assert sealed.root_is_last
    for number, (path, content) in enumerate(sealed.files):
        (society.repository / path).parent.mkdir(parents=True, exist_ok=True)
        (society.repository / path).write_bytes(content)
        between = Device(society.anchor(), tmp_path / f"between-{number}")
        assert between.ask(society.repository, days_later(1)).release.number == 1


def test_a_finish_cut_short_after_any_file_leaves_a_whole_release_and_can_be_repeated(
    society: Society, tmp_path: Path
) -> None:
    dora = read_public(society.make_key("dora"))
    society.stage().keys("root", [dora], [])
    society.stage().release(TWO)
    society.sign("ann", "bob")
    sealed = society.seal(days_later(1))
    numbers = []
    for count in range(len(sealed.files) + 1):
        cut = Society(tmp_path / f"cut-{count}")
        shutil.copytree(society.folder, cut.folder)
        for path, content in sealed.files[:count]:
            (cut.repository / path).parent.mkdir(parents=True, exist_ok=True)
            (cut.repository / path).write_bytes(content)
        reader = Device(cut.anchor(), tmp_path / f"reader-{count}")
        numbers.append(reader.ask(cut.repository, days_later(1)).release.number)
        if cut.staged().roles():
            cut.finish(days_later(2))
        assert reader.ask(cut.repository, days_later(2)).release.number == 2
    assert numbers == [1] * (len(sealed.files)) + [2]


def test_a_release_is_withdrawn_by_a_newer_one_with_the_older_content(
    society: Society, device: Device
) -> None:
    society.publish(TWO)
    older = tree_of(society.repository, release_numbered(society.repository, "core", 1))
    assert older == ONE
    society.publish(older)
    offer = device.ask(society.repository)
    assert offer.release.number == 3
    assert tree_of(society.repository, read_release(offer.release_json.encode())) == ONE


def test_two_people_who_sign_at_the_same_time_do_not_undo_each_other(society: Society) -> None:
    society.stage().release(TWO)
    copies = []
    for name in ("ann", "bob"):
        copy = Society(society.folder.with_name(name))
        shutil.copytree(society.folder, copy.folder)
        copy.sign(name)
        copies.append(copy)
    for copy in copies:
        shutil.copytree(
            Staging(copy.repository).path, Staging(society.repository).path, dirs_exist_ok=True
        )
    society.finish()
    published = society.files.published().channels["core"]
    assert len(published.signatures) == 2


def test_a_signature_over_something_else_does_not_count(society: Society) -> None:
    society.stage().release(TWO)
    society.sign("ann", "bob")
    signatures = files_in(Staging(society.repository).path / "signatures")
    society.stage().release({"a.toml": b"three"})
    for name, content in signatures.items():
        (Staging(society.repository).path / "signatures" / name).write_bytes(content)
    with pytest.raises(ReleaseError, match="core needs 2 more"):
        society.finish()


def test_a_missing_online_key_is_named(society: Society) -> None:
    society.stage().release(TWO)
    society.sign("ann", "bob")
    with pytest.raises(ReleaseError, match="online key of snapshot is missing: online"):
        society.finish(online=["ann"])


def test_an_expired_repository_is_refused_until_it_is_renewed(
    society: Society, device: Device
) -> None:
    with pytest.raises(TrustError, match="out of date"):
        device.ask(society.repository, days_later(61))
    society.renew(days_later(61))
    assert device.ask(society.repository, days_later(61)).release.number == 1


def test_a_device_waits_while_a_lost_online_key_is_replaced(
    society: Society, device: Device
) -> None:
    (society.folder / "online" / "online.pem").unlink()
    _replace_online_keys(society)
    sealed = society.seal(days_later(1), [NEW])
    for path, content in sealed.files[:-1]:
        (society.repository / path).write_bytes(content)
    with pytest.raises((TrustError, SourceError)):
        device.ask(society.repository, days_later(1))
    society.finish(days_later(1), [NEW])
    assert device.ask(society.repository, days_later(1)).versions["root"] == 2


def test_unchanged_content_is_signed_again_before_it_expires(
    society: Society, device: Device
) -> None:
    assert society.stage(days_later(300)).release(ONE) is None
    renewed = society.stage(days_later(400)).release(ONE)
    assert renewed is not None
    society.sign("ann", "bob")
    society.finish(days_later(400))
    offer = device.ask(society.repository, days_later(400))
    assert (offer.release.number, offer.versions["core"]) == (1, 2)


def test_one_person_cannot_pack_where_several_must_sign(tmp_path: Path) -> None:
    publisher = Publisher.new(tmp_path)
    publisher.pack(ONE)
    society = Society(tmp_path)
    second = read_public(society.make_key("second"))
    society.stage().keys("core", [second], (), 2)
    for name in ("keys/targets", "keys/core", "second"):
        society.sign(name)
    society.finish(online=["keys/snapshot", "keys/timestamp"])
    before = files_in(publisher.repository / "metadata")
    with pytest.raises(ReleaseError, match="is signed by several people"):
        publisher.pack(TWO)
    assert files_in(publisher.repository / "metadata") == before


def test_a_missing_blob_is_named(society: Society) -> None:
    release = release_numbered(society.repository, "core", 1)
    (society.repository / release.shards[0].path).unlink()
    with pytest.raises(ReleaseError, match="is missing or damaged"):
        tree_of(society.repository, release)
    with pytest.raises(ReleaseError, match="has 0 releases numbered 7"):
        release_numbered(society.repository, "core", 7)
