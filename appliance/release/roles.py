"""Who may sign what: how a repository begins, and how its keys change.

A repository begins with a file that a person writes (docs/publishing.md):

    [root]
    keys = ["ann.pub", "bob.pub", "cleo.pub"]
    threshold = 2

and the same for targets, core, snapshot and timestamp.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from securesystemslib.signer import Key
from tuf.api.metadata import DelegatedRole, Delegations, Root, Targets

from appliance.errors import ReleaseError
from appliance.files import read_file
from appliance.release.keyfile import material, name_of, read_public
from appliance.release.keys import CORE, ROLES
from appliance.release.layout import ROOT_DAYS, TARGETS_DAYS, TOP_ROLES, channel_paths
from appliance.release.online import expiry

MAX_PLAN_BYTES = 64_000
CHANNEL = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Ours, beside TUF's own fields, and signed with them: the nation says whose a channel is, or a
# council could call itself what it likes.
NAME = "x-name"


@dataclass(frozen=True, slots=True)
class Signers:
    """The keys of a role, and how many of them must sign."""

    keys: tuple[Key, ...]
    threshold: int

    def __post_init__(self) -> None:
        """Refuse what could never be signed, or be signed twice by one key."""
        if len({material(key) for key in self.keys}) != len(self.keys):
            raise ReleaseError("a key is named twice for one role")
        if not 1 <= self.threshold <= len(self.keys):
            raise ReleaseError(
                f"{self.threshold} signatures are asked for, but there are {len(self.keys)} keys:"
                " the threshold must be from 1 to the number of keys"
            )


def read_plan(path: Path) -> Mapping[str, Signers]:
    """Read who signs what from a TOML file; keys are files, relative to it.

    Raises:
        ReleaseError: it cannot be read, or a role is missing or impossible.
    """
    try:
        plan = tomllib.loads(read_file(path, MAX_PLAN_BYTES).decode())
    except OSError as error:
        raise ReleaseError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ReleaseError(f"{path} is not TOML: {error}") from error
    if set(plan) != set(ROLES):
        raise ReleaseError(f"{path} must have the tables {', '.join(ROLES)}, and no others")
    return {role: _signers(path, role, plan[role]) for role in ROLES}


def _signers(path: Path, role: str, table: object) -> Signers:
    fields = table if isinstance(table, dict) else {}
    files, threshold = fields.get("keys"), fields.get("threshold")
    is_list = isinstance(files, list) and all(isinstance(file, str) for file in files)
    if not is_list or type(threshold) is not int or set(fields) != {"keys", "threshold"}:
        raise ReleaseError(
            f'{path}: [{role}] must have keys = ["NAME.pub", ...] and threshold = NUMBER'
        )
    try:
        return Signers(tuple(read_public(path.parent / file) for file in fields["keys"]), threshold)
    except ReleaseError as error:
        raise ReleaseError(f"{path}: [{role}]: {error}") from error


def first_root(plan: Mapping[str, Signers], now: datetime) -> Root:
    """Return root version 1, what devices are built with."""
    root = Root(version=1, expires=expiry(now, ROOT_DAYS), consistent_snapshot=True)
    for role in TOP_ROLES:
        for key in plan[role].keys:
            root.add_key(key, role)
        root.roles[role].threshold = plan[role].threshold
    return root


def first_targets(plan: Mapping[str, Signers], now: datetime) -> Targets:
    """Return targets version 1, which hands the national channel to its keys."""
    targets = Targets(version=1, expires=expiry(now, TARGETS_DAYS), delegations=Delegations({}, {}))
    return with_channel(targets, CORE, plan[CORE])


def with_channel(targets: Targets, channel: str, signers: Signers, name: str = "") -> Targets:
    """Return a copy that hands a channel to its keys: its own paths only, and nobody after them.

    `name` is whose it is in words, such as Leeds City Council: pages say that they are from there.
    """
    changed = deepcopy(targets)
    if changed.delegations is None or changed.delegations.roles is None:
        raise ReleaseError("the targets metadata has no channels: it was not made by this program")
    paths = channel_paths(channel)
    role = DelegatedRole(channel, [], signers.threshold, terminating=True, paths=paths)
    if name:
        role.unrecognized_fields[NAME] = name
    changed.delegations.roles[channel] = role
    for key in signers.keys:
        changed.add_key(key, channel)
    return changed


def without_channel(targets: Targets, channel: str) -> Targets:
    """Return a copy that knows a channel no more: its pages leave every box.

    Raises:
        ReleaseError: there is no such channel.
    """
    signers = signers_of(targets, channel)
    changed = deepcopy(targets)
    for key in signers.keys:
        changed.revoke_key(key.keyid, channel)
    if changed.delegations is not None and changed.delegations.roles is not None:
        del changed.delegations.roles[channel]
    return changed


def name_of_channel(targets: Targets, channel: str) -> str:
    """Return whose a channel is, in words; the channel's own name where nobody has given any."""
    roles = {} if targets.delegations is None else targets.delegations.roles or {}
    name = roles[channel].unrecognized_fields.get(NAME) if channel in roles else None
    return name if isinstance(name, str) and is_name_in_words(name) else channel


