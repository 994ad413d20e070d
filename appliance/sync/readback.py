"""Reads a whole repository as a new device would, and looks at what its host says of caching."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import urllib3
from tuf.api.metadata import Metadata, Root, Snapshot, Targets

from appliance.errors import SourceError
from appliance.files import read_file
from appliance.release.folder import read_metadata
from appliance.release.keys import CORE
from appliance.release.layout import MAX_METADATA_BYTES, TOP_ROLES
from appliance.release.manifest import Blob, Release, listed_files, unpack_blob
from appliance.release.roles import channels_of
from appliance.sync.line import CONNECT_TIMEOUT_S, READ_TIMEOUT_S
from appliance.sync.sources import FolderSource, Source, read_all
from appliance.sync.trust import Trust

# How long a host may let others keep what changes; the rest never changes (docs/publishing.md).
MAX_AGE_OF_CHANGING_S = 300
MIN_AGE_OF_LASTING_S = 30 * 24 * 3600
_MAX_AGE = re.compile(r"max-age=(\d{1,10})")


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What a device would have of a channel.

    Args:
        release: the newest one.
        files: how many files it has, and `length` what they weigh packed, in bytes.
        expires: role -> the last moment at which a device accepts it.
        versions: role -> version.
        blob: the path of one blob.
    """

    release: Release
    files: int
    length: int
    expires: Mapping[str, datetime]
    versions: Mapping[str, int]
    blob: str


class Overlay:
    """A repository's folder as it would be with some files in place."""

    at_once = 1

    def __init__(self, folder: Path, files: Mapping[str, bytes]) -> None:
        self.name = str(folder)
        self._folder = FolderSource(folder)
        self._files = files

    def chunks(self, path: str) -> Generator[bytes]:
        """Yield a file's bytes; see `Source.chunks`."""
        if path in self._files:
            yield self._files[path]
        else:
            yield from self._folder.chunks(path)

    def close(self) -> None:
        """Nothing is held open."""


def read_back(source: Source, anchor: bytes, now: datetime) -> list[ReadBack]:
    """Read every channel, every file, from nothing but the anchor.

    Args:
        source: where from.
        anchor: JSON of the root that devices are built with.
        now: the moment that expiry is judged by.
    Returns: the national channel first.
    Raises:
        SourceError: something cannot be read.
        TrustError: a device would refuse it.
    """
    with TemporaryDirectory() as folder:
        first = _read_channel(source, Trust(anchor, Path(folder), {}, now))
        targets = read_metadata(Path(folder) / "targets.json", Targets).signed
        snapshot = read_metadata(Path(folder) / "snapshot.json", Snapshot).signed
        names = [name for name in channels_of(targets) if f"{name}.json" in snapshot.meta]
        others = [
            _read_channel(source, Trust(anchor, Path(folder), {}, now, channel))
            for channel in names
            if channel != CORE
        ]
    return [first, *others]


def _read_channel(source: Source, trust: Trust) -> ReadBack:
    offer = trust.newest(source)

    def read(blob: Blob) -> bytes:
        return unpack_blob(blob, read_all(source, blob.path, blob.length))

    files = listed_files(offer.release, read)
    blobs = list(dict.fromkeys(files.values()))
    with ThreadPoolExecutor(source.at_once) as pool:
        for _content in pool.map(read, blobs):
            pass
    roles = (*TOP_ROLES, trust.channel)
    return ReadBack(
        release=offer.release,
        files=len(files),
        length=sum(blob.length for blob in (*offer.release.shards, *blobs)),
        expires={role: _expiry(trust.metadata / f"{role}.json") for role in roles},
        versions=offer.versions,
        blob=offer.release.shards[0].path,
    )


def _expiry(path: Path) -> datetime:
    content = read_file(path.resolve(), MAX_METADATA_BYTES)
    return Metadata[Root].from_bytes(content).signed.expires


def caching_faults(url: str, read: ReadBack) -> Iterator[str]:
    """Yield what a host says of caching that will keep devices from news, or cost it traffic.

    Args:
        url: the repository's address.
        read: what was read from there.
    Raises:
        SourceError: the host cannot be reached.
    """
    versions = read.versions
    changing = {
        "metadata/timestamp.json": 200,
        f"metadata/{versions['root'] + 1}.root.json": 404,
    }
    lasting = [read.blob, f"metadata/{versions['snapshot']}.snapshot.json"]
    timeout = urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S)
    with urllib3.PoolManager(timeout=timeout, retries=False) as pool:
        for path, wanted in changing.items():
            yield from _too_long(path, wanted, *_ask(pool, url, path))
        for path in lasting:
            yield from _too_short(path, *_ask(pool, url, path))


def _ask(pool: urllib3.PoolManager, url: str, path: str) -> tuple[int, str]:
    """Return the status of a path, and what its host says of caching."""
    try:
        answer = pool.request("GET", f"{url.rstrip('/')}/{path}", redirect=False)
    except urllib3.exceptions.HTTPError as error:
        raise SourceError(f"{url} cannot be asked for {path}: {error}") from error
    return answer.status, answer.headers.get("Cache-Control", "")


def _too_long(path: str, wanted: int, status: int, caching: str) -> Iterator[str]:
    if status not in (wanted, 403 if wanted == 404 else wanted):
        yield f"{path} is answered with {status}, not {wanted}"
    age = _MAX_AGE.search(caching)
    if not {"no-cache", "no-store"} & set(re.split(r"[,\s]+", caching)) and (
        age is None or int(age[1]) > MAX_AGE_OF_CHANGING_S
    ):
        yield (
            f"{path} ({wanted}) must say Cache-Control: max-age={MAX_AGE_OF_CHANGING_S} or less;"
            f" it says {caching!r:.80}: devices may hear of news late"
        )


def _too_short(path: str, status: int, caching: str) -> Iterator[str]:
    if status != 200:
        yield f"{path} is answered with {status}, not 200"
    age = _MAX_AGE.search(caching)
    if "immutable" not in caching and (age is None or int(age[1]) < MIN_AGE_OF_LASTING_S):
        yield (
            f"{path} never changes and should say Cache-Control: immutable;"
            f" it says {caching!r:.80}: a CDN asks for it more often than it must"
        )
