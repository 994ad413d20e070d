from __future__ import annotations

from appliance.site.search.snippet import SNIPPET_WORDS, Marker, Part
from appliance.site.search.words import Tongue


def marker(language: str, *forms: str) -> Marker:
    return Marker(Tongue(language), set(forms), forms)


def test_words_found_are_marked_and_nothing_is_lost() -> None:
    parts = marker("en", "app").whole("Get the NHS App, not an apple app.")
    assert "".join(part.text for part in parts) == "Get the NHS App, not an apple app."
    assert [part.text for part in parts if part.is_match] == ["App", "app"]


def test_a_snippet_shows_the_first_word_found_with_some_before_it() -> None:
    text = "word " * 200 + "here it is" + " word" * 200
    parts = marker("en", "here").snippet(text)
    assert parts[0] == parts[-1] == Part("…", is_match=False)
    assert Part("here", is_match=True) in parts
    assert parts[1].text.startswith("word ")
    assert len("".join(part.text for part in parts).split()) <= SNIPPET_WORDS + 1


def test_a_text_without_the_word_has_no_snippet() -> None:
    assert marker("en", "here").snippet("there and nowhere") == ()
    assert marker("en").snippet("there") == ()


def test_accents_do_not_hide_a_word() -> None:
    parts = Marker(Tongue("pl"), {"zolty"}, ["żółty"]).snippet("Kolor ŻÓŁTY jest tu")
    assert Part("ŻÓŁTY", is_match=True) in parts


def test_pairs_of_signs_that_overlap_are_marked_once() -> None:
    parts = marker("zh-Hans", "重复", "复处", "处方").whole("申请重复处方")
    assert "".join(part.text for part in parts) == "申请重复处方"
    assert "".join(part.text for part in parts if part.is_match) == "重复处方"
