"""Reads the content of a release back from a repository's folder, everything verified by hash."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from appliance.errors import ReleaseError, TrustError
from appliance.files import read_file
from appliance.release.manifest import (
    MAX_BLOB_BYTES,
    MAX_RELEASE_BYTES,
    Blob,
    Release,
    listed_files,
    read_release,
    unpack_blob,
)


def tree_of(folder: Path, release: Release | None) -> dict[str, bytes]:
    """Return a release's content: path -> bytes; empty for no release.

    Raises:
        ReleaseError: a blob is missing or damaged.
    """
    if release is None:
        return {}
    files = listed_files(release, lambda blob: _unpacked(folder, blob))
    return {path: _unpacked(folder, blob) for path, blob in sorted(files.items())}


def release_numbered(folder: Path, channel: str, number: int) -> Release:
    """Return an older release of a channel.

    Raises:
        ReleaseError: the folder has no such release, or several because one was broken off.
    """
    found = []
    for path in sorted((folder / "targets" / "channels" / channel).glob("*.release.json")):
        content = read_file(path, MAX_RELEASE_BYTES)
        release = read_release(content)
        if path.name.startswith(sha256(content).hexdigest()) and release.number == number:
            found.append(release)
    if len(found) != 1:
        raise ReleaseError(f"{folder} has {len(found)} releases numbered {number} of {channel}")
    return found[0]


def _unpacked(folder: Path, blob: Blob) -> bytes:
    path = folder / blob.path
    try:
        return unpack_blob(blob, read_file(path, MAX_BLOB_BYTES))
    except (OSError, TrustError) as error:
        raise ReleaseError(f"{path} is missing or damaged: {error}") from error
