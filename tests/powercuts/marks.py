"""What a box has said, in the order in which it was written to the disk: begun, done.

Marks stand on the same disk behind the file system, so that whoever reads the writes one after the
other knows which of them came before a deed was said to be done. They are written past every cache,
and without telling the disk to empty its own.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import takewhile
from pathlib import Path

FILE_SYSTEM_BYTES = 64 * 2**20
MARK_BYTES = 4096
MOST_MARKS = 512
DISK_BYTES = FILE_SYSTEM_BYTES + MARK_BYTES * MOST_MARKS


@dataclass(frozen=True, slots=True)
class Mark:
    """`said` is found (when the machine started), begun, done, failed or end; with what was so."""

    said: str
    deed: str = ""
    state: Mapping[str, str] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        data = json.dumps(asdict(self)).encode()
        if len(data) > MARK_BYTES:
            raise ValueError(f"a mark of {len(data)} bytes is too long")
        return data.ljust(MARK_BYTES, b"\0")

    @staticmethod
    def from_bytes(data: bytes) -> Mark | None:
        """Return the mark at the start of `data`, None if there is none."""
        text = data[:MARK_BYTES].rstrip(b"\0")
        return Mark(**json.loads(text)) if text else None


class MarkWriter:
    """Writes marks to a disk, behind those that stand there already."""

    def __init__(self, disk: Path) -> None:
        self._number = count_marks(disk)
        self._disk = os.open(disk, os.O_WRONLY | os.O_DIRECT)
        # What goes past the caches must lie at the start of a page of memory.
        self._page = mmap.mmap(-1, MARK_BYTES)

    def write(self, mark: Mark) -> None:
        """Return when the disk has it."""
        self._page[:] = mark.to_bytes()
        os.pwrite(self._disk, self._page, FILE_SYSTEM_BYTES + self._number * MARK_BYTES)
        self._number += 1


def read_marks(disk: Path) -> Iterator[Mark]:
    """Yield the marks on a disk, or in a file that holds one."""
    with disk.open("rb", buffering=0) as file:
        file.seek(FILE_SYSTEM_BYTES)
        while (mark := Mark.from_bytes(file.read(MARK_BYTES))) is not None:
            yield mark


def count_marks(disk: Path) -> int:
    """Return how many marks are on a disk, also while another is being written."""
    with disk.open("rb", buffering=0) as file:
        file.seek(FILE_SYSTEM_BYTES)
        blocks = iter(lambda: file.read(MARK_BYTES), b"")
        return sum(1 for _ in takewhile(lambda block: block[:1] != b"\0", blocks))
