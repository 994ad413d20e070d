from __future__ import annotations

import pytest

from appliance.catalogue.check import check
from appliance.catalogue.load import read
from appliance.catalogue.words import all_words, is_english, is_plain_english, sentences
from tests.catalogue import trees
from tests.catalogue.trees import GUIDE, OTHER_GUIDE, TODAY
from tests.editing.samples import translated

LONG = "Word " * 26


def test_every_piece_of_text_is_found_where_it_stands() -> None:
    found = {(words.path, words.line, words.text) for words in all_words(read(trees.good()))}
    for path, words in (
        ("topics.toml", "NHS account"),
        ("topics.toml", "Set up and log in."),
        ("sites.toml", "Information and support."),
        ("links.toml", "Where to get the app."),
        ("helplines.toml", "24 hours a day, every day"),
        ("helplines.toml", "Free from any phone."),
        ("handouts.toml", "Bring these things."),
        ("handouts.toml", "Your own email address"),
        (GUIDE, "How do I install it?"),
        (GUIDE, "use your own phone"),
        (OTHER_GUIDE, "You need your password."),
    ):
        assert (path, trees.line_of(path, words), words) in found


def test_names_that_others_chose_are_no_words_of_ours() -> None:
    texts = {words.text for words in all_words(read(trees.good()))}
    assert not texts & {"Mind", "Samaritans", "NHS England", "116 123"}


def test_words_know_their_language() -> None:
    languages = {words.language for words in all_words(read(translated("pl", "Tak.")))}
    assert languages == {"en", "pl"}


def test_a_line_inside_a_text_is_counted() -> None:
    tree = trees.added(OTHER_GUIDE, "\nOne\ntwo\nthree.\n")
    (words,) = [w for w in all_words(read(tree)) if w.text.startswith("One")]
    assert words.line_at(words.text.index("three")) == trees.last_line(OTHER_GUIDE) + 4


@pytest.mark.parametrize(
    ("language", "is_english_too", "is_plain"),
    [("en", True, True), ("en-easyread", True, False), ("pl", False, False), ("enm", False, False)],
)
def test_rules_for_english_hold_for_english(
    language: str, is_english_too: bool, is_plain: bool
) -> None:
    assert is_english(language) is is_english_too
    assert is_plain_english(language) is is_plain


def test_sentences_are_told_with_their_places() -> None:
    assert list(sentences("One is. Two is!")) == [(0, "One is."), (8, "Two is!")]


def test_words_in_a_sentence_are_counted_in_english_only() -> None:
    for language, count in (("pl", 0), ("en-easyread", 1)):
        problems = check(translated(language, LONG), TODAY)
        assert sum("A sentence has" in problem.message for problem in problems) == count
