from __future__ import annotations

import pytest

from appliance.site.search.spelling import nearest, reach

WORDS = [("prescription", "prescription", 9), ("pharmacy", "pharmacy", 7), ("phone", "Phone", 5),
         ("patient", "patient", 3), ("patience", "patience", 1), ("bone", "bone", 99)]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("perscription", "prescription"),
        ("prescripton", "prescription"),
        ("farmacy", "pharmacy"),
        ("phome", "Phone"),
        ("patien", "patient"),
        ("xyzzy", None),
        ("bon", None),
        ("phone4", None),
    ],
)
def test_the_nearest_word_is_the_one_with_the_fewest_slips(typed: str, meant: str | None) -> None:
    assert nearest(typed, WORDS) == meant


@pytest.mark.parametrize(
    ("word", "slips"), [("app", 0), ("scam", 1), ("doctor", 2), ("3f111222", 0)]
)
def test_longer_words_may_have_more_slips(word: str, slips: int) -> None:
    assert reach(word) == slips


def test_of_two_as_near_the_commoner_is_meant() -> None:
    assert nearest("patienc", [("patience", "patience", 1), ("patient", "patient", 3)]) == "patient"
    assert (
        nearest("patienc", [("patience", "patience", 4), ("patient", "patient", 3)]) == "patience"
    )


def test_a_word_with_the_same_first_letter_is_nearer() -> None:
    assert nearest("phine", [("shine", "shine", 9), ("phone", "phone", 1)]) == "phone"
