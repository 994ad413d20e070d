"""Turn a content tree into the next release of a signed repository."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from appliance.errors import ReleaseError
from appliance.files import sync_file_system, write_unsynced
from appliance.release.keys import CORE
from appliance.release.manifest import (
    MAX_BLOB_BYTES,
    MAX_FILE_BYTES,
    Blob,
    Release,
    is_safe_path,
    pack_blob,
    read_release,
    shard_count,
    shard_of,
    write_release,
    write_shard,
)
from appliance.release.repository import Repository

# The oldest application that reads this content format.
MIN_APP = "0.1.0"


def pack(
    tree: Mapping[str, bytes],
    repository: Repository,
    on_file: Callable[[str], None] = lambda _path: None,
) -> tuple[Release, bool]:
    """Publish `tree` as the next release, unless it is what the newest release already holds.

    Args:
        tree: path -> bytes, as `files.read_tree` gives it.
        repository: where to, with whose keys.
        on_file: told each path before it is packed, for a progress bar.
    Returns: the newest release, and whether it is new.
    Raises:
        ReleaseError: a file is too large or badly named; the repository is left as it was.
    """
    for path, content in tree.items():
        refuse_unfit(path, content)
    shards = write_blobs(tree, repository.folder, on_file)
    current = repository.current_release()
    newest = None if current is None else read_release(current)
    if newest is not None and newest.shards == shards:
        repository.renew()
        return newest, False
    number = 1 if newest is None else newest.number + 1
    release = Release(CORE, number, repository.now, MIN_APP, shards)
    sync_file_system(repository.folder)
    repository.publish(write_release(release))
    return release, True


def refuse_unfit(path: str, content: bytes) -> None:
    """Refuse a file that devices would refuse.

    Raises:
        ReleaseError: it is too large or badly named.
    """
    if not is_safe_path(path):
        raise ReleaseError(
            f"{path!r} cannot be packed: use letters, digits, dots, hyphens and underscores only"
        )
    if len(content) > MAX_FILE_BYTES:
        raise ReleaseError(f"{path} has {len(content)} bytes, more than {MAX_FILE_BYTES}")


def write_blobs(
    tree: Mapping[str, bytes], folder: Path, on_file: Callable[[str], None]
) -> tuple[Blob, ...]:
    """Write a tree's files and shards as blobs, those that are not there yet; not synced.

    Args:
        tree: path -> bytes.
        folder: the repository.
        on_file: told each path before it is packed.
    Returns: the shards, in order.
    Raises:
        ReleaseError: a file is too large when packed.
    """
    count = shard_count(len(tree))
    shards: list[dict[str, Blob]] = [{} for _ in range(count)]
    for path, content in sorted(tree.items()):
        on_file(path)
        shards[shard_of(path, count)][path] = _write_blob(path, content, folder)
    return tuple(
        _write_blob(f"shard {index}", write_shard(files), folder)
        for index, files in enumerate(shards)
    )


def _write_blob(name: str, content: bytes, folder: Path) -> Blob:
    blob, data = pack_blob(content)
    if blob.length > MAX_BLOB_BYTES:
        raise ReleaseError(f"{name} has {blob.length} bytes packed, more than {MAX_BLOB_BYTES}")
    path = folder / blob.path
    if not path.exists():
        write_unsynced(path, data)
    return blob
