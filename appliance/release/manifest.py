"""What a release says of itself: release.json, and the shards that list its files.

release.json is small, signed by TUF, and names the shards; a shard lists files by path; files and
shards alike are gzip blobs named by the SHA-256 of their compressed bytes, so that they are checked
before anything unpacks them. Why so: docs/decisions/0002-release-layout.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from appliance.errors import TrustError
from appliance.release.blob import Blob as Blob
from appliance.release.blob import pack_blob as pack_blob
from appliance.release.blob import unpack_blob as unpack_blob
from appliance.release.listing import Listing

# A release of format 2 has more shards than 16; otherwise the two are the same.
FORMAT, LARGE_FORMAT = 1, 2
SHARD_COUNT = 16
LARGE_SHARD_COUNTS = (32, 64, 128, 256)
# A change of one file costs one shard, some 45 bytes for each file in it, and release.json, 78 for
# each shard. Measured up to 100,000 files: docs/sources.md#updates.
FILES_PER_SHARD = 800
# Caps on what is read from outside; each is well above the largest release planned for
# (100,000 files, 26 guides of 12 kB) and well below what would hurt a device with 512 MB.
MAX_RELEASE_BYTES = 64_000
MAX_BLOB_BYTES = 4_000_000
MAX_FILE_BYTES = 16_000_000
MAX_FILES = 200_000
# A release for all devices says nothing of a share.
ALL = 100

_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*){0,7}")
_HASH = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Release:
    """A signed snapshot of one channel's content.

    Args:
        shards: blobs, in order; SHARD_COUNT or one of LARGE_SHARD_COUNTS.
        share: how many of a hundred devices show it; the others wait for a later release.
    """

    channel: str
    number: int
    released_at: datetime
    min_app: str
    shards: tuple[Blob, ...]
    share: int = ALL


def shard_count(files: int) -> int:
    """Return how many shards a release of so many files has."""
    enough = (count for count in LARGE_SHARD_COUNTS if files <= count * FILES_PER_SHARD)
    return SHARD_COUNT if files <= SHARD_COUNT * FILES_PER_SHARD else next(enough, 256)


def shard_of(path: str, count: int = SHARD_COUNT) -> int:
    """Return which of `count` shards lists `path`: 0 to `count` - 1, evenly spread.

    `count` is a power of two and at most 256.
    """
    return sha256(path.encode()).digest()[0] % count


def write_shard(files: Mapping[str, Blob]) -> bytes:
    """Return a shard's JSON: path -> [sha256, length, size], sorted, one file a line."""
    lines = (
        f"{json.dumps(path)}:{json.dumps([blob.sha256, blob.length, blob.size])}"
        for path, blob in sorted(files.items())
    )
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def read_shard(index: int, content: bytes, count: int = SHARD_COUNT) -> dict[str, Blob]:
    """Read shard number `index` of `count`.

    Raises:
        TrustError: not a shard, or it lists a path that is unsafe or belongs elsewhere.
    """
    what = f"shard {index}"
    files = {}
    for path, listed in _object(what, content).items():
        if not is_safe_path(path) or shard_of(path, count) != index:
            raise TrustError(f"{what} lists the file name {path!r:.120}, which may not stand there")
        files[path] = _blob(what, listed)
    if len(files) > MAX_FILES:
        raise TrustError(f"{what} lists more than {MAX_FILES} files")
    return files


def listed_files(release: Release, read: Callable[[Blob], bytes]) -> Listing:
    """Return a release's files: path -> blob.

    Args:
        release: whose shards are read, one after the other.
        read: returns what a shard's blob holds, unpacked and verified.
    Raises:
        TrustError: a shard is not one, or there are too many files.
    """
    return Listing.of(_limited(release, read), lambda path: shard_of(path, len(release.shards)))


def _limited(release: Release, read: Callable[[Blob], bytes]) -> Iterator[dict[str, Blob]]:
    listed = 0
    for index, shard in enumerate(release.shards):
        files = read_shard(index, read(shard), len(release.shards))
        listed += len(files)
        if listed > MAX_FILES:
            raise TrustError(f"release {release.number} lists more than {MAX_FILES} files")
        yield files


def is_safe_path(path: str) -> bool:
    """Whether `path` stays below its folder: plain names, no dot first, at most 8 deep."""
    return len(path) <= 200 and _PATH.fullmatch(path) is not None


def write_release(release: Release) -> bytes:
    """Return release.json."""
    content = {
        "format": FORMAT if len(release.shards) == SHARD_COUNT else LARGE_FORMAT,
        "channel": release.channel,
        "release": release.number,
        "released_at": release.released_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "min_app": release.min_app,
        "shards": [[shard.sha256, shard.length, shard.size] for shard in release.shards],
        **({} if release.share == ALL else {"share": release.share}),
    }
    return json.dumps(content, separators=(",", ":")).encode()


def read_release(content: bytes) -> Release:
    """Read release.json.

    Raises:
        TrustError: not a release.json, or one of a newer format than this code knows.
    """
    what = "release.json"
    fields = _object(what, content)
    counts = _shard_counts(what, fields.get("format"))
    shards = fields.get("shards")
    if not isinstance(shards, list) or len(shards) not in counts:
        raise TrustError(f"{what} does not name its {counts[0]} shards or more")
    return Release(
        channel=_text(what, "channel", fields.get("channel"), _NAME),
        number=_count(what, "release", fields.get("release"), 10**9),
        released_at=_moment(what, fields.get("released_at")),
        min_app=_text(what, "min_app", fields.get("min_app"), re.compile(r"\d+(\.\d+){0,3}")),
        shards=tuple(_blob(what, shard) for shard in shards),
        share=_count(what, "share", fields.get("share", ALL), ALL),
    )


def _shard_counts(what: str, found: object) -> tuple[int, ...]:
    """Return how many shards a release of some format may have."""
    if type(found) is not int or found not in (FORMAT, LARGE_FORMAT):
        raise TrustError(f"{what} has format {found!r:.40}, this device reads 1 and 2")
    return (SHARD_COUNT,) if found == FORMAT else LARGE_SHARD_COUNTS


def _object(what: str, content: bytes) -> dict[str, object]:
    try:
        fields = json.loads(content, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise TrustError(f"{what} cannot be read: {error}") from error
    if not isinstance(fields, dict):
        raise TrustError(f"{what} is not a JSON object")
    return fields


def _without_repeats(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    fields: dict[str, object] = {}
    for key, value in pairs:
        if key in fields:
            raise ValueError(f"it names {key!r:.120} twice")
        fields[key] = value
    return fields


def _blob(what: str, listed: object) -> Blob:
    if not isinstance(listed, list) or len(listed) != 3:
        raise TrustError(f"{what} lists a blob that is not [SHA-256, length, size]")
    return Blob(
        sha256=_text(what, "a blob's SHA-256", listed[0], _HASH),
        length=_count(what, "a blob's length", listed[1], MAX_BLOB_BYTES),
        size=_count(what, "a blob's size", listed[2], MAX_FILE_BYTES),
    )


def _count(what: str, name: str, value: object, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise TrustError(f"{what}: {name} is {value!r:.40}, not a number from 0 to {most}")
    return value


def _text(what: str, name: str, value: object, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or len(value) > 100 or not pattern.fullmatch(value):
        raise TrustError(f"{what}: {name} is {value!r:.80}, which is not a valid one")
    return value


def _moment(what: str, value: object) -> datetime:
    try:
        return datetime.strptime(str(value), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise TrustError(f"{what}: released_at is {value!r:.40}, not a time in UTC") from error