def is_name_in_words(name: str) -> bool:
    """Whether it can stand on pages and paper: 1 to 60 characters, none of them hidden."""
    return name.isprintable() and name == " ".join(name.split()) and 1 <= len(name) <= 60


def why_unsound(targets: Targets) -> str | None:
    """Say what is wrong with how targets hands out channels, whoever signed it; None: nothing.

    Publishers and devices judge by this alike: a channel has its own paths and no others, and none
    begins with another's name, so that no council can take another's place or the nation's.
    """
    delegations = targets.delegations
    if delegations is None or not delegations.roles or CORE not in delegations.roles:
        return f"does not hand {CORE} to its own keys"
    for name, role in delegations.roles.items():
        if not CHANNEL.fullmatch(name) or name in TOP_ROLES:
            return f"has a channel called {name!r:.60}"
        if role.paths != channel_paths(name) or not role.terminating:
            return f"gives {name} more than its own paths"
        if any(name.startswith(f"{other}-") for other in delegations.roles):
            return f"has the channel {name}, whose name begins with another channel's"
        words = role.unrecognized_fields.get(NAME, name)
        if not isinstance(words, str) or not is_name_in_words(words):
            return f"calls the channel {name} {words!r:.80}, which cannot be shown"
    return None


def signers_of(holder: Root | Targets, role: str) -> Signers:
    """Return who may sign a role, by the metadata that hands it out.

    Raises:
        ReleaseError: it hands out no such role.
    """
    try:
        delegated = holder.get_delegated_role(role)
        keys = tuple(holder.get_key(keyid) for keyid in delegated.keyids)
    except ValueError as error:
        raise ReleaseError(f"there is no role or channel called {role}, or no key of it") from error
    return Signers(keys, delegated.threshold)


def rotate(
    holder: Root | Targets,
    role: str,
    add: Sequence[Key],
    remove: Sequence[str],
    threshold: int | None,
) -> None:
    """Change who may sign a role, in the metadata that hands it out.

    Args:
        holder: root for the top roles, targets for channels; changed in place.
        role: its name.
        add: public keys.
        remove: names or starts of ids of keys.
        threshold: how many must sign from now on; None: as many as before.
    Raises:
        ReleaseError: no such key or role, or too few keys would be left; `holder` is spoilt.
    """
    signers_of(holder, role)
    for key in add:
        holder.add_key(key, role)
    delegated = holder.get_delegated_role(role)
    delegated.threshold = delegated.threshold if threshold is None else threshold
    for word in remove:
        holder.revoke_key(_key_called(word, signers_of(holder, role)).keyid, role)
    try:
        signers_of(holder, role)
    except ReleaseError as error:
        raise ReleaseError(f"{role} cannot change so: {error}") from error


def _key_called(word: str, signers: Signers) -> Key:
    found = [
        key
        for key in signers.keys
        if name_of(key).split(" ")[0] == word or (len(word) >= 8 and key.keyid.startswith(word))
    ]
    if len(found) != 1:
        known = ", ".join(name_of(key) for key in signers.keys)
        raise ReleaseError(f"{word!r:.80} is not one key of this role; its keys are {known}")
    return found[0]


def channels_of(targets: Targets) -> list[str]:
    """Return the names of all channels."""
    delegations = targets.delegations
    return [] if delegations is None else list(delegations.roles or {})
