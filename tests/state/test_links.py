from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from appliance.errors import StateError
from appliance.state.links import Known, LinkCheck, LinksFile

FRIDAY = date(2026, 11, 20)
CHECK = LinkCheck(
    datetime(2026, 11, 22, 9, 5, tzinfo=UTC),
    (
        Known("https://a.uk/", "answers", "It answers.", asked_on=date(2026, 11, 22)),
        Known("https://b.uk/", "stopped", "It answers 404.", FRIDAY, date(2026, 11, 22)),
        Known("https://c.uk/", "stopped", "Gone – ‘ever’.", FRIDAY, date(2026, 11, 22),
              ("handout H1 Start", "bookmarks")),
        Known("https://d.uk/", "unasked"),
    ),
)  # fmt: skip


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    file = LinksFile(tmp_path / "links.json")
    assert file.read() is None
    file.write(CHECK)
    assert file.read() == CHECK


def test_printed_addresses_come_first_and_all_are_counted() -> None:
    assert [known.address for known in CHECK.of("stopped")] == ["https://c.uk/", "https://b.uk/"]
    assert CHECK.counts() == {"answers": 1, "unsure": 0, "failed": 0, "stopped": 2, "unasked": 1}
    assert CHECK.facts() == {
        "asked_at": "2026-11-22T09:05:00+00:00",
        "addresses": 4,
        "stopped": 2,
        "stopped_printed": 1,
    }


GOOD_ROW = CHECK.addresses[1].plain()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b"{}", b'{"asked_at": "2026-11-22"}',
        b'{"asked_at": 5, "addresses": []}',
        b'{"asked_at": "2026-11-22T09:05:00", "addresses": []}',
        b'{"asked_at": "2026-11-22T09:05:00+00:00", "addresses": {}}',
        b'{"asked_at": "2026-11-22T09:05:00+00:00", "addresses": [5]}',
        *(
            json.dumps(
                {"asked_at": "2026-11-22T09:05:00+00:00", "addresses": [{**GOOD_ROW, **wrong}]}
            ).encode()
            for wrong in (
                {"state": "fine"}, {"state": None}, {"since": "yesterday"}, {"since": 5},
                {"printed_on": "H1"}, {"address": None},
            )
        ),
    ],
)  # fmt: skip
def test_a_damaged_file_is_as_good_as_none_and_is_told(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "links.json"
    path.write_bytes(content)
    assert LinksFile(path).read() is None
    assert str(path) in caplog.text


def test_a_row_as_it_should_be_is_read(tmp_path: Path) -> None:
    path = tmp_path / "links.json"
    path.write_text(
        json.dumps({"asked_at": "2026-11-22T09:05:00+00:00", "addresses": [GOOD_ROW], "new": 1})
    )
    read = LinksFile(path).read()
    assert read is not None
    assert read.addresses == (CHECK.addresses[1],)


def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = LinksFile(tmp_path / "links.json")
    file.write(CHECK)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StateError, match="No space"):
        file.write(LinkCheck(CHECK.asked_at, ()))
    assert file.read() == CHECK


def test_two_processes_never_ask_at_once(tmp_path: Path) -> None:
    path = tmp_path / "state" / "links.json"
    code = (
        "import sys; from pathlib import Path; from appliance.state.links import LinksFile\n"
        "with LinksFile(Path(sys.argv[1])).locked(): print('in', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"in\n"
        with pytest.raises(StateError, match="another check"), LinksFile(path).locked():
            pass
        other.kill()  # a lock does not outlive its process
        other.wait()
    with LinksFile(path).locked():
        pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"")
    with (
        pytest.raises(StateError, match="state"),
        LinksFile(tmp_path / "state" / "l.json").locked(),
    ):
        pass
