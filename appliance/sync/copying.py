"""Writes a published repository onto a memory stick: what a new device would read, and no more."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from appliance.errors import StoreError
from appliance.files import sync_file_system
from appliance.release.layout import STICK_TIMESTAMP
from appliance.sync.beneath import StrangeFileError, holds, write
from appliance.sync.export import TIMESTAMP_FILE, Progress, require_room
from appliance.sync.fetch import MAX_TIMESTAMP_BYTES
from appliance.sync.readback import Overlay, ReadBack, read_back
from appliance.sync.sources import MAX_FOLDER_FILE_BYTES, Source, read_all
from appliance.sync.web import MissingError

FIRST_ROOT = "metadata/1.root.json"


class Noting:
    """A source that notes which of its files are read, and how long they are in bytes."""

    def __init__(self, source: Source, tell: Callable[[int], None]) -> None:
        self.name, self.at_once = source.name, source.at_once
        self.lengths: dict[str, int] = {}
        self._source = source
        self._tell = tell

    def chunks(self, path: str) -> Generator[bytes]:
        """Yield a file's bytes; see `Source.chunks`."""
        length = 0
        for chunk in self._source.chunks(path):
            length += len(chunk)
            yield chunk
        self.lengths[path] = length
        self._tell(len(self.lengths))

    def close(self) -> None:
        """Let go of connections."""
        self._source.close()


def copy_to_stick(
    source: Source, anchor: bytes, to: Path, now: datetime, progress: Progress
) -> list[ReadBack]:
    """Write the newest releases of a published repository, every channel and language.

    Everything is read and judged as a new device does, before the first byte is written and again
    from the stick; timestamp.json, which makes the stick count, comes last. It is the publisher's
    longer-lived one, if the repository has it. Other files on the stick stay as they are.

    Args:
        source: the repository.
        anchor: JSON of its first root.
        to: the stick's folder; made if it is not there.
        now: the moment that expiry is judged by.
        progress: told what is done, how much of it, and out of how much.
    Returns: what was written, the national channel first.
    Raises:
        SourceError, TrustError: the repository cannot be read, or no device would believe it.
        StoreError: no room on the stick, or it does not hold what was written.
    """
    noting = Noting(source, lambda count: progress("reading", count, count + 1))
    found = read_back(noting, anchor, now)
    progress("reading", len(noting.lengths), len(noting.lengths))
    word = _longest_word(source)
    try:
        _write(source, noting.lengths, anchor, to, progress)
        stick = Overlay(to, {TIMESTAMP_FILE: word})
        # The word for sticks holds for longer.
        there = [replace(one, expires={}) for one in read_back(stick, anchor, now)]
        if there != [replace(one, expires={}) for one in found]:
            raise StoreError(f"{to} does not hold what was written to it: use another stick")
        write(to, TIMESTAMP_FILE, word, is_last=True)
    except OSError as error:
        raise StoreError(f"{to} cannot be written: {error.strerror}") from error
    except StrangeFileError as error:
        raise StoreError(f"{to}: {error}") from error
    return found


def _longest_word(source: Source) -> bytes:
    """Return the timestamp for sticks; the ordinary one where the publisher signs no other."""
    for path in (f"metadata/{STICK_TIMESTAMP}.json", TIMESTAMP_FILE):
        try:
            return read_all(source, path, MAX_TIMESTAMP_BYTES)
        except MissingError as error:
            missing = error
    raise missing


def _write(
    source: Source, lengths: dict[str, int], anchor: bytes, to: Path, progress: Progress
) -> None:
    to.mkdir(parents=True, exist_ok=True)
    wanted = [path for path in lengths if path != TIMESTAMP_FILE]
    missing = {path: lengths[path] for path in wanted if not _is_there(source, path, to)}
    require_room(to, {**missing, FIRST_ROOT: len(anchor), TIMESTAMP_FILE: lengths[TIMESTAMP_FILE]})
    for done, path in enumerate(missing):
        progress("copying", done, len(missing))
        write(to, path, read_all(source, path, MAX_FOLDER_FILE_BYTES))
    write(to, FIRST_ROOT, anchor)
    progress("copying", len(missing), len(missing))
    sync_file_system(to)


def _is_there(source: Source, path: str, to: Path) -> bool:
    return holds(to, path, read_all(source, path, MAX_FOLDER_FILE_BYTES))
