"""Reads a repository's folder: the newest word in it, and what was ever written there."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp

from appliance.errors import ReleaseError
from appliance.files import read_file
from appliance.release.keys import CORE, ROOT, SNAPSHOT, TARGETS, TIMESTAMP
from appliance.release.layout import MAX_METADATA_BYTES, release_target, target_file
from appliance.release.manifest import MAX_RELEASE_BYTES, read_release

SignedT = TypeVar("SignedT", Root, Targets, Snapshot, Timestamp)


@dataclass(frozen=True, slots=True)
class Published:
    """What a device would find: the newest root, and what timestamp.json leads to; None: nothing.

    `channels` has each channel's metadata by its name.
    """

    root: Metadata[Root] | None = None
    timestamp: Metadata[Timestamp] | None = None
    snapshot: Metadata[Snapshot] | None = None
    targets: Metadata[Targets] | None = None
    channels: Mapping[str, Metadata[Targets]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Folder:
    """A repository's folder; `path` need not exist yet."""

    path: Path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other process from publishing here meanwhile, such as the daily renewal.

        The folder itself is locked: a file for it would be copied to the web host.

        Raises:
            ReleaseError: another process is at work.
        """
        descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self._lock(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _lock(self, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ReleaseError(f"another publish is at work in {self.path}: wait for it") from error
        except OSError as error:
            raise ReleaseError(
                f"{self.path} cannot be locked ({error.strerror}): copy it to this computer's disk"
            ) from error

    def published(self) -> Published:
        """Return the newest word; a publish that was broken off does not count.

        Raises:
            ReleaseError: a file is missing or damaged.
        """
        number = self.newest_root()
        root = self.load(f"{number}.{ROOT}", Root) if number else None
        if not self.metadata_path(TIMESTAMP).exists():
            return Published(root)
        timestamp = self.load(TIMESTAMP, Timestamp)
        snapshot = self.load(f"{timestamp.signed.snapshot_meta.version}.{SNAPSHOT}", Snapshot)
        versions = {
            name.removesuffix(".json"): meta.version for name, meta in snapshot.signed.meta.items()
        }
        if TARGETS not in versions:
            raise ReleaseError(f"the newest {SNAPSHOT} in {self.path} names no {TARGETS} metadata")
        targets = self.load(f"{versions.pop(TARGETS)}.{TARGETS}", Targets)
        # The snapshot goes on naming channels that were removed: TUF wants it so.
        delegations = targets.signed.delegations
        known = {} if delegations is None else delegations.roles or {}
        channels = {
            name: self.load(f"{version}.{name}", Targets)
            for name, version in versions.items()
            if name in known
        }
        return Published(root, timestamp, snapshot, targets, channels)

    def newest_root(self) -> int:
        """Return the version that devices reach step by step from 1; 0 if there is none."""
        number = 0
        while self.metadata_path(f"{number + 1}.{ROOT}").exists():
            number += 1
        return number

    def highest(self, role: str) -> int:
        """Return the highest version ever written, published or not; 0 if there is none."""
        paths = self.metadata_path(role).parent.glob(f"*.{role}.json")
        numbers = (path.name.split(".")[0] for path in paths)
        return max((int(number) for number in numbers if number.isdecimal()), default=0)

    def highest_release(self, channel: str) -> int:
        """Return the highest number that a release of a channel ever had; 0 if there is none.

        A channel that was removed and comes back goes on from there: boxes remember.
        """
        paths = (self.path / "targets" / "channels" / channel).glob("*.release.json")
        releases = (read_release(read_file(path, MAX_RELEASE_BYTES)) for path in paths)
        return max((release.number for release in releases), default=0)

    def release(self, channel: str = CORE, published: Published | None = None) -> bytes | None:
        """Return a channel's newest release.json as published; None if there is none.

        Raises:
            ReleaseError: the folder holds a damaged repository.
        """
        found = self.published() if published is None else published
        metadata = found.channels.get(channel)
        target = None if metadata is None else metadata.signed.targets.get(release_target(channel))
        if target is None:
            return None
        path = self.path / target_file(channel, target.hashes.get("sha256", ""))
        try:
            content = read_file(path, MAX_METADATA_BYTES)
            target.verify_length_and_hashes(content)
        except (OSError, ValueError, RepositoryError) as error:
            raise ReleaseError(f"{path} is missing or damaged: {error}") from error
        return content

    def load(self, name: str, kind: type[SignedT]) -> Metadata[SignedT]:
        """Return a metadata file, named without its `.json`; whose signatures nobody has checked.

        Raises:
            ReleaseError: missing, damaged or of another kind.
        """
        return read_metadata(self.metadata_path(name), kind)

    def metadata_path(self, name: str) -> Path:
        """Return where metadata lies; `name` is without its `.json`."""
        return self.path / "metadata" / f"{name}.json"


def read_metadata(path: Path, kind: type[SignedT]) -> Metadata[SignedT]:
    """Read a metadata file.

    Raises:
        ReleaseError: missing, damaged or of another kind.
    """
    try:
        metadata = Metadata[SignedT].from_bytes(read_file(path, MAX_METADATA_BYTES))
        # Not everything that JSON can say can be signed.
        _ = metadata.signed_bytes
    except (OSError, RepositoryError) as error:
        raise ReleaseError(f"{path} is missing or damaged: {error}") from error
    if not isinstance(metadata.signed, kind):
        raise ReleaseError(f"{path} holds {metadata.signed.type} metadata, not {kind.type}")
    return metadata
