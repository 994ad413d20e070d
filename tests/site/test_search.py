from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.site.published import Site
from appliance.site.search import MAX_RESULTS, find
from appliance.site.search_index import Entry, write_index


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("repeat prescription", "/en/repeat-prescriptions"),
        ("prescriptions", "/en/repeat-prescriptions"),
        ("get the app", "/en/get-nhs-app"),
        ("passport", "/en/prove-id-photo"),
        ("linkage key", "/en/prove-id-no-photo"),
        ("CID4002", "/en/login-problems"),
        ("Samaritans", "/en/helplines#samaritans"),
        ("keep my password safe", "/en/account-safety"),
        ("diabetes", "/en/go/diabetes-uk"),
        ("library computer", "/en/login-on-web"),
        ("how do i keep my account safe", "/en/account-safety"),
        ("scam", "/en/spot-scams"),
        ("test results", "/en/results-and-record"),
        ("price of a prescription", "/en/prescription-costs"),
        ("register with a GP", "/en/register-gp"),
    ],
)
def test_people_find_what_they_ask_for_among_the_first_three(
    site: Site, query: str, address: str
) -> None:
    assert address in [result.address for result in site.search("en", query)[:3]]


def test_a_guide_stands_before_a_leaflet_with_the_same_words(site: Site) -> None:
    (first, *_) = site.search("en", "password")
    assert first.address == "/en/account-safety"


def test_small_words_alone_are_still_searched_for(site: Site) -> None:
    assert site.search("en", "who to")


def test_a_word_begun_is_enough(site: Site) -> None:
    assert "/en/repeat-prescriptions" in [r.address for r in site.search("en", "prescri")[:3]]


def test_words_that_stand_nowhere_together_are_found_apart(site: Site) -> None:
    assert site.search("en", "passport zzzzzz")


def test_the_words_found_are_marked(site: Site) -> None:
    (first, *_) = site.search("en", "passport")
    assert any(part.is_match and part.text.lower() == "passport" for part in first.snippet)


def test_nothing_found_and_nothing_asked_give_nothing(site: Site) -> None:
    assert site.search("en", "zzzzzz") == ()
    assert site.search("en", "") == ()
    assert site.search("en", '"*()^:') == ()


@given(st.text(max_size=200))
def test_whatever_is_typed_search_answers(site: Site, query: str) -> None:
    assert len(site.search("en", query)) <= MAX_RESULTS


@pytest.mark.parametrize(
    "query", ['" OR 1=1 --', "title:passport", "NEAR(a b)", "a AND", "NOT", "*", "-a"]
)
def test_the_query_language_of_the_index_is_not_reachable(site: Site, query: str) -> None:
    site.search("en", query)


def test_only_the_language_asked_for_is_searched(tmp_path: Path) -> None:
    entries = [Entry("en", "/en/a", "Cat", "", ""), Entry("pl", "/pl/a", "Cat", "", "")]
    write_index(tmp_path / "i.db", entries)
    assert [result.address for result in find(tmp_path / "i.db", "pl", "cat")] == ["/pl/a"]


def test_vowel_signs_belong_to_their_words(tmp_path: Path) -> None:
    entries = [Entry("bn", "/bn/pin", "পিন", "", ""), Entry("bn", "/bn/other", "পান না", "", "")]
    write_index(tmp_path / "i.db", entries)
    assert [result.address for result in find(tmp_path / "i.db", "bn", "পিন")] == ["/bn/pin"]


def test_accents_and_case_make_no_difference(tmp_path: Path) -> None:
    write_index(tmp_path / "i.db", [Entry("pl", "/pl/a", "Żółty", "", "")])
    assert find(tmp_path / "i.db", "pl", "ZOŁTY")
