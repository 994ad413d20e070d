"""What a box offers to others: its content's signed files as it received them, or nothing.

Nothing is signed here, and nothing is offered that is not whole and accepted: not what an update is
just bringing, not after staff went back, not if this box keeps only some of the languages.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress

from appliance.errors import ApplianceError, StoreError
from appliance.files import read_file
from appliance.release.keys import CORE, TIMESTAMP
from appliance.release.layout import MAX_METADATA_BYTES, STICK_TIMESTAMP
from appliance.store.pointer import Pointer
from appliance.store.store import Store
from appliance.sync.content import holds_all
from appliance.sync.export import newest, small_files

TIMESTAMP_PATH = f"metadata/{TIMESTAMP}.json"
STICK_TIMESTAMP_PATH = f"metadata/{STICK_TIMESTAMP}.json"


class Offered:
    """The small files on offer, kept in memory until the box shows or accepts something else."""

    def __init__(self, store: Store, anchor: bytes) -> None:
        self._store = store
        self._anchor = anchor
        self._files: Mapping[str, bytes] = {}
        self._pointer: object = None
        self._metadata: object = None

    def files(self) -> Mapping[str, bytes]:
        """Return path below a repository -> bytes, all but blobs; empty if nothing is on offer."""
        pointer = self._store.pointer_stamp()
        if self._files and pointer == self._pointer:
            return self._files
        metadata = self._metadata_stamp()
        if (pointer, metadata) != (self._pointer, self._metadata):
            self._pointer, self._metadata = pointer, metadata
            self._files = self._read()
        return self._files

    def _metadata_stamp(self) -> object:
        """Return what changes when an update has brought what was still missing."""
        folder = self._store.metadata
        return tuple(path.stat().st_mtime_ns for path in sorted(folder.glob("*.json")))

    def _read(self) -> Mapping[str, bytes]:
        try:
            pointer = self._store.pointer()
            return {} if pointer is None else whole_offer(self._store, pointer, self._anchor)
        except (ApplianceError, OSError, ValueError, LookupError):
            return {}


def whole_offer(store: Store, pointer: Pointer, anchor: bytes) -> dict[str, bytes]:
    """Return path -> bytes as received of all that others need besides the blobs in the store.

    Raises:
        StoreError: it is not whole, or not what this box has accepted.
        OSError: a file is missing.
        ValueError, LookupError: the timestamp is damaged.
    """
    shown = newest(store, pointer.current)
    files = small_files(store, shown, anchor)
    word = read_file(store.metadata / f"{TIMESTAMP}.json", MAX_METADATA_BYTES)
    is_accepted = json.loads(word)["signed"]["version"] == pointer.floor[TIMESTAMP]
    roles = ("root", "snapshot", "targets", CORE, *shown.councils)
    if not is_accepted or any(
        f"metadata/{pointer.floor[role]}.{role}.json" not in files for role in roles
    ):
        raise StoreError("an update is at work, or was broken off")
    if not holds_all(store, shown):
        raise StoreError("this box does not have the whole release")
    with suppress(OSError):
        files[STICK_TIMESTAMP_PATH] = read_file(store.stick_timestamp, MAX_METADATA_BYTES)
    return {**files, TIMESTAMP_PATH: word}
