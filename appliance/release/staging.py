"""What waits for signatures, in REPOSITORY/staged/: it travels with the repository's folder.

    staged/<version>.<role>.json               metadata without signatures
    staged/signatures/<version>.<role>.<keyid>.json
    staged/releases/<channel>.json             the release.json that a channel's metadata names

A signature is a file of its own, so that two people can sign at the same time and git, or a shared
folder, has nothing to merge. Whatever lies here came from other people's computers: it is read with
limits, and what is not signed by a key that is wanted counts for nothing.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from securesystemslib.signer import Signature
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Targets
from tuf.api.serialization.json import JSONSerializer

from appliance.errors import ReleaseError
from appliance.files import FileLimitError, read_file, replace_file
from appliance.release.folder import read_metadata
from appliance.release.keys import ROOT, TARGETS
from appliance.release.layout import release_target
from appliance.release.manifest import MAX_RELEASE_BYTES

STAGED = "staged"
MAX_SIGNATURE_BYTES = 10_000
_METADATA_NAME = re.compile(r"(\d{1,9})\.([a-z0-9]+(?:-[a-z0-9]+)*)\.json")


@dataclass(frozen=True, slots=True)
class Staged:
    """Metadata with the signatures so far; None or absent: does not change.

    `releases` has the release.json that each of the `channels` names.
    """

    root: Metadata[Root] | None = None
    targets: Metadata[Targets] | None = None
    channels: Mapping[str, Metadata[Targets]] = field(default_factory=dict)
    releases: Mapping[str, bytes] = field(default_factory=dict)

    def roles(self) -> Mapping[str, Metadata[Root] | Metadata[Targets]]:
        """Return all metadata by role, in the order in which one hands out the next."""
        top = {ROOT: self.root, TARGETS: self.targets}
        return {
            **{role: metadata for role, metadata in top.items() if metadata is not None},
            **self.channels,
        }


@dataclass(frozen=True, slots=True)
class Staging:
    """The folder staged/ of a repository."""

    repository: Path

    @property
    def path(self) -> Path:
        """Where it is; may not exist."""
        return self.repository / STAGED

    def read(self) -> Staged:
        """Return what is staged.

        Raises:
            ReleaseError: damaged, or a release.json is not the one that metadata names.
        """
        root: Metadata[Root] | None = None
        targets: Metadata[Targets] | None = None
        channels, releases = {}, {}
        for path, role in self._metadata_files():
            if role == ROOT:
                root = self._with_signatures(path, read_metadata(path, Root))
                continue
            metadata = self._with_signatures(path, read_metadata(path, Targets))
            if role == TARGETS:
                targets = metadata
            else:
                channels[role] = metadata
                releases[role] = self._release(role, metadata.signed)
        return Staged(root, targets, channels, releases)

    def put(self, role: str, signed: Root | Targets) -> None:
        """Stage a role's metadata in place of what was staged for it; its signatures are void."""
        self.path.mkdir(parents=True, exist_ok=True)
        for path in [*self._signature_files(role), *self.path.glob(f"*.{role}.json")]:
            path.unlink()
        content = JSONSerializer(compact=False).serialize(_unsigned(signed))
        replace_file(self.path / f"{signed.version}.{role}.json", content + b"\n")

    def drop(self, role: str) -> None:
        """Throw away what is staged of one role."""
        for path in [*self._signature_files(role), *self.path.glob(f"*.{role}.json")]:
            path.unlink()
        self._release_path(role).unlink(missing_ok=True)

    def put_release(self, channel: str, release_json: bytes) -> None:
        """Stage a channel's release.json; its metadata must follow."""
        path = self._release_path(channel)
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, release_json)

    def put_signature(self, role: str, version: int, signature: Signature) -> Path:
        """Keep a signature over a role's staged metadata. Returns where it lies."""
        folder = self.path / "signatures"
        folder.mkdir(exist_ok=True)
        path = folder / f"{version}.{role}.{signature.keyid}.json"
        replace_file(path, json.dumps(signature.to_dict(), indent=1).encode() + b"\n")
        return path

    def clear(self) -> None:
        """Throw away all that is staged; metadata first, as nothing without it counts."""
        for path in self.path.glob("*.json"):
            path.unlink()
        shutil.rmtree(self.path, ignore_errors=True)

    def _metadata_files(self) -> list[tuple[Path, str]]:
        found = {}
        for path in sorted(self.path.glob("*.json")):
            name = _METADATA_NAME.fullmatch(path.name)
            if name is None or name[2] in found:
                raise ReleaseError(f"{path} should not be there: stage again")
            found[name[2]] = path
        return [(path, role) for role, path in found.items()]

    def _signature_files(self, role: str) -> list[Path]:
        return sorted((self.path / "signatures").glob(f"*.{role}.*.json"))

    def _with_signatures(self, path: Path, metadata: Metadata) -> Metadata:  # type: ignore[type-arg]  # of either kind
        role = path.name.split(".")[1]
        if int(path.name.split(".")[0]) != metadata.signed.version:
            raise ReleaseError(f"{path} holds version {metadata.signed.version}: stage again")
        metadata.signatures.clear()
        for file in self._signature_files(role):
            signature = _read_signature(file)
            metadata.signatures[signature.keyid] = signature
        return metadata

    def _release(self, channel: str, signed: Targets) -> bytes:
        path = self._release_path(channel)
        try:
            content = read_file(path, MAX_RELEASE_BYTES)
            signed.targets[release_target(channel)].verify_length_and_hashes(content)
        except (OSError, KeyError, RepositoryError) as error:
            raise ReleaseError(
                f"{path} is not what was staged for {channel}: stage again"
            ) from error
        return content

    def _release_path(self, channel: str) -> Path:
        return self.path / "releases" / f"{channel}.json"


def _unsigned(signed: Root | Targets) -> Metadata:  # type: ignore[type-arg]  # of either kind
    return Metadata(signed)


def _read_signature(path: Path) -> Signature:
    try:
        fields = json.loads(read_file(path, MAX_SIGNATURE_BYTES))
        # The library takes fields of any kind. These are texts, or nothing can be joined to them.
        "".join((fields["keyid"], fields["sig"]))
        return Signature.from_dict(fields)
    except (
        OSError,
        FileLimitError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as error:
        raise ReleaseError(f"{path} is not a signature: remove it") from error
