from __future__ import annotations

import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tinydb import TinyDB

from appliance.errors import StateError
from appliance.state.storage import SafeStorage


def _database(path: Path) -> TinyDB:
    return TinyDB(path, storage=SafeStorage)


def test_documents_are_there_after_a_restart(tmp_path: Path) -> None:
    _database(tmp_path / "a.json").insert({"name": "Żółć"})
    assert _database(tmp_path / "a.json").all() == [{"name": "Żółć"}]


def test_the_file_is_replaced_whole_never_written_into(tmp_path: Path) -> None:
    database = _database(tmp_path / "a.json")
    database.insert({"n": 1})
    with (tmp_path / "a.json").open("rb") as before:
        database.insert({"n": 2})
        assert b'"n": 2' not in before.read()
    assert len(_database(tmp_path / "a.json").all()) == 2


def test_unchanged_tables_are_not_written_again(tmp_path: Path) -> None:
    database = _database(tmp_path / "a.json")
    database.insert({"n": 1})
    written = (tmp_path / "a.json").stat().st_mtime_ns
    database.update({"n": 1})
    assert (tmp_path / "a.json").stat().st_mtime_ns == written


@given(st.binary(max_size=60))
def test_whatever_stands_in_the_file_the_database_opens(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("state") / "a.json"
    path.write_bytes(data)
    database = _database(path)
    database.insert({"n": 1})
    assert {"n": 1} in database.all()


def test_a_damaged_file_is_set_aside_and_said_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a.json").write_bytes(b'{"_default": {"1": {"n"')
    with caplog.at_level(logging.ERROR):
        assert _database(tmp_path / "a.json").all() == []
    assert (tmp_path / "a.json.corrupt").read_bytes().startswith(b'{"_default"')
    assert "a.json.corrupt" in caplog.text


def test_a_refused_write_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where a folder should be")
    with pytest.raises(StateError, match="cannot be"):
        _database(tmp_path / "state" / "a.json").insert({"n": 1})
