from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.site.search.words import Tongue, fold


@pytest.mark.parametrize(
    ("typed", "ours"),
    [
        ("ŻÓŁTY", "zolty"),
        ("İstanbul", "istanbul"),
        ("ışık", "isik"),
        ("Ș", "Ş"),
        ("الأدوية", "الادويه"),
        ("إثبات", "اثبات"),
        ("کتاب", "كتاب"),
        ("اُردو", "اردو"),
        ("فارسي", "فارسی"),
        ("می‌خواهم", "میخواهم"),
        ("ড়", "ড়"),
        ("ডাক্তাঁর", "ডাক্তার"),
        ("ઍપ", "એપ"),
        ("ફ઼", "ફ"),
        ("ਫ਼ੋਟੋ", "ਫੋਟੋ"),
        ("५".replace("५", "২"), "2"),
        ("٩٩٩", "999"),
        ("ﬁt", "fit"),
    ],
)
def test_letters_typed_one_for_the_other_are_one(typed: str, ours: str) -> None:
    assert fold(typed) == fold(ours)


@pytest.mark.parametrize(("one", "other"), [("পিন", "পান"), ("ਦਵਾ", "ਦਵਾਈ"), ("کا", "کی")])
def test_vowel_signs_make_other_words(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("language", "text", "forms"),
    [
        ("en", "The doctor's (new) e-mail: CID4002!", "the doctors new e mail cid4002"),
        ("fr", "J'ouvre l’application", "j ouvre l application"),
        ("uk", "здоров'я", "здоровя"),
        ("bn", "জিপি সার্জারিতে।", "জিপি সার্জারিতে"),
        ("zh-Hans", "NHS账户。", "nhs 账户 户"),
        ("en", "", ""),
    ],
)
def test_texts_are_cut_into_words(language: str, text: str, forms: str) -> None:
    assert [word.form for word in Tongue(language).words(text)] == forms.split()


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "prescriptions", "prescription"),
        ("en", "doctor's", "doctors"),
        ("en-easyread", "medicines", "medicine"),
        ("pl", "tabletki", "tabletka"),
        ("es", "recetas", "receta"),
        ("ro", "medicamente", "medicament"),
    ],
)
def test_forms_of_a_word_have_one_stem(language: str, one: str, other: str) -> None:
    tongue = Tongue(language)
    stems = {tongue.stem(word.written) for text in (one, other) for word in tongue.words(text)}
    assert len(stems) == 1


def test_codes_have_no_other_forms() -> None:
    assert Tongue("en").stem("CID4002S") == "cid4002s"


@given(st.text(max_size=80), st.sampled_from(["en", "fr", "ar", "zh-Hans"]))
def test_words_lie_in_their_text_one_after_the_other(text: str, language: str) -> None:
    words = list(Tongue(language).words(text))
    assert all(0 <= word.start < word.end <= len(text) and word.form for word in words)
    assert [word.start for word in words] == sorted(word.start for word in words)
