from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.errors import ContentError
from appliance.links.addresses import Link
from appliance.links.report import Answer, Report, as_json, as_text, write_report
from appliance.links.verdict import Kind, Verdict
from appliance.links.visit import Step, Visit


def _answer(name: str, kind: Kind, *printed_on: str) -> Answer:
    url = f"https://{name}.uk/"
    link = Link(url, (f"sites.toml:{len(name)}",), printed_on)
    return Answer(link, Visit(url, (Step(url, 404),)), Verdict(kind, f"About {name}."))


REPORT = Report(
    datetime(2026, 11, 22, 9, 5, tzinfo=UTC),
    (
        _answer("fine", "ok"),
        _answer("gone", "dead"),
        _answer("moved", "moved"),
        _answer("paper", "dead", "handout H1 Start", "bookmarks"),
    ),
)


def test_text_has_the_date_and_what_is_wrong_printed_addresses_first() -> None:
    assert as_text(REPORT) == (
        "4 addresses asked on 22 November 2026 at 09:05 UTC: 1 answer.\n"
        "\nDead: 2\n"
        "  https://paper.uk/\n    About paper.\n"
        "    Printed on: handout H1 Start, bookmarks\n    sites.toml:5\n"
        "  https://gone.uk/\n    About gone.\n    sites.toml:4\n"
        "\nMoved: 1\n"
        "  https://moved.uk/\n    About moved.\n    sites.toml:5"
    )


def test_json_has_every_address_with_its_way() -> None:
    read = json.loads(as_json(REPORT))
    assert read["asked_at"] == "2026-11-22T09:05:00+00:00"
    assert read["counts"] == {"dead": 2, "moved": 1, "ok": 1}
    assert read["addresses"][3] == {
        "address": "https://paper.uk/",
        "verdict": "dead",
        "message": "About paper.",
        "is_printed": True,
        "printed_on": ["handout H1 Start", "bookmarks"],
        "places": ["sites.toml:5"],
        "steps": [{"url": "https://paper.uk/", "status": 404}],
    }


@pytest.mark.parametrize("name", ["links", "links.json", "links.txt"])
def test_both_files_are_written_whatever_the_ending(tmp_path: Path, name: str) -> None:
    paths = write_report(REPORT, tmp_path / name)
    assert paths == (tmp_path / "links.json", tmp_path / "links.txt")
    assert paths[0].read_text() == as_json(REPORT)
    assert paths[1].read_text() == as_text(REPORT) + "\n"


def test_a_point_in_a_name_is_kept(tmp_path: Path) -> None:
    assert write_report(REPORT, tmp_path / "v1.2")[0].name == "v1.2.json"


def test_report_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="cannot be written"):
        write_report(REPORT, tmp_path / "none" / "links")
