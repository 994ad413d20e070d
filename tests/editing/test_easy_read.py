"""Easy Read: short sentences, one a line."""

from __future__ import annotations

import pytest

from appliance.catalogue.load import read
from appliance.editing.check import check_for_editors
from appliance.editing.easy_read import MOST_WORDS, check_easy_read
from tests.catalogue.trees import TODAY
from tests.content import whole_tree
from tests.editing.samples import saying_line, translated

LONG = "You " + "can " * (MOST_WORDS - 2) + "go."
LINES_OF_CREDIT = 3  # that a translation has more in its front matter
EASY = "en-easyread"


def _found(words: str, language: str = EASY) -> list[tuple[int, str]]:
    problems = list(check_easy_read(read(translated(language, words))))
    assert all(problem.severity == "warning" for problem in problems)
    assert all(problem.mend.endswith(".") for problem in problems)
    before = saying_line() + LINES_OF_CREDIT
    return [(problem.line - before, problem.message) for problem in problems]


@pytest.mark.parametrize(
    "words",
    [
        LONG,
        "::: idea tick\nYou can.\nYou can go.\n:::",
        "Step 12. Open the app.",
        "## What you need",
        'Say: "I need help. Please call me."',
        "You need:\nA phone.",
        "Is it real?\nLook at it!",
        "Open [the app](site:mind).\nGo on.",
        "The **app** is free.",
    ],
)
def test_what_is_easy_to_read_is_left_alone(words: str) -> None:
    assert _found(words) == []


@pytest.mark.parametrize(
    ("words", "line", "message"),
    [
        (LONG.replace("go", "can go"), 0, "A sentence has 16 words."),
        (f"Go on.\n{LONG.replace('go', 'can go')}", 1, "A sentence has 16 words."),
        ('Say: "' + LONG, 0, "A sentence has 16 words."),
        ("Open it. Go on.", 0, "The line has 2 sentences."),
        ("::: idea tick\nOpen it.\nLook. Go on.\n:::", 2, "The line has 2 sentences."),
        ("Step 1. Open it. Go on.", 0, "The line has 2 sentences."),
        ("Open the app\nand go on.", 0, "The sentence goes on on the next line."),
    ],
)
def test_what_is_hard_to_read_is_told_with_its_line(words: str, line: int, message: str) -> None:
    assert _found(words) == [(line, message)]


@pytest.mark.parametrize("language", ["pl", "pl-easyread"])
def test_the_rules_are_for_easy_read_in_english(language: str) -> None:
    assert _found("Open it. Go on.", language) == []


def test_editors_are_told_and_no_release_is_stopped() -> None:
    problems = check_for_editors(translated(EASY, "Open it. Go on."), TODAY, None)
    assert ("warning", "The line has 2 sentences.") in {(p.severity, p.message) for p in problems}


def test_our_own_easy_read_guides_have_lines_to_judge() -> None:
    tree = whole_tree()
    path = next(path for path in tree if path.startswith("guides/en-easyread/"))
    joined = tree[path].replace(b".\n", b". ")
    assert list(check_easy_read(read(tree))) == []
    assert len(list(check_easy_read(read({**tree, path: joined})))) > 10
