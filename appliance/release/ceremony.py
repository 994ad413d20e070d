"""The ceremony: several people sign a staged change one after the other, then it is put in place.

Each function decides; staging.py and `Sealed.write` touch the disk. Who signs: docs/publishing.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from securesystemslib.signer import Signature, Signer
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Snapshot, TargetFile, Targets, Timestamp
from tuf.api.serialization.json import JSONSerializer

from appliance.errors import ReleaseError
from appliance.files import replace_file
from appliance.release.demands import demands, refuse_unsound
from appliance.release.folder import Folder, Published
from appliance.release.keyfile import name_of
from appliance.release.keys import CORE, ROOT, SNAPSHOT, TARGETS, TIMESTAMP
from appliance.release.layout import TARGETS_DAYS, release_target, target_file
from appliance.release.online import expiry, snapshot_of, timestamps_of
from appliance.release.staging import Staged

WordT = TypeVar("WordT", Snapshot, Timestamp)


@dataclass(frozen=True, slots=True)
class Sealed:
    """All files of a publication, in the order in which they become visible.

    `root_is_last`: a new root takes away online keys, so devices must find the new words first.
    """

    files: Sequence[tuple[str, bytes]]
    root_is_last: bool

    def write(self, folder: Path) -> None:
        """Put the files in place; whoever reads between two of them finds the old or the new."""
        for path, content in self.files:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            replace_file(folder / path, content)


def release_metadata(channel: str, release_json: bytes, version: int, now: datetime) -> Targets:
    """Return the metadata by which a channel's keys sign its release.json."""
    name = release_target(channel)
    target = TargetFile.from_data(name, release_json, ["sha256"])
    return Targets(version=version, expires=expiry(now, TARGETS_DAYS), targets={name: target})


def next_version(current: Targets, version: int, now: datetime) -> Targets:
    """Return the same metadata once more, for other keys or a later expiry."""
    copy = deepcopy(current)
    copy.version, copy.expires = version, expiry(now, TARGETS_DAYS)
    return copy


def pending(published: Published, staged: Staged) -> Staged:
    """Leave out what is in place already: a finish that was cut short is finished by the next."""
    root, targets = staged.root, staged.targets
    channels = {
        name: metadata
        for name, metadata in staged.channels.items()
        if not _is_same(metadata, published.channels.get(name))
    }
    return replace(
        staged,
        root=None if _is_same(root, published.root) else root,
        targets=None if _is_same(targets, published.targets) else targets,
        channels=channels,
        releases={name: staged.releases[name] for name in channels},
    )


def _is_same(one: Metadata | None, other: Metadata | None) -> bool:  # type: ignore[type-arg]  # of any kind
    return one is not None and other is not None and one.signed_bytes == other.signed_bytes


def signatures_by(signer: Signer, published: Published, staged: Staged) -> Mapping[str, Signature]:
    """Sign every staged role that wants this key and does not have it yet: role -> signature.

    Raises:
        ReleaseError: no role wants this key.
    """
    keyid = signer.public_key.keyid
    wanted = {demand.role for demand in demands(published, staged) if keyid in demand.names}
    if not wanted:
        raise ReleaseError(
            f"no staged role wants the key {name_of(signer.public_key)}: nothing was signed."
            " `helppoint publish show` lists whose signatures are missing"
        )
    roles = staged.roles()
    return {role: signer.sign(roles[role].signed_bytes) for role in roles if role in wanted}


def seal(folder: Folder, staged: Staged, signers: Sequence[Signer], now: datetime) -> Sealed:
    """Sign a fully signed change with the online keys.

    Args:
        folder: what is published.
        staged: what is pending (see `pending`).
        signers: the online keys.
        now: the moment of signing.
    Raises:
        ReleaseError: signatures or online keys are missing, or devices would refuse the change.
    """
    published = folder.published()
    refuse_unsound(published, staged, now)
    _refuse_unsigned(published, staged)
    root, targets = staged.root or published.root, staged.targets or published.targets
    channels = {**published.channels, **staged.channels}
    if root is None or targets is None or CORE not in channels:
        raise ReleaseError("there is no release of the national content yet: stage one")
    versions = {TARGETS: targets, **channels}
    numbers = {role: metadata.signed.version for role, metadata in versions.items()}
    numbers = {**_named_before(published), **numbers}
    online = _Online([root, *_listed(published.root)], signers)
    snapshot = online.sign(
        SNAPSHOT, snapshot_of(folder.highest(SNAPSHOT) + 1, numbers, now), root.signed
    )
    words = list(_timestamps(published, snapshot.signed.version, online, root.signed, now))
    return _in_order(published, staged, snapshot, words)


