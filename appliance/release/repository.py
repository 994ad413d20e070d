"""The signed repository that any static web host or memory stick can carry.

    metadata/<n>.root.json, <n>.targets.json, <n>.core.json, <n>.snapshot.json, timestamp.json
    metadata/stick/timestamp.json    the same word as timestamp.json, longer valid, for sticks
    targets/channels/core/<sha256>.release.json
    blobs/ab/<sha256>.gz

Everything but the timestamps is written once and never changed, so that it may be cached for ever;
timestamp.json moves last, so that a reader finds the old release whole or the new one whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from securesystemslib.signer import Signer
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization.json import JSONSerializer

from appliance.errors import ReleaseError
from appliance.files import read_file, replace_file
from appliance.release.keys import CORE, ROOT, SNAPSHOT, TARGETS, TIMESTAMP

# How long signatures hold: docs/sources.md#expiry.
ROOT_DAYS, TARGETS_DAYS, TIMESTAMP_DAYS = 5 * 365, 2 * 365, 60
# Memory sticks travel for months, and lie in drawers.
STICK_DAYS = 365
STICK_TIMESTAMP = "stick/timestamp"
TOP_ROLES = (ROOT, TARGETS, SNAPSHOT, TIMESTAMP)
RELEASE_TARGET = f"channels/{CORE}/release.json"
MAX_METADATA_BYTES = 1_000_000
# Ours, beside TUF's own fields: devices without a clock learn from it that it is not earlier.
SIGNED_AT = "x-signed-at"

_SignedT = TypeVar("_SignedT", Root, Targets, Snapshot, Timestamp)


@dataclass(frozen=True, slots=True)
class Repository:
    """The metadata half of a repository folder; `now` is the moment of signing."""

    folder: Path
    signers: Mapping[str, Signer]
    now: datetime

    def current_release(self) -> bytes | None:
        """Return the newest release.json as published, None in an empty repository.

        Raises:
            ReleaseError: the folder holds a damaged repository.
        """
        core = self._published(CORE)
        if core is None:
            return None
        target = self._load(f"{core}.{CORE}", Targets).targets[RELEASE_TARGET]
        content = read_file(self._target_path(target), MAX_METADATA_BYTES)
        try:
            target.verify_length_and_hashes(content)
        except RepositoryError as error:
            raise ReleaseError(f"{self._target_path(target)} is damaged: {error}") from error
        return content

    def publish(self, release_json: bytes) -> None:
        """Sign `release_json` as the newest release; blobs must already be in place.

        Raises:
            ReleaseError: the repository was made with other keys.
        """
        self._check_or_make_root()
        target = TargetFile.from_data(RELEASE_TARGET, release_json, ["sha256"])
        path = self._target_path(target)
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, release_json)
        versions = {TARGETS: self._sign_targets(), CORE: self._sign_core(target)}
        self._sign_timestamp(self._sign_snapshot(versions))

    def renew(self) -> None:
        """Say anew that the newest release is the newest, before the last such word expires."""
        snapshot = self._published(SNAPSHOT)
        if snapshot is None:
            raise ReleaseError(f"{self.folder} holds no release yet: pack one first")
        self._sign_timestamp(snapshot)

    def anchor(self) -> bytes:
        """Return the first root metadata: what devices are built with and trust from the start."""
        return read_file(self._metadata_path("1.root"), MAX_METADATA_BYTES)

    def _check_or_make_root(self) -> None:
        number = self._highest(ROOT)
        if number == 0:
            signed = Root(version=1, expires=self._expires(ROOT_DAYS), consistent_snapshot=True)
            for role in TOP_ROLES:
                signed.add_key(self.signers[role].public_key, role)
            self._write(ROOT, signed)
            return
        root = self._load(f"{number}.{ROOT}", Root)
        for role in TOP_ROLES:
            if self.signers[role].public_key.keyid not in root.roles[role].keyids:
                raise ReleaseError(
                    f"{self.folder} was signed with another {role} key than the one given: devices"
                    " would refuse this release. Use the keys the repository was made with"
                )

    def _sign_targets(self) -> int:
        """Return the version that delegates to today's key, signing a new one only if needed."""
        version = self._published(TARGETS)
        key = self.signers[CORE].public_key
        if version is not None:
            current = self._load(f"{version}.{TARGETS}", Targets)
            if self._delegates_to(current, key.keyid):
                return version
        role = DelegatedRole(CORE, [key.keyid], 1, terminating=True, paths=[f"channels/{CORE}/*"])
        signed = Targets(
            version=self._highest(TARGETS) + 1,
            expires=self._expires(TARGETS_DAYS),
            delegations=Delegations({key.keyid: key}, {CORE: role}),
        )
        return self._write(TARGETS, signed)

    def _delegates_to(self, targets: Targets, keyid: str) -> bool:
        lasting = targets.expires > self.now + timedelta(days=TARGETS_DAYS // 2)
        return lasting and targets.delegations is not None and keyid in targets.delegations.keys

    def _sign_core(self, target: TargetFile) -> int:
        signed = Targets(
            version=self._highest(CORE) + 1,
            expires=self._expires(TARGETS_DAYS),
            targets={RELEASE_TARGET: target},
        )
        return self._write(CORE, signed)

    def _sign_snapshot(self, versions: Mapping[str, int]) -> int:
        signed = Snapshot(
            version=self._highest(SNAPSHOT) + 1,
            expires=self._expires(TARGETS_DAYS),
            meta={f"{role}.json": MetaFile(version) for role, version in versions.items()},
        )
        return self._write(SNAPSHOT, signed)

    def _sign_timestamp(self, snapshot: int) -> None:
        """Sign the word that moves readers on; first the one for sticks, as it is the same word."""
        current = self._timestamp()
        version = 1 if current is None else current.version + 1
        for name, days in ((STICK_TIMESTAMP, STICK_DAYS), (TIMESTAMP, TIMESTAMP_DAYS)):
            signed = Timestamp(
                version=version,
                expires=self._expires(days),
                snapshot_meta=MetaFile(snapshot),
                unrecognized_fields={SIGNED_AT: f"{self.now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"},
            )
            self._write(TIMESTAMP, signed, name)

    def _expires(self, days: int) -> datetime:
        return (self.now + timedelta(days=days)).replace(microsecond=0)

    def _published(self, role: str) -> int | None:
        """Return the version timestamp.json leads to; a broken-off publish does not count."""
        """Return the version timestamp.json leads to; a broken-off publish does not count."""
        timestamp = self._timestamp()
        if timestamp is None:
            return None
        snapshot = timestamp.snapshot_meta.version
        if role == SNAPSHOT:
            return snapshot
        return self._load(f"{snapshot}.{SNAPSHOT}", Snapshot).meta[f"{role}.json"].version

    def _timestamp(self) -> Timestamp | None:
        exists = self._metadata_path(TIMESTAMP).exists()
        return self._load(TIMESTAMP, Timestamp) if exists else None

    def _highest(self, role: str) -> int:
        """Return the highest version ever written, published or not; 0 if there is none."""
        paths = self._metadata_path(role).parent.glob(f"*.{role}.json")
        return max((int(path.name.split(".")[0]) for path in paths), default=0)

    def _load(self, name: str, kind: type[_SignedT]) -> _SignedT:
        path = self._metadata_path(name)
        try:
            signed = Metadata.from_bytes(read_file(path, MAX_METADATA_BYTES)).signed
        except (OSError, RepositoryError) as error:
            raise ReleaseError(f"{path} is missing or damaged: {error}") from error
        if not isinstance(signed, kind):
            raise ReleaseError(f"{path} holds {signed.type} metadata, not {kind.type}")
        return signed

    def _write(self, role: str, signed: _SignedT, name: str = "") -> int:
        metadata = Metadata(signed)
        metadata.sign(self.signers[role])
        path = self._metadata_path(name or f"{signed.version}.{role}")
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, metadata.to_bytes(JSONSerializer(compact=True)))
        return signed.version

    def _metadata_path(self, name: str) -> Path:
        return self.folder / "metadata" / f"{name}.json"

    def _target_path(self, target: TargetFile) -> Path:
        folder, _, name = target.path.rpartition("/")
        return self.folder / "targets" / folder / f"{target.hashes['sha256']}.{name}"
