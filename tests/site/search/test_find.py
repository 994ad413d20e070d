"""Search as people meet it: over the project's own content, and over small indexes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.catalogue.wording import Synonym, Wording
from appliance.errors import SearchError
from appliance.site.published import Site
from appliance.site.search import find as search
from appliance.site.search.entries import Entry, Kind
from appliance.site.search.find import MAX_RESULTS, PAGE_RESULTS, Found, Question, find
from appliance.site.search.index import write_index

LANGUAGES = ("en", "pl", "bn", "zh-Hans", "fr")


def ask(site: Site, text: str, language: str = "en", **how: object) -> Found:
    return site.search(Question(language, text, **how))  # type: ignore[arg-type]  # named as they are


def addresses(found: Found) -> list[str]:
    return [result.address for result in found.results]


def guide(language: str, address: str, title: str, body: str = "") -> Entry:
    return Entry(Kind.GUIDE, language, address, title, "", body)


def look(
    folder: Path,
    language: str,
    text: str,
    *entries: Entry,
    wording: Mapping[str, Wording] | None = None,
    ordinary: tuple[str, ...] = (),
) -> Found:
    """Search a new index of a few pages."""
    path = folder / "index.db"
    path.unlink(missing_ok=True)
    write_index(path, entries, wording or {}, LANGUAGES, lambda _code: ordinary)
    return find(path, Question(language, text))


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("repeat prescription", "/en/repeat-prescriptions"),
        ("prescriptions", "/en/repeat-prescriptions"),
        ("get the app", "/en/get-nhs-app"),
        ("passport", "/en/prove-id-photo"),
        ("linkage key", "/en/prove-id-no-photo"),
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
    assert address in addresses(ask(site, query))[:3]


@pytest.mark.parametrize("code", ["CID4002", "cid4002", "CID 4002", "cid 8002"])
def test_an_error_code_leads_to_its_page_however_it_is_written(site: Site, code: str) -> None:
    assert "/en/login-problems" in addresses(ask(site, code))[:2]


def test_an_error_code_that_no_page_has_is_never_guessed(site: Site) -> None:
    found = ask(site, "CID4003")
    assert found.meant is None
    assert found.total == 0


def test_a_guide_stands_before_a_leaflet_with_the_same_words(site: Site) -> None:
    assert addresses(ask(site, "password"))[0] == "/en/account-safety"


def test_small_words_alone_are_still_searched_for(site: Site) -> None:
    assert ask(site, "who to").total


def test_a_word_begun_is_enough(site: Site) -> None:
    assert "/en/repeat-prescriptions" in addresses(ask(site, "prescri"))[:3]


def test_words_that_stand_nowhere_together_are_found_apart(site: Site) -> None:
    assert ask(site, "passport 4711").total


def test_the_words_found_are_marked_in_all_their_forms(site: Site) -> None:
    (first, *_) = ask(site, "prescription").results
    marked = {part.text for part in (*first.title, *first.snippet) if part.is_match}
    assert "prescriptions" in marked


@pytest.mark.parametrize("language", ["en", "pl", "ar", "bn", "zh-Hans"])
def test_a_page_found_shows_why(site: Site, language: str) -> None:
    words = {"en": "surgery", "pl": "przychodnia", "ar": "عيادة", "bn": "সার্জারি", "zh-Hans": "诊所"}
    (first, *_) = ask(site, words[language], language).results
    assert any(part.is_match for part in first.snippet)


def test_nothing_found_and_nothing_asked_give_nothing(site: Site) -> None:
    for text in ("zzzzzz", "", '"*()^:'):
        assert ask(site, text) == Found()


def test_a_word_spelt_wrongly_is_put_right_and_that_is_told(site: Site) -> None:
    found = ask(site, "my perscription")
    assert found.meant == "my prescription"
    assert "/en/repeat-prescriptions" in addresses(found)


def test_spelling_is_left_alone_when_asked_to(site: Site) -> None:
    found = ask(site, "perscription", is_as_typed=True)
    assert (found.meant, found.total) == (None, 0)


def test_two_words_written_as_one_and_one_as_two_are_understood(site: Site) -> None:
    assert ask(site, "nhsnumber").meant == "nhs number"
    assert ask(site, "pre scription").meant == "prescription"


def test_an_ordinary_word_is_not_corrected_into_another(tmp_path: Path) -> None:
    page = guide("en", "mind", "Mental health")
    assert look(tmp_path, "en", "dental", page, ordinary=("dental",)).meant is None
    assert look(tmp_path, "en", "dental", page).meant == "Mental"


def test_words_of_the_dictionary_that_no_page_has_are_told_and_no_others(tmp_path: Path) -> None:
    page = guide("en", "a", "Passport")
    found = look(
        tmp_path, "en", "Dentists Gwendolyn 07700900 passport", page, ordinary=("dentist",)
    )
    assert found.missing == {"dentist"}


def test_a_library_without_a_dictionary_is_told_of_no_missing_word(tmp_path: Path) -> None:
    assert look(tmp_path, "en", "dentist", guide("en", "a", "Passport")).missing == frozenset()


def test_people_find_pages_by_their_own_words(tmp_path: Path) -> None:
    wording = {"en": Wording(synonyms=(Synonym(("tablets", "sick note"), ("medicine",), ()),))}
    page = guide("en", "a", "About medicines")
    for query in ("tablets", "tablet", "my sick note"):
        assert look(tmp_path, "en", query, page, wording=wording).total == 1
    assert look(tmp_path, "en", "sick", page, wording=wording).total == 0


def test_a_slip_in_a_synonym_is_put_right(tmp_path: Path) -> None:
    wording = {"en": Wording(synonyms=(Synonym(("chemist",), ("pharmacy",), ()),))}
    found = look(tmp_path, "en", "chemyst", guide("en", "a", "Pharmacy"), wording=wording)
    assert (found.meant, found.total) == ("chemist", 1)


def test_what_only_an_english_page_tells_is_found_from_other_languages(tmp_path: Path) -> None:
    wording = {"pl": Wording(synonyms=(Synonym(("wyniki badań",), (), ("test results",)),))}
    entries = (guide("en", "results", "Test results"), guide("pl", "konto", "Konto"))
    found = look(tmp_path, "pl", "wyniki badan", *entries, wording=wording)
    assert addresses(found) == ["/en/results"]
    assert found.results[0].language == "en"


def test_a_page_that_exists_in_the_language_is_not_shown_in_english_too(tmp_path: Path) -> None:
    entries = (guide("en", "app", "The NHS App"), guide("pl", "app", "Zainstaluj NHS App"))
    assert addresses(look(tmp_path, "pl", "nhs app", *entries)) == ["/pl/app"]


def test_own_language_stands_before_english(tmp_path: Path) -> None:
    entries = (guide("en", "a", "App app app"), guide("pl", "b", "Inne", "to jest app"))
    assert addresses(look(tmp_path, "pl", "app", *entries)) == ["/pl/b", "/en/a"]


def test_a_site_is_shown_on_its_page_in_the_readers_language(site: Site) -> None:
    assert "/pl/go/diabetes-uk" in addresses(ask(site, "diabetes", "pl"))


def test_vowel_signs_belong_to_their_words(tmp_path: Path) -> None:
    entries = (guide("bn", "pin", "পিন"), guide("bn", "other", "পান না"))
    assert addresses(look(tmp_path, "bn", "পিন", *entries)) == ["/bn/pin"]


def test_accents_and_case_make_no_difference(tmp_path: Path) -> None:
    assert look(tmp_path, "pl", "ZOŁTY", guide("pl", "a", "Żółty")).total == 1


def test_a_word_after_an_elision_is_found(tmp_path: Path) -> None:
    assert look(tmp_path, "fr", "application", guide("fr", "a", "Ouvrir l’application")).total == 1


@pytest.mark.parametrize("query", ["药", "处方", "重复处方", "申请重复处方", "方"])
def test_chinese_is_found_by_any_run_of_its_signs(tmp_path: Path, query: str) -> None:
    entries = (guide("zh-Hans", "a", "申请重复处方", "网上配药"), guide("zh-Hans", "b", "登录账户"))
    assert addresses(look(tmp_path, "zh-Hans", query, *entries)) == ["/zh-Hans/a"]


def test_traditional_signs_find_simplified_ones(tmp_path: Path) -> None:
    wording = {"zh-Hans": Wording(letters=("處处",))}
    page = guide("zh-Hans", "a", "重复处方")
    assert look(tmp_path, "zh-Hans", "處方", page, wording=wording).total == 1


def test_results_can_be_narrowed_to_a_topic(site: Site) -> None:
    everything = ask(site, "nhs account")
    assert {"prescriptions", "nhs-account"} <= everything.topics
    some = ask(site, "nhs account", topic="prescriptions")
    assert some.topics == {"prescriptions"}
    assert 0 < some.total < everything.total


def test_a_topic_is_whole_or_nothing(site: Site) -> None:
    assert ask(site, "nhs account", topic="prescription").total == 0


def test_pages_of_results_follow_each_other_without_repeats(site: Site) -> None:
    first, second = (ask(site, "nhs", page=page) for page in (1, 2))
    assert len(first.results) == PAGE_RESULTS
    assert not set(addresses(first)) & set(addresses(second))
    assert first.total == second.total > PAGE_RESULTS


def test_a_language_that_is_not_there_has_nothing(site: Site) -> None:
    assert ask(site, "app", "xx") == Found()


def test_a_search_that_takes_too_long_is_ended(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "TIME_LIMIT_S", -1.0)
    monkeypatch.setattr(search, "_STEPS", 1)
    with pytest.raises(SearchError, match="took more than"):
        ask(site, "nhs account")


@given(st.text(max_size=200), st.sampled_from(["en", "pl", "ar", "zh-Hans", "fr"]))
def test_whatever_is_typed_search_answers(site: Site, query: str, language: str) -> None:
    found = ask(site, query, language)
    assert len(found.results) <= PAGE_RESULTS
    assert found.total <= MAX_RESULTS


@pytest.mark.parametrize(
    "query", ['" OR 1=1 --', "title:passport", "NEAR(a b)", "a AND", "NOT", "*", "-a", "{title}: a"]
)
def test_the_query_language_of_the_index_is_not_reachable(site: Site, query: str) -> None:
    assert ask(site, query).total <= MAX_RESULTS
