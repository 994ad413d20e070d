"""What somebody with stolen keys, or a careless publisher, could sign."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, Targets, Timestamp

from appliance.release.keys import CORE, SNAPSHOT, TARGETS, TIMESTAMP, load_keys
from appliance.release.manifest import Blob, Release, pack_blob, write_release, write_shard
from appliance.release.repository import Repository
from tests.publisher import SIGNED_AT, Publisher

LATER = SIGNED_AT + timedelta(days=50)


@dataclass(frozen=True)
class Forger:
    """Writes into a publisher's repository, with the publisher's own keys."""

    publisher: Publisher

    @property
    def metadata(self) -> Path:
        return self.publisher.repository / "metadata"

    def sign(self, role: str, signed: Root | Targets | Snapshot | Timestamp, *by: str) -> Path:
        """Sign with the keys of some roles (its own if none is named). Returns where it lies."""
        metadata = Metadata(signed)  # type: ignore[type-var]  # of any kind
        keys = load_keys(self.publisher.keys)
        for name in by or (role,):
            metadata.sign(keys[name], append=True)
        number = "" if role == TIMESTAMP else f"{signed.version}."
        path = self.metadata / f"{number}{role}.json"
        metadata.to_file(str(path))
        return path

    def newest(self, role: str) -> Path:
        """Where a role's newest metadata lies."""
        if role == TIMESTAMP:
            return self.metadata / "timestamp.json"
        return max(
            self.metadata.glob(f"*.{role}.json"), key=lambda path: int(path.name.split(".")[0])
        )

    def say(self, versions: Mapping[str, int], *, snapshot: int = 3, timestamp: int = 3) -> None:
        """Sign a snapshot that names these versions, and a timestamp that names the snapshot."""
        meta = {f"{role}.json": MetaFile(number) for role, number in versions.items()}
        self.sign(SNAPSHOT, Snapshot(version=snapshot, expires=LATER, meta=meta))
        self.sign(
            TIMESTAMP,
            Timestamp(version=timestamp, expires=LATER, snapshot_meta=MetaFile(snapshot)),
        )

    def change_core(self, change: Callable[[Targets], None]) -> None:
        """Sign the channel's metadata anew after a change, and let everything name it."""
        core = Metadata[Targets].from_file(str(self.newest(CORE))).signed
        change(core)
        core.version = 3
        self.sign(CORE, core)
        targets = Metadata[Targets].from_file(str(self.newest(TARGETS))).signed
        self.say({TARGETS: targets.version, CORE: core.version})

    def publish(self, release_json: bytes) -> None:
        """Publish whatever bytes as the channel's release.json."""
        keys = load_keys(self.publisher.keys)
        Repository(self.publisher.repository, keys, SIGNED_AT).publish(release_json)

    def publish_listing(self, shards: list[bytes], number: int = 3) -> None:
        """Publish a release whose shards hold whatever bytes."""
        blobs = tuple(self.put_blob(content) for content in shards)
        self.publish(write_release(Release(CORE, number, SIGNED_AT, "0.1.0", blobs)))

    def put_blob(self, content: bytes) -> Blob:
        """Put a well-made blob in place."""
        blob, data = pack_blob(content)
        return self.put(data, len(content), blob)

    def put(self, data: bytes, size: int, blob: Blob | None = None) -> Blob:
        """Put bytes in place as a blob that says it unpacks to `size` bytes."""
        made = blob or Blob(sha256(data).hexdigest(), len(data), size)
        path = self.publisher.repository / made.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return made


def empty_shards() -> list[bytes]:
    """Shards that list nothing."""
    return [write_shard({}) for _ in range(16)]
