"""Works as whoever owns the content: what root leaves in the store, nobody could clear away."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from appliance.errors import StoreError

# They write what a box shows. Others need root (the hotspot), or write where they are told to.
COMMANDS = frozenset({"sync", "rollback", "settings"})
# As the units have it: the group reads, nobody else does.
UMASK = 0o027


def become_owner(store: Path) -> None:
    """Give root's rights away for good, if this is root and the store belongs to somebody else.

    A store that is not there yet is made by whoever runs the command, as on a laptop.

    Raises:
        StoreError: the owner is not known on this computer.
    """
    if os.geteuid() != 0 or not store.is_dir():
        return
    found = store.stat()
    if found.st_uid == 0:
        return
    try:
        name = pwd.getpwuid(found.st_uid).pw_name
    except KeyError as error:
        raise StoreError(
            f"{store} belongs to user {found.st_uid}, who is not known here: give it to one who is"
        ) from error
    os.setgroups(os.getgrouplist(name, found.st_gid))
    os.setresgid(found.st_gid, found.st_gid, found.st_gid)
    os.setresuid(found.st_uid, found.st_uid, found.st_uid)
    os.umask(UMASK)
