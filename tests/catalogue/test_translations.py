from __future__ import annotations

import pytest

from appliance.catalogue.check import check
from appliance.catalogue.load import load
from appliance.catalogue.model import Section
from appliance.errors import ContentError
from tests.catalogue.trees import TODAY, good

PATH = "handouts/pl.toml"
POLISH = """\
[[languages]]
code = "pl"
name = "Polski"
english_name = "Polish"
direction = "ltr"
"""
WORDS = """\
[[handouts]]
slug = "before-you-start"
title = "Zanim zaczniesz"
lead = "Weź to ze sobą."
translated_by = "Help Point project"
checked_by = ""
english = "FINGERPRINT"
[[handouts.sections]]
heading = "Weź"
items = [
  "Własny adres e-mail",
  "Telefon",
]
"""


def tree(words: str = WORDS, english: tuple[str, str] = ("", "")) -> dict[str, bytes]:
    """The good tree in two languages, with a Polish handout made from the English one."""
    files = good()
    files["languages.toml"] += b"\n" + POLISH.encode()
    current = load(files).handouts["before-you-start"].fingerprint
    old, new = (text.encode() for text in english)
    files["handouts.toml"] = files["handouts.toml"].replace(old, new)
    return {**files, PATH: words.replace("FINGERPRINT", current).encode()}


def problems(words: str, english: tuple[str, str] = ("", "")) -> list[tuple[str, int, str]]:
    found = check(tree(words, english), TODAY)
    return [(problem.severity, problem.line, problem.message) for problem in found]


def test_a_translation_has_its_words_and_the_english_rest() -> None:
    catalogue = load(tree())
    made, original = catalogue.handout("pl", "before-you-start"), catalogue.handouts
    assert made is not None
    assert made.translation is not None
    assert (made.language, made.title) == ("pl", "Zanim zaczniesz")
    assert made.sections == (Section("checklist", "Weź", ("Własny adres e-mail", "Telefon")),)
    assert (made.codes, made.review) == (("nhs-app-download",), original["before-you-start"].review)
    assert made.translation.english == original["before-you-start"].fingerprint
    assert check(tree(), TODAY) == []


def test_handouts_are_found_by_their_language() -> None:
    catalogue = load(tree())
    assert [handout.language for handout in catalogue.all_handouts()] == ["en", "pl"]
    assert [handout.title for handout in catalogue.handouts_in("pl")] == ["Zanim zaczniesz"]
    assert catalogue.handouts_in("cy") == ()
    assert catalogue.handout("en", "before-you-start") is catalogue.handouts["before-you-start"]
    assert catalogue.handout("pl", "gone") is None


@pytest.mark.parametrize(
    ("changed", "line", "message"),
    [
        (("before-you-start", "after-you-start"), 2, '`slug` is "after-you-start", which is not'),
        (('  "Telefon",\n', ""), 10, "There are 1 items; in English there are 2."),
        (('heading = "Weź"', 'heading = ""'), 9, '`heading` is ""; in English it is "Bring".'),
        (('title = "Zanim', 'titel = "Zanim'), 1, "`title` is missing."),
        (("FINGERPRINT", "the English one"), 7, "`english` cannot be"),
        (("[[handouts.sections]]", "[[handouts.parts]]"), 1, "`sections` is missing or empty."),
    ],
)
def test_what_cannot_stand_beside_the_english_is_refused_on_its_line(
    changed: tuple[str, str], line: int, message: str
) -> None:
    words = WORDS.replace(*changed)
    found = [problem for problem in problems(words) if problem[2].startswith(message)]
    assert found[0][:2] == ("error", line)
    with pytest.raises(ContentError, match=PATH):
        load(tree(words))


def test_other_sections_than_in_english_are_refused() -> None:
    words = WORDS + '[[handouts.sections]]\nheading = ""\nitems = ["Więcej"]\n'
    assert problems(words) == [("error", 8, "There are 2 sections; the English handout has 1.")]


def test_an_older_translation_of_another_shape_is_left_out_and_told() -> None:
    longer = ('  "Your phone",\n', '  "Your phone",\n  "Your charger",\n')
    assert problems(WORDS, longer) == [
        ("warning", 10, "There are 2 items; in English there are 3.")
    ]
    assert load(tree(WORDS, longer)).handouts_in("pl") == ()


def test_an_older_translation_of_the_same_shape_is_shown() -> None:
    catalogue = load(tree(WORDS, ("Your phone", "Your mobile phone")))
    (made,) = catalogue.handouts_in("pl")
    assert made.translation is not None
    assert made.translation.english != catalogue.handouts["before-you-start"].fingerprint


def test_the_same_handout_twice_is_refused() -> None:
    assert problems(WORDS + WORDS)[0][2].startswith('"before-you-start" is translated already')


def test_english_words_have_one_place() -> None:
    files = tree()
    files["handouts/en.toml"] = files.pop(PATH)
    with pytest.raises(ContentError, match="is written in this language"):
        load(files)


def test_a_language_that_does_not_exist_is_refused() -> None:
    files = tree()
    files["handouts/cy.toml"] = files.pop(PATH)
    with pytest.raises(ContentError, match='`language` names "cy"'):
        load(files)


def test_nothing_is_said_of_translations_while_the_english_list_cannot_be_read() -> None:
    files = {**tree(), "handouts.toml": b"[["}
    assert [problem.path for problem in check(files, TODAY)] == ["handouts.toml"]


@pytest.mark.parametrize(
    ("english", "polish", "lost"),
    [
        ("Call 999.", "Zadzwoń.", ["999"]),
        ("Call 0808 2000 247.", "Zadzwoń: 0808 2000 248.", ["0808 2000 247"]),
        ("Call 116 123.", "Zadzwoń pod 116 123!", []),
        ("See 999bsl.co.uk.", "Zobacz 999bsl.co.uk", []),
        ("See www.nhs.uk/app/", "Zobacz www.nhs.uk", ["www.nhs.uk/app/"]),
        ("Call 111 or 999.", "Zadzwoń: ١١١ lub 999.", ["111"]),
        ("Bring 3 details.", "Weź trzy dane.", []),
    ],
)
def test_lost_numbers_and_addresses_are_found(english: str, polish: str, lost: list[str]) -> None:
    found = check(tree(WORDS.replace("Telefon", polish), ("Your phone", english)), TODAY)
    said = [problem for problem in found if "stands in the English text" in problem.message]
    assert [problem.message.split('"')[1] for problem in said] == lost
    assert all((problem.line, problem.severity) == (12, "error") for problem in said)


def test_translations_are_read_as_words_of_their_language() -> None:
    # A sentence of 26 words is too long in English only; an unknown address in any language.
    assert problems(WORDS.replace("Telefon", "słowo " * 30 + "słowo.")) == []
    ((_, line, message),) = problems(WORDS.replace("Telefon", "https://a.uk/"))
    assert (line, message.split(" is not")[0]) == (12, "The address https://a.uk/")
