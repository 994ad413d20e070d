"""The accessibility statement says what was tested, and that this was the pages as they are now."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from appliance.site.tested import FILE, last_test
from tests.access.results import FIGURES, Results, looks
from tests.access.statement import write


def test_the_statement_is_about_the_pages_as_they_are() -> None:
    assert last_test().looks == looks(), "run `make access-statement` and commit what it writes"


def test_the_statement_has_every_figure_of_one_run() -> None:
    told = json.loads(FILE.read_text("utf-8"))
    assert [name for name in FIGURES if not told[name] > 0] == []


def _complete() -> Results:
    results = Results()
    for name in FIGURES:
        results.record(name, 7)
    return results


def test_results_become_the_statement(tmp_path: Path) -> None:
    _complete().keep(tmp_path / "results.json")
    write(tmp_path / "results.json", tmp_path / "statement.json")
    tested = last_test(tmp_path / "statement.json")
    assert tested.pages == 7
    assert tested.looks == looks()
    assert set(tested.tools) == {"axe-core", "Nu Html Checker", "Lighthouse", "Chromium"}


def test_results_of_other_pages_are_refused(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text('{"looks": "others"}')
    with pytest.raises(ValueError, match="have changed"):
        write(tmp_path / "results.json", tmp_path / "statement.json")
    assert not (tmp_path / "statement.json").exists()


def test_without_a_run_there_is_no_statement(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is missing"):
        write(tmp_path / "results.json", tmp_path / "statement.json")


def test_a_figure_that_nobody_measured_is_missed() -> None:
    results = Results()
    results.record("pages", 1)
    assert results.missing() == [name for name in FIGURES if name != "pages"]
    with pytest.raises(KeyError):
        results.record("guesses", 1)


def test_a_change_of_a_template_changes_the_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "style.css").write_text("a {}")
    before = looks(tmp_path)
    (tmp_path / "templates" / "a.html").write_text("<p>")
    after = looks(tmp_path)
    (tmp_path / "style.css").write_text("b {}")
    assert len({before, after, looks(tmp_path)}) == 3
