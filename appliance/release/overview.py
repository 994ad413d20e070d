"""Words about a repository: who may sign what, until when, and how a staged change alters that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Targets

from appliance.clock import in_words
from appliance.errors import ReleaseError
from appliance.files import read_file
from appliance.release.demands import Demand
from appliance.release.folder import Folder, Published
from appliance.release.keyfile import name_of
from appliance.release.keys import CORE, ROOT, SNAPSHOT, TARGETS, TIMESTAMP
from appliance.release.layout import MAX_METADATA_BYTES, TOP_ROLES
from appliance.release.roles import Signers, channels_of, name_of_channel, signers_of
from appliance.release.staging import Staged

# How long before its expiry a role is told of, in days. The timestamp lives 60 and is renewed each
# day; people who meet for a ceremony need months.
SOON_DAYS: Mapping[str, int] = {TIMESTAMP: 30}
SOON_OF_PEOPLE_DAYS = 120


@dataclass(frozen=True, slots=True)
class Role:
    """One role as published: its version, until when it holds, and who may sign it."""

    name: str
    version: int
    expires: datetime
    signers: Signers

    def is_due(self, now: datetime, days: int | None = None) -> bool:
        """Whether it expires within so many days; None: as many as its kind needs."""
        ahead = SOON_DAYS.get(self.name, SOON_OF_PEOPLE_DAYS) if days is None else days
        return self.expires <= now + timedelta(days=ahead)


def roles_of(published: Published) -> list[Role]:
    """Return every role that is published, in the order of trust."""
    if published.root is None:
        return []
    root = published.root.signed
    top: Mapping[str, Metadata | None] = {  # type: ignore[type-arg]  # of any kind
        ROOT: published.root,
        TARGETS: published.targets,
        SNAPSHOT: published.snapshot,
        TIMESTAMP: published.timestamp,
    }
    found = [
        Role(name, metadata.signed.version, metadata.signed.expires, signers_of(root, name))
        for name, metadata in top.items()
        if metadata is not None
    ]
    targets = published.targets
    return found + [
        Role(name, channel.signed.version, channel.signed.expires, signers_of(targets.signed, name))
        for name, channel in published.channels.items()
        if targets is not None
    ]


def in_lines(role: Role, now: datetime) -> list[str]:
    """Return a role in words: its threshold, its expiry, its keys."""
    due = ""
    if role.is_due(now):
        due = ", EXPIRED" if role.expires <= now else ", soon"
    head = (
        f"{role.name} {role.version}: {_threshold(role.signers)},"
        f" until {in_words(role.expires.date())}{due}"
    )
    return [head, *(f"    {name_of(key)}" for key in role.signers.keys)]


def _threshold(signers: Signers) -> str:
    return f"{signers.threshold} of {len(signers.keys)}"


def refuse_forged_past(folder: Folder, published: Published) -> None:
    """Refuse to compare with what nobody signed: a forged past would hide a change.

    Raises:
        ReleaseError: a root does not follow from the one before, or a role is not properly signed.
    """
    try:
        before = None
        for number in range(1, folder.newest_root() + 1):
            root = folder.load(f"{number}.{ROOT}", Root)
            for holder in [root.signed] if before is None else [before, root.signed]:
                holder.verify_delegate(ROOT, root.signed_bytes, root.signatures)
            before = root.signed
        for name, metadata, delegator in _chain(published):
            delegator.verify_delegate(name, metadata.signed_bytes, metadata.signatures)
    except (RepositoryError, ValueError) as error:
        raise ReleaseError(
            f"what lies in {folder.path} as published is not signed as it should be: {error}."
            " If a `publish finish` was cut short, run it again; else fetch a fresh copy"
        ) from error


def _chain(published: Published) -> Iterator[tuple[str, Metadata, Root | Targets]]:  # type: ignore[type-arg]  # of any kind
    if published.root is None:
        return
    root = published.root.signed
    words = {
        TIMESTAMP: published.timestamp,
        SNAPSHOT: published.snapshot,
        TARGETS: published.targets,
    }
    for name, metadata in words.items():
        if metadata is not None:
            yield name, metadata, root
    for name, channel in published.channels.items():
        if published.targets is not None:
            yield name, channel, published.targets.signed


def changes_of_keys(published: Published, staged: Staged) -> list[str]:
    """Return what a staged change does to who may sign what, a line for each change."""
    lines: list[str] = []
    if staged.root is not None:
        old_root = None if published.root is None else published.root.signed
        lines += _changes(old_root, staged.root.signed, TOP_ROLES)
    if staged.targets is not None:
        old = None if published.targets is None else published.targets.signed
        new = staged.targets.signed
        names = dict.fromkeys([*([] if old is None else channels_of(old)), *channels_of(new)])
        lines += _changes(old, new, names)
        lines += _changes_of_names(old, new)
    for role, metadata in staged.roles().items():
        until = in_words(metadata.signed.expires.date())
        lines.append(f"{role} version {metadata.signed.version} will hold until {until}")
    return lines


def _changes(
    old: Root | Targets | None, new: Root | Targets, roles: Iterable[str]
) -> Iterator[str]:
    for role in roles:
        before, after = _signers_or_none(old, role), _signers_or_none(new, role)
        old_keys, new_keys = _by_id(before), _by_id(after)
        for keyid in sorted(new_keys.keys() - old_keys.keys()):
            yield f"{role}: the key {new_keys[keyid]} may sign from now on"
        for keyid in sorted(old_keys.keys() - new_keys.keys()):
            yield f"{role}: the key {old_keys[keyid]} may not sign any more"
        if after is None:
            yield f"{role}: is removed"
        elif before is None or _threshold(before) != _threshold(after):
            yield f"{role}: {_threshold(after)} keys must sign from now on"


def _changes_of_names(old: Targets | None, new: Targets) -> Iterator[str]:
    known = [] if old is None else channels_of(old)
    for channel in channels_of(new):
        name = name_of_channel(new, channel)
        if channel != CORE and (
            old is None or channel not in known or name_of_channel(old, channel) != name
        ):
            yield f"{channel}: boxes will say that its pages are from {name}"


def _by_id(signers: Signers | None) -> Mapping[str, str]:
    keys = () if signers is None else signers.keys
    return {key.keyid: name_of(key) for key in keys}


def _signers_or_none(holder: Root | Targets | None, role: str) -> Signers | None:
    if holder is None or (isinstance(holder, Targets) and role not in channels_of(holder)):
        return None
    return signers_of(holder, role)


def demand_in_words(demand: Demand) -> str:
    """Return who has signed and who has not."""
    have = sorted(name for key, name in demand.names.items() if key in demand.signed)
    lack = sorted(name for key, name in demand.names.items() if key not in demand.signed)
    state = f"{demand.missing} more needed" if demand.missing else "complete"
    wanted = f"{demand.threshold} of {len(demand.names)} by {demand.by}"
    return (
        f"{demand.role} {demand.version} ({wanted}): {state};"
        f" signed by {', '.join(have) or 'nobody'}; not by {', '.join(lack) or 'nobody'}"
    )


def fingerprint(folder: Folder) -> str:
    """Return what tells a repository from any other: the start of its first root's SHA-256.

    Signers compare it with what they know: a forged repository could ask for a real signature.
    """
    path = folder.metadata_path(f"1.{ROOT}")
    if not path.exists():
        return "new"
    return f"root 1 is {sha256(read_file(path, MAX_METADATA_BYTES)).hexdigest()[:16]}"
