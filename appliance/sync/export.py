"""Write what a box shows as a repository in a folder, such as a memory stick, for other boxes.

Nothing is signed here: metadata goes on as it was received. timestamp.json is written last, when
all the rest has been read back, so that a stick that was pulled out too early has the release it
had before, or none. What else is on the stick is not touched, and no link on it is followed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path, PurePosixPath

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Timestamp

from appliance.errors import StoreError
from appliance.files import read_file, sync_file_system
from appliance.release.keys import CORE
from appliance.release.layout import MAX_METADATA_BYTES, RELEASE_TARGET, target_file
from appliance.release.manifest import MAX_BLOB_BYTES, Release
from appliance.store.pointer import Pointer
from appliance.store.store import Store
from appliance.sync.beneath import StrangeFileError, holds, write
from appliance.sync.content import blobs_shown

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
    small = small_files(store, pointer, anchor)
    release, blobs = blobs_shown(store, pointer)
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
    return release


def small_files(store: Store, pointer: Pointer, anchor: bytes) -> dict[str, bytes]:
    """Return path -> bytes as received of what a repository has besides timestamp and blobs.

    Raises:
        StoreError: what is shown is not what the newest metadata of this box speaks of.
        OSError: a file is missing.
    """
    release_json = pointer.current.release_json.encode()
    digest = sha256(release_json).hexdigest()
    if digest != _signed_hash(store):
        raise StoreError(
            "what is shown is not the newest release that this box knows: it was rolled back, or an"
            " update was broken off. Sync first, or export from another box"
        )
    metadata = {f"metadata/{name}": content for name, content in _metadata(store, anchor)}
    return {target_file(CORE, digest): release_json, **metadata}


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


def _metadata(store: Store, anchor: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield file name -> bytes as received, under the names that a repository has."""
    yield "1.root.json", anchor
    for path in sorted((store.metadata / "root_history").glob("*.root.json")):
        yield path.name, read_file(path, MAX_METADATA_BYTES)
    for role in ("targets", "core", "snapshot"):
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


def _signed_hash(store: Store) -> str:
    targets = _signed(_received(store, "core"))["targets"]
    return str(targets[RELEASE_TARGET]["hashes"]["sha256"])


def _received(store: Store, role: str) -> bytes:
    return read_file(store.metadata / f"{role}.json", MAX_METADATA_BYTES)


def _signed(content: bytes) -> Mapping[str, dict[str, dict[str, dict[str, str]]]]:
    signed: Mapping[str, dict[str, dict[str, dict[str, str]]]] = json.loads(content)["signed"]
    return signed
