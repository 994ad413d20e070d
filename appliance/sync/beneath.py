"""Reads and writes below a folder that a stranger may have made, such as a memory stick's.

Every step goes from one open folder to the next, by name and without following a link: what the
folder holds, or turns into meanwhile, leads nowhere else. Nothing but ordinary files is opened, and
nothing is listed: names are ours, never the stranger's.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from appliance.errors import ApplianceError
from appliance.files import TEMPORARY_SUFFIX

# What is read at once, and so the most that is read beyond what was signed.
PIECE_BYTES = 16_384
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class StrangeFileError(ApplianceError):
    """What was found is of a kind that we never read, or too long."""

    advice = "Take another memory stick, or empty this one."


def pieces(folder: Path, path: str, max_bytes: int, *, from_disk: bool = False) -> Generator[bytes]:
    """Yield the bytes of the ordinary file at `path` below `folder`, PIECE_BYTES at a time.

    With `from_disk`, what the computer still has of it in memory does not count.

    Raises:
        StrangeFileError: a symbolic link, a pipe, a folder or a device; a name that leads
            elsewhere; longer than `max_bytes`, which is seen before a byte is read.
        OSError: missing or unreadable.
    """
    with _parent_of(folder, path) as (parent, name):
        descriptor = _open_file(parent, name, path)
    left = max_bytes
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        if from_disk:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        if os.fstat(descriptor).st_size > max_bytes:
            raise StrangeFileError(f"{path} is longer than the {max_bytes} bytes allowed")
        while piece := file.read(min(PIECE_BYTES, left + 1)):
            left -= len(piece)
            if left < 0:
                raise StrangeFileError(f"{path} is longer than the {max_bytes} bytes allowed")
            yield piece


def holds(folder: Path, path: str, data: bytes) -> bool:
    """Whether an ordinary file with exactly these bytes is at `path`, on the disk itself.

    Raises:
        OSError: it is there and cannot be read.
    """
    try:
        return b"".join(pieces(folder, path, len(data), from_disk=True)) == data
    except (FileNotFoundError, StrangeFileError):
        return False


def write(folder: Path, path: str, data: bytes, *, is_last: bool = False) -> None:
    """Put `data` at `path` below `folder` in one step; folders on the way are made.

    With `is_last` it is on the disk afterwards; else `files.sync_file_system` must follow.

    Raises:
        StrangeFileError: a link, or something else than a folder, is in the way.
        OSError: no space or no right to write; what was at `path` is untouched.
    """
    with _parent_of(folder, path, is_made=True) as (parent, name):
        temporary = name + TEMPORARY_SUFFIX
        # What a power cut left behind.
        with suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=parent)
        try:
            _write_new(parent, temporary, data, is_synced=is_last)
            os.rename(temporary, name, src_dir_fd=parent, dst_dir_fd=parent)
        except OSError:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=parent)
            raise
        if is_last:
            os.fsync(parent)


def has_folder(folder: Path, path: str) -> bool:
    """Whether a folder, and no link to one, is at `path` below `folder`.

    Raises:
        OSError: unreadable.
    """
    try:
        with _parent_of(folder, f"{path}/any"):
            return True
    except (FileNotFoundError, StrangeFileError):
        return False


def _write_new(parent: int, name: str, data: bytes, *, is_synced: bool) -> None:
    descriptor = os.open(name, _NEW, 0o666, dir_fd=parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        if is_synced:
            file.flush()
            os.fsync(descriptor)


@contextmanager
def _parent_of(folder: Path, path: str, *, is_made: bool = False) -> Iterator[tuple[int, str]]:
    """Open the folder that `path` is in. Returns its descriptor and the last name."""
    *folders, name = _names(path)
    descriptor = _open_folder(str(folder), None)
    try:
        for each in folders:
            if is_made:
                with suppress(FileExistsError):
                    os.mkdir(each, dir_fd=descriptor)
            inner = _open_folder(each, descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor, name
    finally:
        os.close(descriptor)


def _names(path: str) -> list[str]:
    names = path.split("/")
    if "\0" in path or not {"", ".", ".."}.isdisjoint(names):
        raise StrangeFileError(f"{path!r:.200} is no path below a folder")
    return names


def _open_folder(name: str, within: int | None) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=within)
    except OSError as error:
        if error.errno in (errno.ENOTDIR, errno.ELOOP):
            raise StrangeFileError(
                f"{name} is not a folder: perhaps a symbolic link, which is never followed"
            ) from error
        raise


def _open_file(parent: int, name: str, path: str) -> int:
    """Open an ordinary file. Asked before opening, because to open some devices does something."""
    _refuse_strange(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode, path)
    descriptor = os.open(name, _FILE, dir_fd=parent)
    try:
        _refuse_strange(os.fstat(descriptor).st_mode, path)
    except StrangeFileError:
        os.close(descriptor)
        raise
    return descriptor


def _refuse_strange(mode: int, path: str) -> None:
    if stat.S_ISLNK(mode):
        raise StrangeFileError(f"{path} is a symbolic link, which is never followed")
    if not stat.S_ISREG(mode):
        raise StrangeFileError(f"{path} is not an ordinary file")
