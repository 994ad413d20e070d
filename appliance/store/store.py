"""The device's own copy: blobs by hash, folders of pages, and the pointer to what is shown.

blobs/ab/<sha256>.gz    content, gzipped, named by the hash of these bytes
metadata/               what the TUF client keeps
stick-timestamp.json    the publisher's longer-lived word, for sticks; as received, unchecked
sites/<name>/           pages made from a release
current.json            the pointer (store/pointer.py)
current-copy.json       the same, for the day that the card has damaged it
lot                     this device's number for trying out releases; see Store.lot
checked.json            when the sources were last asked, and what came of it
"""

from __future__ import annotations

import json
import logging
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from shutil import disk_usage

from appliance.errors import ApplianceError, StoreError
from appliance.files import (
    FileLimitError,
    held,
    make_folder,
    read_file,
    remove,
    replace_file,
    set_aside,
    sync_file_system,
    write_unsynced,
)
from appliance.store.pointer import Pointer

log = logging.getLogger(__name__)

MAX_POINTER_BYTES = 200_000
# For settings, counts and what else a box writes.
RESERVE_BYTES = 20_000_000


class Store:
    """One folder on the data partition; made on first use."""

    def __init__(
        self, folder: Path, free_bytes: Callable[[Path], int] = lambda path: disk_usage(path).free
    ) -> None:
        self.folder = folder
        self.metadata = folder / "metadata"
        self.stick_timestamp = folder / "stick-timestamp.json"
        self._free_bytes = free_bytes
        self._pointer_file = folder / "current.json"
        self._pointer_copy = folder / "current-copy.json"
        self._checked_file = folder / "checked.json"

    def prepare(self) -> None:
        """Make the folders.

        Raises:
            StoreError: no right to, or no space.
        """
        try:
            for folder in (self.metadata, self.folder / "blobs", self.folder / "sites"):
                make_folder(folder)
        except OSError as error:
            raise StoreError(f"{error.filename} cannot be made: {error.strerror}") from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other process from changing the store meanwhile.

        Raises:
            StoreError: another update is running.
        """
        self.prepare()
        try:
            with held(self.folder / "lock"):
                yield
        except BlockingIOError as error:
            raise StoreError(f"another update is at work in {self.folder}: wait for it") from error

    def pointer(self) -> Pointer | None:
        """Return what is shown, None on a new device.

        Raises:
            StoreError: the pointer file is damaged or unreadable.
        """
        try:
            return Pointer.from_bytes(read_file(self._pointer_file, MAX_POINTER_BYTES))
        except FileNotFoundError:
            return None
        except FileLimitError as error:
            raise StoreError(f"the pointer file is damaged: {error}") from error
        except OSError as error:
            raise StoreError(f"{self._pointer_file} cannot be read: {error.strerror}") from error

    def pointer_stamp(self) -> tuple[int, int] | None:
        """Return what changes whenever the pointer moves; one stat, so fit for every request."""
        try:
            status = self._pointer_file.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns

    def move_pointer(self, pointer: Pointer) -> None:
        """Show something else: everything written before reaches the disk first.

        Raises:
            StoreError: the disk refused; what was shown stays shown.
        """
        try:
            sync_file_system(self.folder)
            replace_file(self._pointer_file, pointer.to_bytes())
        except OSError as error:
            raise StoreError(f"{self._pointer_file} was not moved: {error.strerror}") from error
        try:
            replace_file(self._pointer_copy, pointer.to_bytes())
        except OSError as error:
            # The move itself is done, and the next one tries again.
            log.warning("%s was not written: %s", self._pointer_copy, error.strerror)

    def mend_pointer(self) -> Pointer | None:
        """Set a damaged pointer file aside and go on by its copy, floor of versions and all.

        Returns: what is shown now; None if there is no whole copy, and the device starts afresh.
        Raises:
            StoreError: the disk refused.
        """
        try:
            aside = set_aside(self._pointer_file)
            log.error("the pointer file was damaged and lies at %s now", aside)
            copy = read_file(self._pointer_copy, MAX_POINTER_BYTES)
            pointer = Pointer.from_bytes(copy)
            replace_file(self._pointer_file, copy)
        except (FileNotFoundError, FileLimitError, StoreError) as error:
            log.warning("there is no whole copy of the pointer file: %s", error)
            return None
        except OSError as error:
            raise StoreError(f"{self._pointer_file} was not mended: {error.strerror}") from error
        return pointer

    def read_blob(self, path: str, max_bytes: int) -> bytes | None:
        """Return the bytes at a blob's path, unchecked; None if there are none."""
        try:
            return read_file(self.folder / path, max_bytes)
        except FileNotFoundError:
            return None
        except (OSError, ApplianceError) as error:
            log.warning("%s is passed over and will be fetched anew: %s", path, error)
            return None

    def require_space(self, count: int) -> None:
        """Make sure that `count` bytes more fit, with RESERVE_BYTES to spare.

        Raises:
            StoreError: they do not.
        """
        free = self._free_bytes(self.folder)
        if count + RESERVE_BYTES > free:
            raise StoreError(
                f"the update needs {(count + RESERVE_BYTES) // 10**6} MB in {self.folder} and there"
                f" are {free // 10**6} MB: nothing was changed"
            )

    def size_of_site(self, name: str) -> int:
        """Return how many bytes the pages called `name` take; 0 if there are none."""
        files = (path for path in self.site_folder(name).rglob("*") if path.is_file())
        return sum(path.stat().st_size for path in files)

    def keep_stick_timestamp(self, content: bytes) -> None:
        """Keep the word for sticks; the pointer's move makes it last."""
        write_unsynced(self.stick_timestamp, content)

    def write_blob(self, path: str, data: bytes) -> None:
        """Put bytes at a blob's path; the pointer's move makes them last.

        Raises:
            StoreError: no space, or the disk refused.
        """
        target = self.folder / path
        try:
            _clear_the_way(target)
            write_unsynced(target, data)
        except OSError as error:
            raise StoreError(f"{target} cannot be written: {error.strerror}") from error

    def site_folder(self, name: str) -> Path:
        """Return where the pages called `name` are."""
        return self.folder / "sites" / name

    def new_site_folder(self, release: int) -> Path:
        """Make an empty folder for the pages of a release, under a name never used before."""
        taken = {path.name for path in (self.folder / "sites").iterdir()}
        count = next(n for n in range(1, len(taken) + 2) if f"r{release}-{n}" not in taken)
        folder = self.site_folder(f"r{release}-{count}")
        folder.mkdir()
        return folder

    def prune(self, blobs: Collection[str], sites: Collection[str | None]) -> None:
        """Remove every blob and site folder that is not named."""
        for path in (self.folder / "blobs").glob("*/*"):
            if path.relative_to(self.folder).as_posix() not in blobs:
                remove(path)
        for folder in (self.folder / "sites").iterdir():
            if folder.name not in sites:
                shutil.rmtree(folder)

    def lot(self) -> int:
        """Return this device's lot, 0 to 99: releases for 5 in 100 are shown by lots 0 to 4.

        Drawn when it is first needed, so that cards from one image differ; never sent anywhere.
        """
        path = self.folder / "lot"
        try:
            return int(read_file(path, 2)) % 100
        except (OSError, ValueError, FileLimitError):
            drawn = secrets.randbelow(100)
            replace_file(path, f"{drawn}".encode())
            return drawn

    def note_check(self, when: datetime, outcome: str) -> None:
        """Remember when the sources were last asked, for the pages that tell staff."""
        fields = {"checked_at": when.isoformat(timespec="seconds"), "outcome": outcome}
        replace_file(self._checked_file, json.dumps(fields).encode())

    def last_check(self) -> dict[str, str] | None:
        """Return `checked_at` (ISO 8601) and `outcome` of the last check, None if never or lost."""
        try:
            fields = json.loads(read_file(self._checked_file, MAX_POINTER_BYTES))
            return {key: str(fields[key]) for key in ("checked_at", "outcome")}
        except (OSError, ValueError, KeyError, TypeError):
            return None


def _clear_the_way(target: Path) -> None:
    """Remove what a damaged card has put where a blob, or its folder, belongs."""
    if target.is_dir():
        remove(target)
    if not target.parent.is_dir():
        remove(target.parent)
