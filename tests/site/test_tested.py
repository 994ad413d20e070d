from __future__ import annotations

import json
from pathlib import Path

import pytest

from appliance.clock import in_words
from appliance.site.tested import last_test
from tests.site.html import parse


def test_the_statement_names_day_count_and_tools_of_the_last_test(pages: dict[str, str]) -> None:
    tested = last_test()
    (main,) = parse(pages["/en/accessibility"]).all("main")
    assert f"On {in_words(tested.on)} we opened all {tested.pages} pages" in main.text
    assert f"written on {in_words(tested.on)}" in main.text
    for name, version in tested.tools.items():
        assert f"{name} {version}" in main.text


@pytest.mark.parametrize("broken", [b"{", b"[]", b'{"tested_on": "yesterday"}'])
def test_a_damaged_file_is_refused(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "accessibility.json").write_bytes(broken)
    with pytest.raises(ValueError, match=r"accessibility\.json"):
        last_test(tmp_path / "accessibility.json")


def test_the_figures_are_those_in_the_file(tmp_path: Path) -> None:
    told = {"tested_on": "2026-11-22", "pages": 3, "tools": {"axe-core": "1"}, "looks": "ab"}
    (tmp_path / "t.json").write_text(json.dumps(told))
    tested = last_test(tmp_path / "t.json")
    assert (tested.on.isoformat(), tested.pages, tested.looks) == ("2026-11-22", 3, "ab")
