"""The device's own copy: blobs by hash, folders of pages, and the pointer to what is shown.

blobs/ab/<sha256>.gz    content, gzipped, named by the hash of these bytes
metadata/               what the TUF client keeps
stick-timestamp.json    the publisher's longer-lived word, for sticks; as received, unchecked
sites/<name>/           pages made from a release
current.json            the pointer (store/pointer.py)
current-copy.json       the same, for the day that the card has damaged it
lot                     this device's number for trying out releases; see Store.lot
hosts.json              how web hosts answer, so that they are asked for less (sync/thrift.py)
checked.json            when the sources were last asked, what came of it, and when that was new
"""

from __future__ import annotations

import errno
import json
import logging
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Collection, Container, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shutil import disk_usage

from appliance.errors import ApplianceError, BusyError, SpaceError, StoreError
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


@dataclass(frozen=True, slots=True)
class Patience:
    """How long another process that is changing the store is waited for, and who is told of it."""

    wait_s: float = 0.0
    on_wait: Callable[[], None] = lambda: None


class Store:
    """One folder on the data partition; made on first use."""

    def __init__(
        self,
        folder: Path,
        free_bytes: Callable[[Path], int] = lambda path: disk_usage(path).free,
        patience: Patience = Patience(),
    ) -> None:
        self.folder = folder
        self.metadata = folder / "metadata"
        self.stick_timestamp = folder / "stick-timestamp.json"
        self._free_bytes = free_bytes
        self._patience = patience
        self._pointer_file = folder / "current.json"
        self._pointer_copy = folder / "current-copy.json"
        self._checked_file = folder / "checked.json"
        self._hosts_file = folder / "hosts.json"

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
            BusyError: another update is running, and did not end while it was waited for.
            StoreError: no right to lock it.
        """
        self.prepare()
        with ExitStack() as ends:
            patience = self._patience
            lock = held(self.folder / "lock", wait_s=patience.wait_s, on_wait=patience.on_wait)
            try:
                ends.enter_context(lock)
            except BlockingIOError as error:
                raise BusyError(
                    f"another update is at work in {self.folder}: wait for it"
                ) from error
            except OSError as error:
                raise StoreError(f"{error.filename} cannot be locked: {error.strerror}") from error
            yield

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

    def length_of(self, path: str) -> int | None:
        """Return how many bytes lie at a blob's path; None if there are none."""
        try:
            return (self.folder / path).stat().st_size
        except OSError:
            return None

    def let_group_read_metadata(self) -> None:
        """Let the processes of our group read what the TUF client keeps for its own user alone.

        All of it is public, and other boxes are offered it as it came.
        """
        for path in self.metadata.rglob("*.json"):
            mode = path.stat().st_mode
            if not mode & 0o040:
                path.chmod(mode | 0o040)

    def free_bytes(self) -> int | None:
        """Return how many bytes are free on the store's disk; None if that cannot be asked."""
        try:
            return self._free_bytes(self.folder)
        except OSError:
            return None

    def require_space(self, count: int, files: int = 0) -> None:
        """Make sure that `count` bytes more fit, with RESERVE_BYTES to spare, in so many files.

        Raises:
            SpaceError: they do not.
        """
        free = self._free_bytes(self.folder)
        if count + RESERVE_BYTES > free:
            raise SpaceError(
                f"the update needs {-(-(count + RESERVE_BYTES) // 10**6)} MB in {self.folder} and"
                f" there are {free // 10**6} MB: nothing was changed"
            )
        disk = os.statvfs(self.folder)
        # Some file systems, such as vfat, count no files.
        if disk.f_files and files > disk.f_favail:
            raise SpaceError(
                f"the update needs {files} files in {self.folder} and the card can take"
                f" {disk.f_favail} more: nothing was changed"
            )

    def size_of_site(self, name: str) -> tuple[int, int]:
        """Return how many bytes the pages called `name` take, in how many files; 0 if none."""
        files = [path for path in self.site_folder(name).rglob("*") if path.is_file()]
        return sum(path.stat().st_size for path in files), len(files)

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
            raise disk_error(error, target) from error

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

    def prune(self, blobs: Container[str], sites: Collection[str | None]) -> bool:
        """Remove every blob and site folder that is not named. Returns whether there was any."""
        is_any = False
        for path in (self.folder / "blobs").glob("*/*"):
            if path.relative_to(self.folder).as_posix() not in blobs:
                remove(path)
                is_any = True
        for folder in (self.folder / "sites").iterdir():
            if folder.name not in sites:
                shutil.rmtree(folder)
                is_any = True
        return is_any

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

    def note_check(
        self, when: datetime, outcome: str, source: str = "", *, is_new: bool = False
    ) -> None:
        """Remember when the sources were last asked, for the pages that tell staff.

        Args:
            when: in UTC.
            outcome: `ok`, or what went wrong.
            source: what kind of source it was, such as `stick`.
            is_new: whether it brought a release.
        """
        self._note({"checked_at": _text(when), "outcome": outcome})
        if is_new:
            self.note_update(when, source)

    def note_update(self, when: datetime, source: str) -> None:
        """Remember when content last was new here, and what kind of source brought it."""
        self._note({"updated_at": _text(when), "source": source})

    def last_check(self) -> dict[str, str] | None:
        """Return `checked_at` (ISO 8601) and `outcome` of the last check, None if never or lost."""
        return self._noted("checked_at", "outcome")

    def last_update(self) -> dict[str, str] | None:
        """Return `updated_at` (ISO 8601) and `source` of the last update, None if not known."""
        return self._noted("updated_at", "source")

    def _note(self, facts: Mapping[str, str]) -> None:
        """Replace some of the notes. They are no reason to fail: on a full card they stay old."""
        try:
            replace_file(self._checked_file, json.dumps({**self._notes(), **facts}).encode())
        except OSError as error:
            log.warning("%s cannot be written: %s", self._checked_file, error.strerror)

    def _noted(self, *names: str) -> dict[str, str] | None:
        notes = self._notes()
        return {name: notes[name] for name in names} if notes.keys() >= set(names) else None

    def _notes(self) -> dict[str, str]:
        try:
            notes = json.loads(read_file(self._checked_file, MAX_POINTER_BYTES))
        except (OSError, ValueError, RecursionError, FileLimitError):
            return {}
        if not isinstance(notes, dict):
            return {}
        return {str(name): value for name, value in notes.items() if isinstance(value, str)}

    def note_hosts(self, hosts: Mapping[str, Mapping[str, object]]) -> None:
        """Remember how web hosts answer: their addresses, and what is known of each.

        Raises:
            OSError: no space, or no right to write.
        """
        replace_file(self._hosts_file, json.dumps(hosts, indent=1).encode())

    def hosts(self) -> dict[str, dict[str, object]]:
        """Return what is remembered of web hosts, by address; nothing if it is lost."""
        try:
            found = json.loads(read_file(self._hosts_file, MAX_POINTER_BYTES))
            return {str(name): dict(fields) for name, fields in found.items()}
        except (OSError, ValueError, TypeError, AttributeError, RecursionError, FileLimitError):
            return {}


def disk_error(error: OSError, place: Path | str) -> StoreError:
    """Return what the disk said as one of our own errors."""
    kind = SpaceError if error.errno in {errno.ENOSPC, errno.EDQUOT} else StoreError
    return kind(f"{place} cannot be written: {error.strerror}")


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _clear_the_way(target: Path) -> None:
    """Remove what a damaged card has put where a blob, or its folder, belongs.

    Others may be making the same folder just now: each is looked at once.
    """
    kind = _kind_of(target)
    if kind is not None and stat.S_ISDIR(kind):
        remove(target)
    kind = _kind_of(target.parent)
    if kind is not None and not stat.S_ISDIR(kind):
        target.parent.unlink(missing_ok=True)


def _kind_of(path: Path) -> int | None:
    """Return the mode of what is at a path, not of where a link there leads; None for nothing."""
    try:
        return path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
