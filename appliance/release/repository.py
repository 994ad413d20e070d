"""The one-person way to sign a repository: every role has one key, and all keys lie in one folder.

timestamp.json moves last, so that a reader finds the old release whole or the new one whole. What
several people sign together is made in ceremony.py. Where everything lies: layout.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from securesystemslib.signer import Signer
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    Root,
    TargetFile,
    Targets,
)
from tuf.api.serialization.json import JSONSerializer

from appliance.errors import ReleaseError
from appliance.files import read_file, replace_file
from appliance.release.folder import Folder, SignedT
from appliance.release.keys import CORE, ROOT, SNAPSHOT, TARGETS, TIMESTAMP
from appliance.release.layout import (
    MAX_METADATA_BYTES,
    RELEASE_TARGET,
    ROOT_DAYS,
    TARGETS_DAYS,
    TOP_ROLES,
    channel_paths,
    target_file,
)
from appliance.release.online import expiry, snapshot_of, timestamps_of


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
        return self._files.release()

    def publish(self, release_json: bytes) -> None:
        """Sign `release_json` as the newest release; blobs must already be in place.

        Raises:
            ReleaseError: the repository was made with other keys, or for several people.
        """
        self._check_or_make_root()
        target = TargetFile.from_data(RELEASE_TARGET, release_json, ["sha256"])
        path = self.folder / target_file(CORE, target.hashes["sha256"])
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, release_json)
        versions = {TARGETS: self._sign_targets(), CORE: self._sign_core(target)}
        self._sign_timestamp(self._sign_snapshot(versions))

    def renew(self) -> None:
        """Say anew that the newest release is the newest, before the last such word expires."""
        snapshot = self._files.published().snapshot
        if snapshot is None:
            raise ReleaseError(f"{self.folder} holds no release yet: pack one first")
        self._sign_timestamp(snapshot.signed.version)

    def anchor(self) -> bytes:
        """Return the first root metadata: what devices are built with and trust from the start."""
        return read_file(self._files.metadata_path("1.root"), MAX_METADATA_BYTES)

    @property
    def _files(self) -> Folder:
        return Folder(self.folder)

    def _check_or_make_root(self) -> None:
        published = self._files.published()
        if published.root is None:
            signed = Root(version=1, expires=expiry(self.now, ROOT_DAYS), consistent_snapshot=True)
            for role in TOP_ROLES:
                signed.add_key(self.signers[role].public_key, role)
            self._write(ROOT, signed)
            return
        root = published.root.signed
        for role in TOP_ROLES:
            if self.signers[role].public_key.keyid not in root.roles[role].keyids:
                raise ReleaseError(
                    f"{self.folder} was signed with another {role} key than the one given: devices"
                    " would refuse this release. Use the keys the repository was made with"
                )
        if _is_of_several(root, published.targets) or set(published.channels) - {CORE}:
            raise ReleaseError(
                f"{self.folder} is signed by several people or has several channels: use"
                " `helppoint publish stage`, `sign` and `finish`"
            )

    def _sign_targets(self) -> int:
        """Return the version that delegates to today's key, signing a new one only if needed."""
        current = self._files.published().targets
        key = self.signers[CORE].public_key
        if current is not None and self._delegates_to(current.signed, key.keyid):
            return current.signed.version
        role = DelegatedRole(CORE, [key.keyid], 1, terminating=True, paths=channel_paths(CORE))
        signed = Targets(
            version=self._files.highest(TARGETS) + 1,
            expires=expiry(self.now, TARGETS_DAYS),
            delegations=Delegations({key.keyid: key}, {CORE: role}),
        )
        return self._write(TARGETS, signed)

    def _delegates_to(self, targets: Targets, keyid: str) -> bool:
        lasting = targets.expires > self.now + timedelta(days=TARGETS_DAYS // 2)
        return lasting and targets.delegations is not None and keyid in targets.delegations.keys

    def _sign_core(self, target: TargetFile) -> int:
        signed = Targets(
            version=self._files.highest(CORE) + 1,
            expires=expiry(self.now, TARGETS_DAYS),
            targets={RELEASE_TARGET: target},
        )
        return self._write(CORE, signed)

    def _sign_snapshot(self, versions: Mapping[str, int]) -> int:
        number = self._files.highest(SNAPSHOT) + 1
        return self._write(SNAPSHOT, snapshot_of(number, versions, self.now))

    def _sign_timestamp(self, snapshot: int) -> None:
        """Sign the word that moves readers on."""
        current = self._files.published().timestamp
        version = 1 if current is None else current.signed.version + 1
        for name, signed in timestamps_of(version, snapshot, self.now):
            self._write(TIMESTAMP, signed, name)

    def _write(self, role: str, signed: SignedT, name: str = "") -> int:
        metadata = Metadata(signed)
        metadata.sign(self.signers[role])
        path = self._files.metadata_path(name or f"{signed.version}.{role}")
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, metadata.to_bytes(JSONSerializer(compact=True)))
        return signed.version


def _is_of_several(root: Root, targets: Metadata[Targets] | None) -> bool:
    """Whether one signature is not enough for some role."""
    delegations = None if targets is None else targets.signed.delegations
    delegated = {} if delegations is None or delegations.roles is None else delegations.roles
    return any(role.threshold > 1 for role in (*root.roles.values(), *delegated.values()))
