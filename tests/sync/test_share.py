"""Releases that are tried out on some devices first."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.store.store import Store
from tests.ceremony import Society
from tests.content import tree_saying
from tests.publisher import days_later
from tests.sync.device import Box


@pytest.fixture
def society(tmp_path: Path) -> Society:
    return Society.new(tmp_path / "society", tree_saying("One."))


def _box(society: Society, folder: Path, lot: int) -> Box:
    box = Box(folder, society.anchor(), days_later(1))
    box.store.prepare()
    (box.store.folder / "lot").write_text(str(lot))
    return box


def _publish(society: Society, words: str, share: int) -> None:
    society.stage().release(tree_saying(words), share=share)
    society.sign("ann", "bob")
    society.finish()


def test_five_of_a_hundred_show_it_then_half_then_all(society: Society, tmp_path: Path) -> None:
    boxes = [_box(society, tmp_path / f"box-{lot}", lot) for lot in (4, 5, 50)]

    def shown() -> list[str | None]:
        for box in boxes:
            box.sync(str(society.repository))
        return [box.shown() for box in boxes]

    assert shown() == ["1: One."] * 3
    _publish(society, "Two.", 5)
    assert shown() == ["2: Two.", "1: One.", "1: One."]
    _publish(society, "Two.", 50)
    assert shown() == ["3: Two.", "3: Two.", "1: One."]
    _publish(society, "Two.", 100)
    assert shown() == ["4: Two."] * 3


def test_what_was_tried_out_is_withdrawn_by_a_newer_release(
    society: Society, tmp_path: Path
) -> None:
    boxes = [_box(society, tmp_path / f"box-{lot}", lot) for lot in (0, 99)]
    seen = []
    for words, share in (("", 0), ("Bad.", 5), ("One.", 100)):
        if words:
            _publish(society, words, share)
        for box in boxes:
            box.sync(str(society.repository))
        seen.append([box.shown() for box in boxes])
    assert seen == [["1: One."] * 2, ["2: Bad.", "1: One."], ["3: One."] * 2]


def test_a_box_that_shows_nothing_yet_does_not_wait(society: Society, tmp_path: Path) -> None:
    _publish(society, "Two.", 1)
    box = _box(society, tmp_path / "box", 99)
    box.sync(str(society.repository))
    assert box.shown() == "2: Two."


@pytest.mark.parametrize("damaged", [b"", b"x", b"123456", b"\xff"])
def test_a_lot_is_drawn_once_and_anew_if_it_was_lost(tmp_path: Path, damaged: bytes) -> None:
    store = Store(tmp_path / "store")
    store.prepare()
    (store.folder / "lot").write_bytes(damaged)
    drawn = store.lot()
    assert 0 <= drawn < 100
    assert {store.lot() for _ in range(5)} == {drawn}


def test_lots_differ_from_box_to_box(tmp_path: Path) -> None:
    lots = set()
    for number in range(40):
        store = Store(tmp_path / str(number))
        store.prepare()
        lots.add(store.lot())
    assert len(lots) > 5
