from __future__ import annotations

import pytest

from appliance.catalogue.check import check
from appliance.catalogue.load import load, read
from appliance.catalogue.wording import Synonym, Wording
from appliance.clock import WRITTEN_AT
from tests.content import whole_tree

GOOD = """
small = ["the"]
letters = ["藥药"]

[[synonyms]]
typed = ["tablets", "sick note"]
find = ["medicine"]
english = ["medicines"]
"""


def faults(text: str) -> list[str]:
    return [str(problem) for problem in read({"synonyms/pl.toml": text.encode()}).faults]


def remarks(text: str) -> list[str]:
    return [str(problem) for problem in read({"synonyms/pl.toml": text.encode()}).remarks]


def test_a_languages_words_are_read() -> None:
    synonym = Synonym(("tablets", "sick note"), ("medicine",), ("medicines",))
    tree = {**whole_tree(), "synonyms/pl.toml": GOOD.encode()}
    assert load(tree).wording["pl"] == Wording(("the",), ("藥药",), (synonym,))


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("[[synonyms]]\ntyped = []\nfind = ['a']", 2, "missing or empty"),
        ("[[synonyms]]\ntyped = ['a']", 2, "lead to nothing"),
        ("[[synonyms]]\ntyped = ['a b c d e']\nfind = ['a']", 2, "1 to 4 words"),
        ("letters = ['abc']", 1, "cannot be"),
        ("small = 'the'", 1, "Write a list"),
        ("small = [", 1, "not TOML"),
    ],
)
def test_what_search_could_not_use_is_a_fault_with_its_line(
    text: str, line: int, what: str
) -> None:
    (fault,) = faults(text)
    assert fault.startswith(f"synonyms/pl.toml:{line}: ")
    assert what in fault


def test_a_word_that_stands_twice_is_remarked() -> None:
    twice = "[[synonyms]]\ntyped = ['a']\nfind = ['b']\n[[synonyms]]\ntyped = ['A']\nfind = ['c']"
    (_, remark) = sorted(remarks(twice), key=lambda text: "twice" in text)
    assert "twice" in remark
    assert ":5:" in remark


def test_words_of_a_language_that_is_not_there_are_remarked() -> None:
    assert any("languages.toml" in remark for remark in remarks(GOOD))


def test_the_projects_own_words_have_no_problem() -> None:
    problems = [str(p) for p in check(whole_tree(), WRITTEN_AT.date())]
    assert [problem for problem in problems if problem.startswith("synonyms/")] == []
