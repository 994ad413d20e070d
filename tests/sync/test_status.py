from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.state.syncing import SyncFolder, Syncing
from appliance.store.store import RESERVE_BYTES, Store
from appliance.sync.status import as_text, content_status
from tests.content import tree_saying
from tests.publisher import SIGNED_AT, Publisher
from tests.sync.device import Box

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """The store of a box that shows release 1."""
    publisher = Publisher.new(tmp_path)
    publisher.pack(tree_saying("One."))
    box = Box(tmp_path, publisher.anchor())
    box.sync(str(publisher.repository))
    return box.store


@pytest.fixture
def folder(tmp_path: Path) -> SyncFolder:
    (tmp_path / "sync").mkdir()
    return SyncFolder(tmp_path / "sync")


def problems(store: Store, folder: SyncFolder, now: datetime = NOW) -> tuple[str, ...]:
    return content_status(store, folder, store.folder.parent, now).problems


def test_a_box_on_which_all_is_well_has_no_problem(store: Store, folder: SyncFolder) -> None:
    store.note_check(SIGNED_AT, "ok", "network", is_new=True)
    folder.tell(Syncing(state="done", result="New content: release 1 is shown now."))
    folder.plan(0, 7_200)
    status = content_status(store, folder, store.folder.parent, NOW)
    assert status.problems == ()
    assert as_text(status).splitlines() == [
        "Shown: release 1 of 22 November 2026.",
        "Last updated: 22 November 2026, 09:00 UTC (from the network).",
        "Last checked: 22 November 2026, 09:00 UTC.",
        "The last sync, or the one at work: New content: release 1 is shown now.",
        "Next check: in about 2 hours.",
    ]


def test_one_failure_is_no_problem_and_three_in_a_row_are(store: Store, folder: SyncFolder) -> None:
    folder.tell(Syncing(state="failed", result="No answer."))
    folder.plan(2, 60)
    assert problems(store, folder) == ()
    folder.plan(3, 60)
    assert problems(store, folder) == ("No answer. That is 3 times in a row.",)


def test_a_box_that_could_ask_nobody_for_a_month_says_so(store: Store, folder: SyncFolder) -> None:
    store.note_check(NOW - timedelta(days=30), "ok")
    assert problems(store, folder) == ()
    (said,) = problems(store, folder, NOW + timedelta(days=1))
    assert "for 31 days" in said
    assert "memory stick" in said


def test_what_is_wrong_with_a_council_is_said_though_the_sync_worked(
    store: Store, folder: SyncFolder
) -> None:
    store.note_check(NOW, "ok; council-leeds: not signed by us")
    (said,) = problems(store, folder)
    assert "council-leeds: not signed by us" in said


def test_a_nearly_full_card_is_said(store: Store, folder: SyncFolder) -> None:
    full = Store(store.folder, free_bytes=lambda _: RESERVE_BYTES - 1)
    (said,) = problems(full, folder)
    assert said.startswith("The card is nearly full: 19 MB are free.")


def test_a_damaged_pointer_is_said_and_stops_nothing(store: Store, folder: SyncFolder) -> None:
    (store.folder / "current.json").write_text("{damaged")
    (said,) = problems(store, folder)
    assert "begins with what the application ships" in said
