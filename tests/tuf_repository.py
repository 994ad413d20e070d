"""A TUF repository for tests, made by hand so that it can break every rule of the specification.

Nothing is published by itself: `write` puts one role's metadata in place as it is, signed by
whichever keys are named, and `publish` does what an honest publisher does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from securesystemslib.signer import CryptoSigner, Key
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    SuccinctRoles,
    TargetFile,
    Targets,
    Timestamp,
)

LATER = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
PAST = LATER - timedelta(days=60)
TOP = ("root", "timestamp", "snapshot", "targets")


@dataclass
class TufRepository:
    """Keys, what each role says next, and the folder that clients read."""

    folder: Path
    keys: dict[str, list[CryptoSigner]] = field(default_factory=dict)
    delegated: dict[str, Targets] = field(default_factory=dict)

    @staticmethod
    def new(folder: Path, *, consistent: bool = True) -> TufRepository:
        """A published repository with one key for each role, all at version 1."""
        repository = TufRepository(folder)
        (folder / "metadata").mkdir(parents=True)
        (folder / "targets").mkdir()
        repository.root = Root(expires=LATER, consistent_snapshot=consistent)
        for role in TOP:
            repository.add_key(role)
        repository.targets = Targets(expires=LATER)
        repository.snapshot = Snapshot(expires=LATER)
        repository.timestamp = Timestamp(expires=LATER)
        repository.write_root()
        repository.write("targets", repository.targets)
        repository.write("snapshot", repository.snapshot)
        repository.write("timestamp", repository.timestamp)
        return repository

    root: Root = field(init=False)
    targets: Targets = field(init=False)
    snapshot: Snapshot = field(init=False)
    timestamp: Timestamp = field(init=False)

    def add_key(self, role: str) -> CryptoSigner:
        """Give a top-level role one key more."""
        signer = CryptoSigner.generate_ed25519()
        self.keys.setdefault(role, []).append(signer)
        self.root.add_key(signer.public_key, role)
        return signer

    def change_keys(self, role: str) -> list[CryptoSigner]:
        """Give a top-level role another key in place of all it had. Returns the old ones."""
        old = self.keys.pop(role)
        for signer in old:
            self.root.revoke_key(signer.public_key.keyid, role)
        self.add_key(role)
        return old

    def next_root(self, *also: CryptoSigner) -> None:
        """Write the next version of root, signed by today's keys and others."""
        self.root.version += 1
        self.write_root(*also)

    def write_root(self, *also: CryptoSigner) -> None:
        self.write("root", self.root, [*self.keys["root"], *also])

    def publish(self) -> None:
        """Write targets and delegated roles anew, and let snapshot and timestamp say so."""
        self.targets.version += 1
        self.write("targets", self.targets)
        self.snapshot.meta["targets.json"] = MetaFile(self.targets.version)
        for name, signed in self.delegated.items():
            self.write(name, signed)
            self.snapshot.meta[f"{name}.json"] = MetaFile(signed.version)
        self.say_snapshot()

    def say_snapshot(self) -> None:
        """Write the next snapshot, and the next timestamp that names it."""
        self.snapshot.version += 1
        self.write("snapshot", self.snapshot)
        self.timestamp.snapshot_meta = MetaFile(self.snapshot.version)
        self.say_timestamp()

    def say_timestamp(self) -> None:
        """Write the next timestamp."""
        self.timestamp.version += 1
        self.write("timestamp", self.timestamp)

    def write(
        self,
        role: str,
        signed: Root | Timestamp | Snapshot | Targets,
        signers: Sequence[CryptoSigner] | None = None,
    ) -> Path:
        """Write a role's metadata as it is. Returns where it lies."""
        metadata = Metadata(signed)  # type: ignore[type-var]  # of any kind
        for signer in self.keys[role] if signers is None else signers:
            metadata.sign(signer, append=True)
        path = self.path(role, signed.version)
        metadata.to_file(str(path))
        return path

    def path(self, role: str, version: int) -> Path:
        """Where a version of a role lies."""
        is_numbered = role == "root" or (self.root.consistent_snapshot and role != "timestamp")
        name = quote(role, safe="")
        return (
            self.folder / "metadata" / (f"{version}.{name}.json" if is_numbered else f"{name}.json")
        )

    def add_artefact(self, name: str, content: bytes, signed: Targets | None = None) -> Path:
        """Put an artefact in place and let a role name it. Returns where it lies."""
        target = TargetFile.from_data(name, content, ["sha256"])
        (self.targets if signed is None else signed).targets[name] = target
        folder, _, last = name.rpartition("/")
        if self.root.consistent_snapshot:
            last = f"{sha256(content).hexdigest()}.{last}"
        path = self.folder / "targets" / folder / last
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def delegate(
        self,
        name: str,
        paths: Sequence[str],
        *,
        by: Targets | None = None,
        terminating: bool = False,
        threshold: int = 1,
    ) -> Targets:
        """Delegate paths to a new role with a key of its own. Returns what it will sign."""
        parent = self.targets if by is None else by
        signer = CryptoSigner.generate_ed25519()
        if parent.delegations is None:
            parent.delegations = Delegations({}, roles={})
        keyid = signer.public_key.keyid
        parent.delegations.keys[keyid] = signer.public_key
        assert parent.delegations.roles is not None
        role = DelegatedRole(name, [keyid], threshold, terminating, paths=list(paths))
        parent.delegations.roles[name] = role
        self.keys[name] = [signer]
        self.delegated.setdefault(name, Targets(expires=LATER))
        return self.delegated[name]

    def delegate_to_bins(self, bits: int, prefix: str) -> Mapping[str, Targets]:
        """Delegate everything to 2**bits bins with one key. Returns what each will sign."""
        signer = CryptoSigner.generate_ed25519()
        roles = SuccinctRoles([signer.public_key.keyid], 1, bits, prefix)
        keys: dict[str, Key] = {signer.public_key.keyid: signer.public_key}
        self.targets.delegations = Delegations(keys, succinct_roles=roles)
        for name in roles.get_roles():
            self.keys[name] = [signer]
            self.delegated[name] = Targets(expires=LATER)
        return self.delegated


def edit(path: Path, change: Mapping[str, object]) -> None:
    """Change fields beside `signed` of a metadata file, such as its signatures."""
    content = json.loads(path.read_bytes())
    path.write_text(json.dumps({**content, **change}))
