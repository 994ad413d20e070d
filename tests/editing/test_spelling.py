from __future__ import annotations

import sys

import pytest

from appliance.catalogue.load import read
from appliance.catalogue.model import Problem
from appliance.editing.spelling import (
    OWN_WORDS,
    Dictionary,
    DictionaryError,
    check_spelling,
    open_dictionary,
)
from tests.catalogue import trees
from tests.catalogue.trees import OTHER_GUIDE
from tests.editing.samples import Words, dictionary, good, saying, saying_line, translated


def _found(tree: dict[str, bytes], by: Dictionary | None = None) -> list[Problem]:
    return list(check_spelling(read(tree), tree, by or dictionary()))


@pytest.mark.parametrize("word", ["recieve", "color", "organisaton", "Tueday", "wednesday"])
def test_a_word_that_is_not_british_is_found_on_its_line(word: str) -> None:
    problems = _found(saying(f"Some words.\nThis is {word} here."))
    assert [(p.path, p.line, p.severity, p.message) for p in problems] == [
        (OTHER_GUIDE, saying_line() + 1, "warning", f'"{word}" is not in the British dictionary.')
    ]
    assert problems[0].mend.endswith(f"add it to {OWN_WORDS}.")


def test_the_likeliest_words_are_offered() -> None:
    assert 'Perhaps "receive"' in _found(saying("You recieve it."))[0].mend


@pytest.mark.parametrize(
    "words",
    [
        "The colour of the centre. It’s yours, isn't it? The GP's door, patients’ doors.",
        "Codes such as CID4002, H1 and 5pm. Use BSL, NHS and PIF TICK.",
        "Write to jo@samaritans.org or look at www.nhsapp.service.nhs.uk/login and patient.info.",
        "A log-in page, a re-check and an easy-to-read text. The Samaritans' door.",
        "Cafés are naïve.",
    ],
)
def test_right_words_names_codes_and_addresses_are_left_alone(words: str) -> None:
    assert _found(saying(words)) == []


def test_words_of_the_projects_own_list_are_right() -> None:
    tree = saying("Ask Frobnicate and frobnicates.")
    assert [p.message[:12] for p in _found(tree)] == ['"Frobnicate"', '"frobnicates']
    own = b"# ours\n\nFrobnicate   # a name\nfrobnicates\nSamaritans\n"
    assert _found({**tree, OWN_WORDS: own}) == []


def test_a_name_of_the_list_keeps_its_capital() -> None:
    tree = {**saying("Ask frobnicate."), OWN_WORDS: b"Frobnicate\nSamaritans\n"}
    assert len(_found(tree)) == 1


def test_a_list_that_is_missing_or_no_text_is_an_empty_one() -> None:
    assert _found({**good(), OWN_WORDS: b"\xff\xfe"}) == []
    assert _found(trees.good()) == []


def test_the_dictionary_is_asked_once_for_a_word() -> None:
    words = Words("one")
    tree = saying("Zzz zzz zzz zzz one one.")
    assert sum("zzz" in p.message.lower() for p in _found(tree, words)) == 4
    assert words.asked.count("zzz") == 2  # as it stands, and its only part
    assert words.asked.count("one") == 1


def test_other_languages_are_not_measured_by_an_english_dictionary() -> None:
    assert _found(translated("pl", "Potrzebujesz numeru telefonu.")) == []


def test_a_machine_without_enchant_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "enchant", None)
    with pytest.raises(DictionaryError, match="Spelling was not checked") as caught:
        open_dictionary()
    assert "hunspell-en-gb" in caught.value.advice


def test_a_machine_without_a_british_dictionary_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("appliance.editing.spelling.LANGUAGE", "xx_XX")
    with pytest.raises(DictionaryError, match="no British dictionary"):
        open_dictionary()
