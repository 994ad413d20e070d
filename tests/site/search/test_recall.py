"""Of what people type, how much is found among the first five: the bounds are the founders'."""

from __future__ import annotations

import pytest

from appliance.site.published import Site
from appliance.site.search.find import Question
from tests.site.search.recall import Asked, Search, missed, queries, recall

ENGLISH, ELSEWHERE = 0.95, 0.85
LEAST_QUERIES = 10
LANGUAGES = sorted({asked.language for asked in queries()})


@pytest.fixture(scope="module")
def search(site: Site) -> Search:
    def addresses(language: str, query: str) -> list[str]:
        return [result.address for result in site.search(Question(language, query)).results]

    return addresses


def _in(language: str) -> list[Asked]:
    return [asked for asked in queries() if asked.language == language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_find_what_they_look_for(search: Search, language: str) -> None:
    wanted = ENGLISH if language == "en" else ELSEWHERE
    lost = [f"{asked.query} -> {asked.answers}" for asked in missed(_in(language), search)]
    assert recall(_in(language), search) >= wanted, lost


def test_it_holds_for_the_queries_that_nobody_tuned_for(search: Search) -> None:
    held_out = [asked for asked in queries() if asked.is_held_out]
    assert recall([asked for asked in held_out if asked.language == "en"], search) >= ENGLISH
    assert recall([asked for asked in held_out if asked.language != "en"], search) >= ELSEWHERE


def test_there_are_queries_enough() -> None:
    assert len(_in("en")) >= 60
    assert all(len(_in(code)) >= LEAST_QUERIES for code in ("pl", "ur", "ar", "bn", "zh-Hans"))
    assert len(queries()) >= 120


def test_every_answer_exists(site: Site) -> None:
    for asked in queries():
        for answer in asked.answers:
            page = answer.partition("#")[0]
            assert site.file(f"/en/{page}"), f"{asked.query}: {answer}"


def test_a_search_that_finds_nothing_has_no_recall() -> None:
    assert recall(queries(), lambda _language, _query: ["/en/other"]) == 0
