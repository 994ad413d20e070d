"""A fault at each system call: old or new, whole, nothing acknowledged lost; the next try works."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from copy import copy
from itertools import count
from pathlib import Path

import pytest

from tests.faults import arriving, deeds, publishing
from tests.faults.deeds import Deed, Update
from tests.faults.sweep import calls_of, in_parts, order_of_calls, places_of, sweep, why_not

DEEDS = (*deeds.DEEDS, *arriving.DEEDS, *publishing.DEEDS)


@pytest.fixture(autouse=True, scope="module")
def _possible() -> None:
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)


class Copies:
    """Fresh copies of a prepared box, each removed when the next is wanted."""

    def __init__(self, deed: Deed, folder: Path) -> None:
        self._folder = folder
        self.made = folder / "prepared"
        self.made.mkdir(parents=True)
        deed.prepare(self.made)
        self._numbers = count()
        self._last: Path | None = None

    def of_part(self, part: int) -> Copies:
        """Return others of the same box, for a process of its own."""
        others = copy(self)
        others._folder = self._folder / f"part{part}"
        others._folder.mkdir()
        others._last = None
        return others

    def __call__(self) -> Path:
        if self._last is not None:
            shutil.rmtree(self._last)
        self._last = self._folder / f"trial{next(self._numbers)}"
        shutil.copytree(self.made, self._last, symlinks=True)
        return self._last


def _wrong(deed: Deed, fault: str, folder: Path) -> Iterator[str]:
    fresh = Copies(deed, folder)
    with deed.around(fresh.made):
        yield from _wrong_with(deed, fault, fresh)


def _wrong_with(deed: Deed, fault: str, fresh: Copies) -> list[str]:
    # Once here, so that everything is loaded before processes are forked from this one.
    deed.do(fresh())
    places = places_of(fault, calls_of(deed, fresh()))
    return in_parts(
        places, lambda part, some: list(_wrong_at(deed, fault, some, fresh.of_part(part)))
    )


def _wrong_at(
    deed: Deed, fault: str, places: Sequence[tuple[str, int]], fresh: Copies
) -> Iterator[str]:
    for trial, left in sweep(deed, fault, places, fresh):
        for complaint in deed.complaints(left, is_done=trial.is_done):
            yield f"{trial}: {complaint}"
        deed.do(left)
        for complaint in deed.complaints(left, is_done=True):
            yield f"{trial}, done again: {complaint}"


@pytest.mark.parametrize(
    ("deed", "fault"),
    [
        pytest.param(deed, fault, id=f"{type(deed).__name__}-{fault}")
        for deed in DEEDS
        for fault in deed.faults
    ],
)
def test_whatever_happens_nothing_is_broken_and_the_next_try_works(
    deed: Deed, fault: str, tmp_path: Path
) -> None:
    assert list(_wrong(deed, fault, tmp_path)) == []


def _syncs_before_the_pointer_moves(calls: list[str]) -> bool:
    """Whether everything was on the disk, and the new pointer itself, when it took its place."""
    text = "\n".join(calls)
    moved = re.search(r'rename\w*\(.*current\.json\.new"', text)
    return (
        moved is not None
        and "syncfs(" in text[: moved.start()]
        and "fsync(" in text[: moved.start()].rpartition("current.json.new")[2]
        and "fsync(" in text[moved.end() :]
    )


def test_a_power_cut_finds_everything_on_the_disk_before_the_pointer_moves(tmp_path: Path) -> None:
    deed = Update()
    fresh = Copies(deed, tmp_path)
    deed.do(fresh())
    assert _syncs_before_the_pointer_moves(order_of_calls(deed, fresh()))


@pytest.mark.parametrize("name", ["fsync", "sync_file_system"])
def test_these_tests_notice_a_sync_that_was_taken_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    deed = Update()
    fresh = Copies(deed, tmp_path)
    if name == "fsync":
        monkeypatch.setattr(os, name, lambda _descriptor: None)
    else:
        monkeypatch.setattr(f"appliance.store.store.{name}", lambda _folder: None)
    assert not _syncs_before_the_pointer_moves(order_of_calls(deed, fresh()))


class Careless(Update):
    """Writes over the page that is shown, as nobody should."""

    def do(self, folder: Path) -> None:
        store = self.box(folder).store
        pointer = store.pointer()
        assert pointer is not None
        page = store.site_folder(pointer.current.site) / "page"
        whole = page.read_text()
        with page.open("w") as file:
            file.write(whole[:5])
            file.flush()
            file.write(whole[5:])
        super().do(folder)


def test_a_file_that_is_written_over_is_noticed(tmp_path: Path) -> None:
    assert [one for one in _wrong(Careless(), "signal=KILL", tmp_path) if "the page says" in one]
