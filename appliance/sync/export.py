"""Write what a box shows as a repository in a folder, such as a memory stick, for other boxes.

Nothing is signed here: metadata goes on as it was received. timestamp.json is written last, so that
a stick that was pulled out too early has the release it had before, or none.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Timestamp

from appliance.errors import StoreError
from appliance.files import read_file, replace_file, sync_file_system, write_unsynced
from appliance.release.keys import CORE
from appliance.release.layout import MAX_METADATA_BYTES, release_target, target_file
from appliance.release.manifest import MAX_BLOB_BYTES, Release
from appliance.store.pointer import Pointer, Shown
from appliance.store.store import Store
from appliance.sync.content import blobs_shown, release_of

log = logging.getLogger(__name__)

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
    if sha256(pointer.current.release_json.encode()).hexdigest() != _signed_hash(store, CORE):
        raise StoreError(
            "what is shown is not the newest release that this box knows: it was rolled back, or an"
            " update was broken off. Sync first, or export from another box"
        )
    shown = _newest(store, pointer.current)
    metadata = dict(_metadata(store, anchor, shown.councils))
    blobs = blobs_shown(store, shown)
    for done, path in enumerate(blobs):
        progress("copying", done, len(blobs))
        _copy(store, path, to)
    progress("copying", len(blobs), len(blobs))
    for channel, release_json in _releases(shown):
        write_unsynced(to / target_file(channel, sha256(release_json).hexdigest()), release_json)
    for file, content in metadata.items():
        write_unsynced(to / "metadata" / file, content)
    sync_file_system(to)
    replace_file(to / "metadata" / "timestamp.json", _timestamp(store))
    return release_of(shown)


def _newest(store: Store, shown: Shown) -> Shown:
    """Leave out what is not a council's newest: its signed metadata speaks of another release."""
    councils = {}
    for channel, council in shown.councils.items():
        is_newest = (store.metadata / f"{channel}.json").exists() and sha256(
            council.release_json.encode()
        ).hexdigest() == _signed_hash(store, channel)
        if is_newest:
            councils[channel] = council
        else:
            log.warning("%s is left out: its newest release is not shown here", channel)
    return replace(shown, councils=councils)


def _releases(shown: Shown) -> Iterator[tuple[str, bytes]]:
    yield CORE, shown.release_json.encode()
    for channel, council in shown.councils.items():
        yield channel, council.release_json.encode()


def _copy(store: Store, path: str, to: Path) -> None:
    data = store.read_blob(path, MAX_BLOB_BYTES)
    if data is None:
        raise StoreError(f"{path} is missing in the store: sync again")
    target = to / path
    if not (target.is_file() and target.stat().st_size == len(data) and _same(target, data)):
        write_unsynced(target, data)


def _same(target: Path, data: bytes) -> bool:
    return read_file(target, len(data)) == data


def _metadata(store: Store, anchor: bytes, councils: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield file name -> bytes as received, under the names that a repository has."""
    yield "1.root.json", anchor
    for path in sorted((store.metadata / "root_history").glob("*.root.json")):
        yield path.name, read_file(path, MAX_METADATA_BYTES)
    for role in ("targets", CORE, *councils, "snapshot"):
        content = _received(store, role)
        yield f"{_signed(content)['version']}.{role}.json", content


def _timestamp(store: Store) -> bytes:
    """Return the longer-lived word for sticks if it is there and says the same as the other."""
    ordinary = _received(store, "timestamp")
    try:
        stick = read_file(store.stick_timestamp, MAX_METADATA_BYTES)
        root = Metadata[Root].from_bytes(read_file(_root(store), MAX_METADATA_BYTES))
        word = Metadata[Timestamp].from_bytes(stick)
        root.signed.verify_delegate("timestamp", word.signed_bytes, word.signatures)
    except (OSError, RepositoryError):
        return ordinary
    same = Metadata[Timestamp].from_bytes(ordinary).signed
    is_same = (word.signed.version, word.signed.snapshot_meta) == (same.version, same.snapshot_meta)
    return stick if is_same else ordinary


def _root(store: Store) -> Path:
    return (store.metadata / "root.json").resolve()


def _signed_hash(store: Store, channel: str) -> str:
    targets = _signed(_received(store, channel))["targets"]
    return str(targets[release_target(channel)]["hashes"]["sha256"])


def _received(store: Store, role: str) -> bytes:
    return read_file(store.metadata / f"{role}.json", MAX_METADATA_BYTES)


def _signed(content: bytes) -> Mapping[str, dict[str, dict[str, dict[str, str]]]]:
    signed: Mapping[str, dict[str, dict[str, dict[str, str]]]] = json.loads(content)["signed"]
    return signed
