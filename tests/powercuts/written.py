"""Every write that a disk was given, in order, and what a power cut may have left of them.

qemu's driver blklogwrites writes the log, in the format of Linux's dm-log-writes: a block with
magic number, version, count and sector size, then for each entry a block that says where, how much
and of which kind, followed by the data (Linux, drivers/md/dm-log-writes.c).
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice, pairwise
from pathlib import Path

from tests.powercuts.marks import FILE_SYSTEM_BYTES, MARK_BYTES, Mark

SECTOR = 512
# ext4 takes its superblock, from 1,024 to 2,048, for written as one: torn here, it cannot be read.
IN_SUPERBLOCK = 1536
MAGIC = 0x6A736677736872
FLUSH = 1
# How much of what was not safe yet survives a cut.
PARTS = (0.0, 0.1, 0.5, 0.9, 1.0)
# A pointer moves, and is synced, within so many writes.
LAST = 30


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes for a place on the disk, or a flush: what came before is safe from then on."""

    offset: int
    data: bytes
    is_flush: bool = False

    @property
    def mark(self) -> Mark | None:
        """What the box said by this write, None if it is a write of its file system."""
        if self.offset < FILE_SYSTEM_BYTES or not self.data:
            return None
        return Mark.from_bytes(self.data[:MARK_BYTES])


@dataclass(frozen=True, slots=True)
class Cut:
    """The power failed after so many `writes`.

    Of each sector that was not safe yet, this part reached the disk, by chance; `is_torn` says that
    chance decides for each sector of a write, or else for each write as a whole.
    """

    writes: int
    part: float
    is_torn: bool

    def __str__(self) -> str:
        kind = "sectors" if self.is_torn else "writes"
        return f"cut after {self.writes} writes, {self.part:.0%} of unsafe {kind} kept"


def read_log(log: Path) -> list[Write]:
    """Return what a log holds."""
    writes = []
    with log.open("rb") as file:
        magic, _version, _count, sector = struct.unpack("<QQQI", file.read(28))
        if magic != MAGIC:
            raise ValueError(f"{log} is no log of writes")
        # Read to its end: the count at the start waits for the next flush.
        file.seek(sector)
        while len(head := file.read(sector)) == sector:
            start, count, flags, _length = struct.unpack("<QQQQ", head[:32])
            data = file.read(count * sector)
            writes.append(Write(start * sector, data, is_flush=bool(flags & FLUSH)))
    return writes


def left_by(base: bytes, writes: Sequence[Write], cut: Cut, chance: random.Random) -> bytearray:
    """Return the disk as a cut left it: `base` with what was safe, and some of what was not."""
    disk = bytearray(base)
    safe = _safe(writes, cut)
    for at, write in enumerate(writes[: cut.writes]):
        # What a box has said is no part of the cut: somebody has read it.
        if at < safe or write.mark is not None:
            disk[write.offset : write.offset + len(write.data)] = write.data
            continue
        for start, piece in _pieces(write, is_torn=cut.is_torn):
            if chance.random() < cut.part:
                disk[start : start + len(piece)] = piece
    return disk


def unsafe_sectors(writes: Sequence[Write], cut: Cut) -> int:
    """Return how many sectors had been written at a cut that nothing had made safe yet."""
    late = writes[_safe(writes, cut) : cut.writes]
    return sum(len(write.data) // SECTOR for write in late if write.mark is None)


def _safe(writes: Sequence[Write], cut: Cut) -> int:
    """Return how many writes, from the start, a flush had made safe."""
    flushes = (at for at in range(cut.writes - 1, -1, -1) if writes[at].is_flush)
    return next(flushes, 0)


def _pieces(write: Write, *, is_torn: bool) -> Iterator[tuple[int, bytes]]:
    joints = range(SECTOR, len(write.data), SECTOR) if is_torn else ()
    torn_at = [at for at in joints if write.offset + at != IN_SUPERBLOCK]
    for start, end in pairwise([0, *torn_at, len(write.data)]):
        yield write.offset + start, write.data[start:end]


def said_by(writes: Sequence[Write]) -> list[tuple[int, Mark]]:
    """Return each mark with the number of its write."""
    return [(at, mark) for at, write in enumerate(writes) if (mark := write.mark) is not None]


def chance_of(seed: int) -> random.Random:
    """Return chance that takes the same course each time it begins with `seed`."""
    return random.Random(seed)  # noqa: S311 - no secret


def choose_cuts(writes: Sequence[Write], count: int, chance: random.Random) -> list[Cut]:
    """Return moments by chance, as many in each deed: most deeds write little, a few write much.

    Every other one is among the last writes of its deed, where old becomes new.
    """
    begun = [at for at, mark in said_by(writes) if mark.said == "begun"]
    # A deed ends where the next one begins: a cut may come when it has just been said to be done.
    ends = [*begun[1:], next(at for at, mark in said_by(writes) if mark.said == "end")]
    return [
        Cut(
            chance.randint(max(start, end - LAST) + 1 if is_late else start + 1, end),
            chance.choice(PARTS),
            is_torn=chance.random() < 0.5,
        )
        for is_late in (False, True)
        for start, end in islice(cycle(zip(begun, ends, strict=True)), count // 2)
    ]
