"""Write what a box shows as a repository in a folder, such as a memory stick, for other boxes.

Nothing is signed here: metadata goes on as it was received. timestamp.json is written last, so that
a stick that was pulled out too early has the release it had before, or none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp

from appliance.errors import StoreError
from appliance.files import read_file, replace_file, sync_file_system, write_unsynced
from appliance.release.folder import SignedT
from appliance.release.layout import MAX_METADATA_BYTES, RELEASE_TARGET
from appliance.release.manifest import MAX_BLOB_BYTES, Release
from appliance.store.pointer import Pointer
from appliance.store.store import Store
from appliance.sync.content import blobs_shown

Progress = Callable[[str, int, int], None]


def export(store: Store, anchor: bytes, to: Path, progress: Progress) -> Release:
    """Write the release that is shown into `to`; what lies there already and is whole stays.

    Args:
        store: the box's own copy.
        anchor: JSON of 1.root.json, which the box was built with.
        to: a folder; made if it is not there.
        progress: told what is done, how much of it, and out of how much.
    Raises:
        StoreError: nothing is shown, it was rolled back, or `to` cannot be written.
    """
    with store.locked():
        pointer = store.pointer()
        if pointer is None:
            raise StoreError("no release is shown yet")
        try:
            return _export(store, pointer, anchor, to, progress)
        except OSError as error:
            place = error.filename or to
            raise StoreError(f"{place} cannot be written: {error.strerror}") from error


def _export(store: Store, pointer: Pointer, anchor: bytes, to: Path, progress: Progress) -> Release:
    metadata = dict(_metadata(store, anchor))
    release_json = pointer.current.release_json.encode()
    name = f"{sha256(release_json).hexdigest()}.release.json"
    if sha256(release_json).hexdigest() != _signed_hash(store):
        raise StoreError(
            "what is shown is not the newest release that this box knows: it was rolled back, or an"
            " update was broken off. Sync first, or export from another box"
        )
    release, blobs = blobs_shown(store, pointer)
    for done, path in enumerate(blobs):
        progress("copying", done, len(blobs))
        _copy(store, path, to)
    progress("copying", len(blobs), len(blobs))
    write_unsynced(to / "targets" / Path(RELEASE_TARGET).parent / name, release_json)
    for file, content in metadata.items():
        write_unsynced(to / "metadata" / file, content)
    sync_file_system(to)
    replace_file(to / "metadata" / "timestamp.json", _timestamp(store))
    return release


def _copy(store: Store, path: str, to: Path) -> None:
    data = store.read_blob(path, MAX_BLOB_BYTES)
    if data is None:
        raise StoreError(f"{path} is missing in the store: sync again")
    target = to / path
    if not (target.is_file() and target.stat().st_size == len(data) and _same(target, data)):
        write_unsynced(target, data)


def _same(target: Path, data: bytes) -> bool:
    return read_file(target, len(data)) == data


def _metadata(store: Store, anchor: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield file name -> bytes as received, under the names that a repository has."""
    yield "1.root.json", anchor
    for path in sorted((store.metadata / "root_history").glob("*.root.json")):
        yield path.name, read_file(path, MAX_METADATA_BYTES)
    for role in ("targets", "core"):
        content = _received(store, role)
        yield f"{_metadata_in(content, role, Targets).signed.version}.{role}.json", content
    snapshot = _received(store, "snapshot")
    yield f"{_metadata_in(snapshot, 'snapshot', Snapshot).signed.version}.snapshot.json", snapshot


def _timestamp(store: Store) -> bytes:
    """Return the longer-lived word for sticks if it is there and says the same as the other."""
    ordinary = _received(store, "timestamp")
    try:
        stick = read_file(store.stick_timestamp, MAX_METADATA_BYTES)
        root = _metadata_in(read_file(_root(store), MAX_METADATA_BYTES), "root", Root)
        word = _metadata_in(stick, "timestamp for sticks", Timestamp)
        root.signed.verify_delegate("timestamp", word.signed_bytes, word.signatures)
    except (OSError, RepositoryError, StoreError):
        return ordinary
    same = _metadata_in(ordinary, "timestamp", Timestamp).signed
    is_same = (word.signed.version, word.signed.snapshot_meta) == (same.version, same.snapshot_meta)
    return stick if is_same else ordinary


def _root(store: Store) -> Path:
    return (store.metadata / "root.json").resolve()


def _signed_hash(store: Store) -> str:
    core = _metadata_in(_received(store, "core"), "core", Targets).signed
    target = core.targets.get(RELEASE_TARGET)
    return "" if target is None else target.hashes.get("sha256", "")


def _received(store: Store, role: str) -> bytes:
    return read_file(store.metadata / f"{role}.json", MAX_METADATA_BYTES)


def _metadata_in(content: bytes, role: str, kind: type[SignedT]) -> Metadata[SignedT]:
    """Read metadata of a kind: the card may have spoilt it, or a source sent another.

    Raises:
        StoreError: it is not.
    """
    try:
        metadata = Metadata[SignedT].from_bytes(content)
    except RepositoryError as error:
        raise StoreError(f"the {role} metadata in the store is damaged: sync again") from error
    if not isinstance(metadata.signed, kind):
        raise StoreError(f"the {role} metadata in the store is of another kind: sync again")
    return metadata
