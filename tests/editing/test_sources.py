"""The table of what was read where."""

from __future__ import annotations

import json

from appliance.catalogue.load import read
from appliance.editing.sources import Row, Use, as_json, as_text, trace
from tests.catalogue import trees
from tests.catalogue.trees import GUIDE, OTHER_GUIDE, added, good, line_of
from tests.content import whole_tree


def test_every_passage_has_a_row_with_its_line_in_the_file() -> None:
    whole = trace(read(good()))
    line = line_of(GUIDE, "1. Open")
    assert (
        Row("get-nhs-app", GUIDE, line, "Open the App Store.", ("volunteer-guide",)) in whole.rows
    )
    assert whole.rows[-1].guide == "log-in"
    assert whole.rows[-1].sources == ("own",)
    assert whole.own + sum(use.facts for use in whole.uses) == len(whole.rows)


def test_uses_count_passages_and_guides_and_handouts_but_no_translation() -> None:
    whole = trace(read(trees.in_polish(good())))
    assert whole.uses == (Use("volunteer-guide", 3, 2),)
    assert {row.path for row in whole.rows} == {GUIDE, OTHER_GUIDE}


def test_a_source_that_nothing_names_is_told() -> None:
    source = good()["sources.toml"].decode().replace("volunteer-guide", "idle")
    whole = trace(read(added("sources.toml", source.replace("/guide", "/idle"))))
    assert whole.unused == ("idle",)
    assert as_text(whole).endswith("Used by nothing: idle")
    assert json.loads(as_json(whole))["unused"] == ["idle"]


def test_a_passage_without_a_source_is_in_the_table_too() -> None:
    whole = trace(read(added(OTHER_GUIDE, "\n## More\n\nYou must be 13.\n")))
    assert whole.rows[-1].sources == ()
    assert " | You must be 13." in as_text(whole)


def test_long_facts_are_cut_for_people_and_whole_for_programs() -> None:
    long = "word " * 30
    whole = trace(read(added(OTHER_GUIDE, f"\n{long}\n")))
    assert long.strip() not in as_text(whole)
    assert long.strip() in as_json(whole)


def test_empty_content_has_an_empty_table() -> None:
    assert as_text(trace(read({}))).endswith("Used by nothing: none")


def test_every_source_of_the_project_is_used_and_every_guide_is_in_the_table() -> None:
    found = read(whole_tree())
    whole = trace(found)
    assert whole.unused == ()
    english = {slug for language, slug in found.catalogue.guides if language == "en"}
    assert {row.guide for row in whole.rows} == english
    assert all(row.sources for row in whole.rows)
