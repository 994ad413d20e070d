"""Whose signatures a staged change needs, whose it has, and what no signer should ever accept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from tuf.api.metadata import Metadata, Root, Targets

from appliance.errors import ReleaseError
from appliance.release.folder import Published
from appliance.release.keyfile import name_of
from appliance.release.keys import ROOT, TARGETS
from appliance.release.layout import TOP_ROLES, release_target
from appliance.release.roles import channels_of, signers_of, why_unsound
from appliance.release.staging import Staged


@dataclass(frozen=True, slots=True)
class Demand:
    """One threshold that staged metadata must reach.

    Args:
        role: the role, and `version` the version staged.
        by: whose keys count, in words.
        threshold: how many must sign.
        names: keyid -> what people call the key.
        signed: ids of those whose signature is there and right.
    """

    role: str
    version: int
    by: str
    threshold: int
    names: Mapping[str, str]
    signed: frozenset[str]

    @property
    def missing(self) -> int:
        """How many signatures are still wanted; 0: none."""
        return max(0, self.threshold - len(self.signed))


def demands(published: Published, staged: Staged) -> list[Demand]:
    """Return every threshold to reach, exactly as devices will count.

    Raises:
        ReleaseError: something is staged that nobody may sign.
    """
    return list(_demands(published, staged))


def _demands(published: Published, staged: Staged) -> Iterator[Demand]:
    new, old = staged.root, published.root
    if new is not None:
        yield _demand(ROOT, new, new.signed, "the keys from now on")
        if old is not None:
            yield _demand(ROOT, new, old.signed, "the keys until now")
    root = new or old
    if staged.targets is not None:
        yield _demand(TARGETS, staged.targets, _of(root, "root").signed, "its keys")
    for channel, metadata in staged.channels.items():
        targets = _of(staged.targets or published.targets, TARGETS)
        yield _demand(channel, metadata, targets.signed, "its keys")


def _of(metadata: Metadata[Root] | Metadata[Targets] | None, role: str) -> Metadata:  # type: ignore[type-arg]  # of either kind
    if metadata is None:
        raise ReleaseError(f"there is no {role} metadata yet: run `helppoint publish begin`")
    return metadata


def _demand(
    role: str, metadata: Metadata[Root] | Metadata[Targets], holder: Root | Targets, by: str
) -> Demand:
    signers = signers_of(holder, role)
    result = holder.get_verification_result(role, metadata.signed_bytes, metadata.signatures)
    names = {key.keyid: name_of(key) for key in signers.keys}
    version = metadata.signed.version
    return Demand(role, version, by, signers.threshold, names, frozenset(result.signed))


def refuse_unsound(published: Published, staged: Staged, now: datetime) -> None:
    """Refuse what devices would refuse whoever signs it, and what would hand out too much.

    Raises:
        ReleaseError: names the first such thing.
    """
    for role, metadata in staged.roles().items():
        before = _published(published, role)
        if metadata.signed.expires <= now:
            raise ReleaseError(f"the staged {role} metadata has expired: stage again")
        if before is not None and metadata.signed.version <= before.signed.version:
            raise ReleaseError(
                f"the staged {role} metadata has version {metadata.signed.version}, but version"
                f" {before.signed.version} is published: stage again"
            )
    if staged.root is not None:
        _refuse_unsound_root(staged.root.signed, published.root)
    if staged.targets is not None:
        _refuse_unsound_targets(staged.targets.signed)
    for channel, metadata in staged.channels.items():
        _refuse_unsound_channel(channel, metadata.signed)


def _published(published: Published, role: str) -> Metadata[Root] | Metadata[Targets] | None:
    top = {ROOT: published.root, TARGETS: published.targets}
    return top[role] if role in top else published.channels.get(role)


def _refuse_unsound_root(root: Root, before: Metadata[Root] | None) -> None:
    number = 1 if before is None else before.signed.version + 1
    if root.version != number:
        raise ReleaseError(f"the staged root has version {root.version}, not {number}: stage again")
    if not root.consistent_snapshot:
        raise ReleaseError("the staged root gives up numbered file names, which devices need")
    for role in TOP_ROLES:
        signers_of(root, role)


def _refuse_unsound_targets(targets: Targets) -> None:
    fault = why_unsound(targets)
    if fault is None and targets.targets:
        fault = "names files of its own"
    if fault is not None:
        raise ReleaseError(f"the staged targets metadata {fault}")
    for name in channels_of(targets):
        signers_of(targets, name)


def _refuse_unsound_channel(channel: str, signed: Targets) -> None:
    if set(signed.targets) != {release_target(channel)} or signed.delegations is not None:
        raise ReleaseError(f"the staged {channel} metadata names other things than its release")