def _named_before(published: Published) -> dict[str, int]:
    """Return the versions of the last snapshot: also channels that are removed stay named."""
    meta = {} if published.snapshot is None else published.snapshot.signed.meta
    return {name.removesuffix(".json"): one.version for name, one in meta.items()}


def renewed(folder: Folder, signers: Sequence[Signer], now: datetime) -> Sealed:
    """Say anew that the newest release is the newest.

    Raises:
        ReleaseError: nothing is published, or the timestamp key is missing.
    """
    published = folder.published()
    if published.root is None or published.snapshot is None:
        raise ReleaseError(f"{folder.path} holds no release yet: finish one first")
    online = _Online([published.root], signers)
    number = published.snapshot.signed.version
    words = _timestamps(published, number, online, published.root.signed, now)
    return Sealed([_file(name, word) for name, word in words], root_is_last=False)


@dataclass(frozen=True, slots=True)
class _Online:
    """Signs with every key that some of the roots know: a device may still know the older one."""

    roots: Sequence[Metadata[Root]]
    signers: Sequence[Signer]

    def sign(self, role: str, signed: WordT, root: Root) -> Metadata[WordT]:
        metadata = Metadata(signed)
        known = {keyid for one in self.roots for keyid in one.signed.roles[role].keyids}
        for signer in self.signers:
            if signer.public_key.keyid in known:
                metadata.sign(signer, append=True)
        result = root.get_verification_result(role, metadata.signed_bytes, metadata.signatures)
        if not result:
            wanted = ", ".join(name_of(key) for key in result.unsigned.values())
            raise ReleaseError(f"the online key of {role} is missing: {wanted}")
        return metadata


def _timestamps(
    published: Published, snapshot: int, online: _Online, root: Root, now: datetime
) -> Iterator[tuple[str, Metadata[Timestamp]]]:
    current = published.timestamp
    version = 1 if current is None else current.signed.version + 1
    for name, signed in timestamps_of(version, snapshot, now):
        yield name, online.sign(TIMESTAMP, signed, root)


def _refuse_unsigned(published: Published, staged: Staged) -> None:
    for demand in demands(published, staged):
        if demand.missing:
            absent = sorted(name for key, name in demand.names.items() if key not in demand.signed)
            raise ReleaseError(
                f"{demand.role} needs {demand.missing} more of the signatures of"
                f" {', '.join(absent)} ({demand.by})"
            )


def _in_order(
    published: Published,
    staged: Staged,
    snapshot: Metadata[Snapshot],
    words: Sequence[tuple[str, Metadata[Timestamp]]],
) -> Sealed:
    """Numbered files first, as nothing names them yet; the words last.

    Devices look for a new root before all else. Where the old words do not hold under it, it comes
    after the new ones, which are signed for both.
    """
    files = [_release_file(channel, content) for channel, content in staged.releases.items()]
    roles = staged.roles()
    files += [_file(f"{m.signed.version}.{r}", m) for r, m in roles.items() if r != ROOT]
    files.append(_file(f"{snapshot.signed.version}.{SNAPSHOT}", snapshot))
    visible = [_file(name, word) for name, word in words]
    if staged.root is None:
        return Sealed([*files, *visible], root_is_last=False)
    root = _file(f"{staged.root.signed.version}.{ROOT}", staged.root)
    if _holds(published, staged.root.signed):
        return Sealed([*files, root, *visible], root_is_last=False)
    return Sealed([*files, *visible, root], root_is_last=True)


def _holds(published: Published, root: Root) -> bool:
    """Whether what is published stays believable under another root; nothing is."""
    chain = {
        TIMESTAMP: published.timestamp,
        SNAPSHOT: published.snapshot,
        TARGETS: published.targets,
    }
    try:
        for role, metadata in chain.items():
            if metadata is not None:
                root.verify_delegate(role, metadata.signed_bytes, metadata.signatures)
    except RepositoryError:
        return False
    return True


def _listed(root: Metadata[Root] | None) -> list[Metadata[Root]]:
    return [] if root is None else [root]


def _release_file(channel: str, release_json: bytes) -> tuple[str, bytes]:
    target = TargetFile.from_data(release_target(channel), release_json, ["sha256"])
    return target_file(channel, target.hashes["sha256"]), release_json


def _file(name: str, metadata: Metadata) -> tuple[str, bytes]:  # type: ignore[type-arg]  # of any kind
    return f"metadata/{name}.json", metadata.to_bytes(JSONSerializer(compact=True))
