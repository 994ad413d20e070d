"""Write what a box shows as a repository in a folder, such as a memory stick, for other boxes.

Nothing is signed here: metadata goes on as it was received. timestamp.json is written last, when
all the rest has been read back, so that a stick that was pulled out too early has the release it
had before, or none. What else is on the stick is not touched, and no link on it is followed.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path, PurePosixPath

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp

from appliance.errors import StoreError
from appliance.files import read_file, sync_file_system
from appliance.release.folder import SignedT
from appliance.release.keys import CORE
from appliance.release.layout import MAX_METADATA_BYTES, release_target, target_file
from appliance.release.manifest import MAX_BLOB_BYTES, Release
from appliance.store.pointer import Pointer, Shown
from appliance.store.store import Store
from appliance.sync.beneath import StrangeFileError, holds, write
from appliance.sync.content import blobs_shown, release_of

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
MB = 1_000_000
TIMESTAMP_FILE = "metadata/timestamp.json"


def export(store: Store, anchor: bytes, to: Path, progress: Progress) -> Release:
    """Write the release that is shown into `to`; what lies there already and is whole stays.

    Args:
        store: the box's own copy.
        anchor: JSON of 1.root.json, which the box was built with.
        to: a folder; made if it is not there.
        progress: told what is done, how much of it, and out of how much.
    Raises:
        StoreError: nothing is shown, it was rolled back, or `to` cannot be written, has no room,
            or has links where folders should be.
    """
    with store.locked():
        pointer = store.pointer()
        if pointer is None:
            raise StoreError("no release is shown yet")
        try:
            return _export(store, pointer, anchor, to, progress)
        except StrangeFileError as error:
            raise StoreError(f"{to} is not written to: {error}") from error
        except OSError as error:
            raise StoreError(f"{to} cannot be written: {error.strerror}") from error


def _export(store: Store, pointer: Pointer, anchor: bytes, to: Path, progress: Progress) -> Release:
    shown = newest(store, pointer.current)
    small = small_files(store, shown, anchor)
    blobs = blobs_shown(store, shown)
    last = _timestamp(store)
    to.mkdir(parents=True, exist_ok=True)
    missing = _missing(store, blobs, to, progress)
    rest = {path: len(content) for path, content in {**small, TIMESTAMP_FILE: last}.items()}
    require_room(to, missing | rest)
    _copy(store, missing, to, progress)
    for path, content in small.items():
        write(to, path, content)
    sync_file_system(to)
    _read_back(to, [*missing, *small], lambda path: small.get(path) or _blob(store, path), progress)
    write(to, TIMESTAMP_FILE, last, is_last=True)
    return release_of(shown)


def newest(store: Store, shown: Shown) -> Shown:
    """Leave out what is not a council's newest: its signed metadata speaks of another release.

    Raises:
        StoreError: the national release is not the one that the newest metadata of this box speaks
            of.
        OSError: a file is missing.
    """
    if sha256(shown.release_json.encode()).hexdigest() != _signed_hash(store, CORE):
        raise StoreError(
            "what is shown is not the newest release that this box knows: it was rolled back, or an"
            " update was broken off. Sync first, or export from another box"
        )
    councils = {}
    for channel, council in shown.councils.items():
        digest = sha256(council.release_json.encode()).hexdigest()
        is_known = (store.metadata / f"{channel}.json").exists()
        if is_known and digest == _signed_hash(store, channel):
            councils[channel] = council
        else:
            log.warning("%s is left out: its newest release is not shown here", channel)
    return replace(shown, councils=councils)


def small_files(store: Store, shown: Shown, anchor: bytes) -> dict[str, bytes]:
    """Return path -> bytes as received of what a repository has besides timestamp and blobs.

    `shown` is what `newest` returned.

    Raises:
        OSError: a file is missing.
    """
    metadata = _metadata(store, anchor, shown.councils)
    return {f"metadata/{name}": content for name, content in metadata} | {
        target_file(channel, sha256(release_json).hexdigest()): release_json
        for channel, release_json in _releases(shown)
    }


def _releases(shown: Shown) -> Iterator[tuple[str, bytes]]:
    yield CORE, shown.release_json.encode()
    for channel, council in shown.councils.items():
        yield channel, council.release_json.encode()


def _missing(store: Store, blobs: Sequence[str], to: Path, progress: Progress) -> dict[str, int]:
    """Return path -> length of the blobs that are not there, or not whole."""
    found = {}
    for done, path in enumerate(blobs):
        progress("comparing", done, len(blobs))
        data = _blob(store, path)
        if not holds(to, path, data):
            found[path] = len(data)
    progress("comparing", len(blobs), len(blobs))
    return found


def _copy(store: Store, paths: Collection[str], to: Path, progress: Progress) -> None:
    for done, path in enumerate(paths):
        progress("copying", done, len(paths))
        write(to, path, _blob(store, path))
    progress("copying", len(paths), len(paths))


def _read_back(
    to: Path, paths: Collection[str], content: Callable[[str], bytes], progress: Progress
) -> None:
    """Make sure that what was written is there: sticks are sold that only say so."""
    for done, path in enumerate(paths):
        progress("reading back", done, len(paths))
        if not holds(to, path, content(path)):
            raise StoreError(f"{to} does not hold what was written to it: use another stick")
    progress("reading back", len(paths), len(paths))


def require_room(to: Path, files: Mapping[str, int]) -> None:
    """Make sure that files (path -> length in bytes) fit into the folder `to`.

    Raises:
        StoreError: they do not; nothing was written yet.
    """
    disk = os.statvfs(to)
    needed, free = taken(files, disk.f_frsize), disk.f_bavail * disk.f_frsize
    if needed > free:
        raise StoreError(
            f"{to} has {free // MB} MB free and {needed // MB + 1} MB are needed:"
            " nothing was written"
        )
    # FAT counts no files, and says 0 of 0.
    if disk.f_files and disk.f_favail < len(files) + len(_folders(files)):
        raise StoreError(f"{to} takes no {len(files)} files more: nothing was written")


def taken(files: Mapping[str, int], cluster: int) -> int:
    """Return the bytes that files (path -> length) take at most, in clusters of so many bytes.

    Each takes whole clusters, and so does every folder, which may have to be made.
    """
    clusters = sum(-(-length // cluster) for length in files.values()) + len(_folders(files))
    return clusters * cluster


def _folders(files: Collection[str]) -> set[str]:
    return {str(folder) for path in files for folder in PurePosixPath(path).parents}


def _blob(store: Store, path: str) -> bytes:
    data = store.read_blob(path, MAX_BLOB_BYTES)
    if data is None:
        raise StoreError(f"{path} is missing in the store: sync again")
    return data


def _metadata(store: Store, anchor: bytes, councils: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield file name -> bytes as received, under the names that a repository has."""
    yield "1.root.json", anchor
    for path in sorted((store.metadata / "root_history").glob("*.root.json")):
        yield path.name, read_file(path, MAX_METADATA_BYTES)
    for role in ("targets", CORE, *councils):
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


def _signed_hash(store: Store, channel: str) -> str:
    signed = _metadata_in(_received(store, channel), channel, Targets).signed
    target = signed.targets.get(release_target(channel))
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
