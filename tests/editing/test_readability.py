from __future__ import annotations

import pytest

from appliance.catalogue.load import read
from appliance.catalogue.model import Problem
from appliance.editing.readability import Measure, check_readability, measure, syllables
from tests.catalogue.trees import OTHER_GUIDE, last_line
from tests.editing.samples import good, saying, saying_line, translated

EASY = "You can call your GP surgery. Ask for the form. Take it to the desk.\n\n" * 10
HARD = (
    "Identification verification necessitates documentation.\n"
    "Administrative organisations subsequently authenticate applications.\n\n"
) * 12


def _found(words: str) -> list[Problem]:
    return list(check_readability(read(saying(words))))


def test_hard_text_is_found_once_with_its_reading_age_and_its_hard_words() -> None:
    problems = _found(HARD)
    body_line = read(good()).catalogue.guides["en", "log-in"].body_line
    assert [(p.path, p.line, p.severity) for p in problems] == [(OTHER_GUIDE, body_line, "warning")]
    assert "reading age of" in problems[0].message
    assert "identification" in problems[0].mend


def test_easy_text_passes() -> None:
    assert _found(EASY) == []


def test_a_text_of_a_few_words_is_not_measured() -> None:
    assert _found(HARD[:130]) == []


def test_only_english_is_measured() -> None:
    assert list(check_readability(read(translated("pl", HARD)))) == []


def test_headings_and_single_words_do_not_make_a_text_easy() -> None:
    text = ["The surgery sends a letter to you."]
    assert measure([*text, "Pharmacy", "In the post", "Tap"]) == measure(text)


def test_the_grade_is_that_of_the_formula() -> None:
    assert measure(["The surgery sends a letter to you.", "You can read it at home."]) == Measure(
        words=13, sentences=2, syllables=17
    )
    # 0.39 * 13 / 2 + 11.8 * 17 / 13 - 15.59
    assert Measure(13, 2, 17).grade == pytest.approx(2.376, abs=0.001)


# The CMU Pronouncing Dictionary counts 148 syllables in these 110 words from our guides. Single
# words may be wrong by one, "pharmacy" and "account" are; sums are not.
FROM_GUIDES = """
Your phone needs a screen lock first. It may also ask you to turn on Bluetooth. When you log in,
look at the address at the top of your browser. Your GP surgery decides which medicines you can
order. Anyone who uses your phone may see them. You can use a library computer, your own computer
or a tablet. A pharmacist can help with some conditions without an appointment. The same number can
be used for more than one person's account. Check the name of the pharmacy. Follow the screen to
the end, then log out. You do not have to go online. You can call or visit your surgery.
"""


def test_syllables_add_up_to_those_of_a_pronouncing_dictionary() -> None:
    counted = measure([FROM_GUIDES])
    assert counted.words == 110
    assert abs(counted.syllables - 148) <= 3
    assert syllables("a") == 1


def test_a_paragraph_of_four_sentences_is_found_on_its_line() -> None:
    problems = _found("One is. Two is. Three is.\n\nOne is. Two is.\nThree is. Four is.")
    assert [(p.path, p.line) for p in problems] == [(OTHER_GUIDE, saying_line() + 2)]
    assert saying_line() == last_line(OTHER_GUIDE) + 2
    assert problems[0].message == "A paragraph has 4 sentences."


def test_a_mark_inside_a_sentence_does_not_end_it() -> None:
    assert _found("One is. Two is. Stop at / or ? or #.") == []


def test_easy_read_may_have_paragraphs_of_many_short_sentences() -> None:
    tree = translated("en-easyread", "One is. Two is. Three is. Four is.")
    assert list(check_readability(read(tree))) == []
