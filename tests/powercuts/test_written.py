"""What a cut may leave is worth as much as the model that says so."""

from __future__ import annotations

import struct
from itertools import pairwise
from pathlib import Path

import pytest

from tests.powercuts.marks import FILE_SYSTEM_BYTES, MARK_BYTES, Mark
from tests.powercuts.written import (
    FLUSH,
    LAST,
    MAGIC,
    SECTOR,
    Cut,
    Write,
    chance_of,
    choose_cuts,
    left_by,
    read_log,
    said_by,
    unsafe_sectors,
)

SEED = 1
NOTHING = bytes(4 * SECTOR)
OLD, NEW = b"o" * SECTOR, b"n" * SECTOR
FLUSHED = Write(0, b"", is_flush=True)


def _left(writes: list[Write], part: float, *, is_torn: bool = False) -> bytes:
    cut = Cut(len(writes), part, is_torn)
    return bytes(left_by(NOTHING, writes, cut, chance_of(SEED)))


def test_what_was_flushed_is_there_and_what_was_not_may_be_lost() -> None:
    left = _left([Write(0, OLD), FLUSHED, Write(SECTOR, NEW)], 0.0)
    assert left == OLD + bytes(3 * SECTOR)


def test_what_was_not_flushed_may_be_there_too() -> None:
    assert _left([Write(0, OLD), Write(0, NEW)], 1.0) == NEW + bytes(3 * SECTOR)


def test_what_comes_after_the_cut_is_never_there() -> None:
    writes = [Write(0, OLD), Write(0, NEW), FLUSHED]
    assert left_by(NOTHING, writes, Cut(1, 1.0, is_torn=False), chance_of(SEED))[0] == OLD[0]


def test_a_later_write_can_be_there_without_an_earlier_one() -> None:
    writes = [Write(at * SECTOR, NEW) for at in range(4)]
    left = _left(writes, 0.5)
    kept = [left[at * SECTOR : (at + 1) * SECTOR] == NEW for at in range(4)]
    assert any(not earlier and later for earlier, later in pairwise(kept))


@pytest.mark.parametrize(("is_torn", "halves"), [(True, {True, False}), (False, {True})])
def test_a_write_is_torn_only_if_the_cut_tears(is_torn: bool, halves: set[bool]) -> None:
    left = _left([Write(0, NEW * 4)], 0.7, is_torn=is_torn)
    assert {left[at : at + 1] == b"n" for at in range(0, 4 * SECTOR, SECTOR)} == halves


def test_the_superblock_is_never_torn() -> None:
    writes = [Write(0, NEW * 8)]
    for seed in range(20):
        left = left_by(NOTHING * 2, writes, Cut(1, 0.5, is_torn=True), chance_of(seed))
        assert left[2 * SECTOR] == left[3 * SECTOR]


def test_sectors_are_unsafe_until_the_next_flush() -> None:
    writes = [Write(0, NEW * 2), FLUSHED, Write(0, NEW)]
    assert [unsafe_sectors(writes, Cut(n, 0.0, is_torn=False)) for n in range(4)] == [0, 2, 0, 1]


def _said(word: str) -> Write:
    return Write(FILE_SYSTEM_BYTES, Mark(word).to_bytes())


def test_what_was_said_before_a_cut_is_known_and_never_lost() -> None:
    writes = [Write(0, OLD), _said("done")]
    disk = bytes(FILE_SYSTEM_BYTES + MARK_BYTES)
    left = left_by(disk, writes, Cut(2, 0.0, is_torn=False), chance_of(SEED))
    assert left[:SECTOR] == bytes(SECTOR)
    assert Mark.from_bytes(bytes(left[FILE_SYSTEM_BYTES:])) == Mark("done")
    assert said_by(writes) == [(1, Mark("done"))]


def test_cuts_come_in_every_deed_up_to_the_moment_the_next_begins() -> None:
    deed = [_said("begun"), Write(0, OLD), FLUSHED, _said("done")]
    writes = [_said("found"), *deed, *deed, _said("end")]
    cuts = choose_cuts(writes, 60, chance_of(SEED))
    assert {cut.writes for cut in cuts} == {2, 3, 4, 5, 6, 7, 8, 9}
    assert sum(cut.writes <= 5 for cut in cuts) == 30


def test_half_of_the_cuts_come_where_a_deed_ends() -> None:
    writes = [_said("begun"), *[Write(0, OLD)] * (9 * LAST), _said("done"), _said("end")]
    cuts = choose_cuts(writes, 60, chance_of(SEED))
    assert 30 <= sum(cut.writes >= 8 * LAST for cut in cuts) < 50


def test_the_log_of_qemu_is_read(tmp_path: Path) -> None:
    def entry(*numbers: int) -> bytes:
        return struct.pack("<QQQQ", *numbers).ljust(SECTOR, b"\0")

    head = struct.pack("<QQQI", MAGIC, 1, 2, SECTOR).ljust(SECTOR, b"\0")
    log = tmp_path / "log"
    log.write_bytes(head + entry(3, 1, 0, 0) + NEW + entry(0, 0, FLUSH, 0))
    assert read_log(log) == [Write(3 * SECTOR, NEW), FLUSHED]
    log.write_bytes(OLD)
    with pytest.raises(ValueError, match="no log of writes"):
        read_log(log)
