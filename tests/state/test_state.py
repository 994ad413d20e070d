from __future__ import annotations

import threading
from datetime import date
from pathlib import Path

import pytest

from appliance.errors import ConfigError, StateError
from appliance.state.state import Counts, Settings, SettingsFile

DAY, NEXT_DAY = date(2026, 11, 22), date(2026, 11, 23)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "file.json"


def test_settings_have_defaults_until_they_are_changed(path: Path) -> None:
    assert SettingsFile(path).read() == Settings("your library")
    assert SettingsFile(path).change("library_name", "  Oak   Library ") == Settings("Oak Library")
    assert SettingsFile(path).read() == Settings("Oak Library")


@pytest.mark.parametrize("value", ["", "   ", "x" * 81, "a\x00b", "a\u202eb"])
def test_a_value_that_cannot_be_shown_is_refused(path: Path, value: str) -> None:
    with pytest.raises(ConfigError, match="printable"):
        SettingsFile(path).change("library_name", value)
    assert SettingsFile(path).read() == Settings()


def test_an_unknown_setting_is_refused_with_the_known_ones(path: Path) -> None:
    with pytest.raises(ConfigError, match="library_name"):
        SettingsFile(path).change("colour", "red")


def test_counts_are_kept_in_memory_until_they_are_flushed(path: Path) -> None:
    counts = Counts(path)
    for _ in range(5):
        counts.add(DAY, "/en/")
    assert not path.exists()
    counts.flush(DAY)
    assert Counts(path).totals() == {"2026-11-22": {"/en/": 5}}


def test_a_count_under_five_is_never_written_down(path: Path) -> None:
    counts = Counts(path)
    for _ in range(4):
        counts.add(DAY, "/en/mental-health")
    counts.flush(DAY)
    assert not path.exists() or "mental" not in path.read_text()
    counts.add(DAY, "/en/mental-health")
    counts.flush(DAY)
    assert counts.totals() == {"2026-11-22": {"/en/mental-health": 5}}


def test_a_total_that_has_been_written_grows_by_ones(path: Path) -> None:
    counts = Counts(path)
    for _ in range(5):
        counts.add(DAY, "/en/")
    counts.flush(DAY)
    counts.add(DAY, "/en/")
    counts.flush(DAY)
    assert counts.totals() == {"2026-11-22": {"/en/": 6}}


def test_small_counts_of_yesterday_are_forgotten(path: Path) -> None:
    counts = Counts(path)
    for _ in range(4):
        counts.add(DAY, "/en/")
    counts.flush(NEXT_DAY)
    counts.add(DAY, "/en/")
    counts.flush(NEXT_DAY)
    assert counts.totals() == {}


def test_days_too_long_ago_are_dropped(path: Path) -> None:
    counts = Counts(path)
    for _ in range(5):
        counts.add(DAY, "/en/")
    counts.flush(DAY)
    counts.flush(date(2028, 1, 1))
    assert counts.totals() == {}


def test_no_count_is_lost_between_threads(path: Path) -> None:
    counts = Counts(path)

    def use() -> None:
        for number in range(200):
            counts.add(DAY, "/en/")
            if number % 50 == 0:
                counts.flush(DAY)

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts.flush(DAY)
    assert counts.totals() == {"2026-11-22": {"/en/": 1600}}


def test_what_could_not_be_written_is_written_next_time(path: Path) -> None:
    counts = Counts(path)
    for _ in range(5):
        counts.add(DAY, "/en/")
    path.parent.write_text("in the way")
    with pytest.raises(StateError):
        counts.flush(DAY)
    path.parent.unlink()
    counts.flush(DAY)
    assert counts.totals() == {"2026-11-22": {"/en/": 5}}
