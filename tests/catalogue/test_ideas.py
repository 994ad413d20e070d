"""Ideas, the blocks of Easy Read: a picture and a few lines."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from appliance.catalogue.blocks import BlockName
from appliance.catalogue.check import check
from tests.catalogue import trees
from tests.catalogue.trees import OTHER_GUIDE, TODAY, added


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ("You can.\n- a\n- b", "The block `idea` holds a list."),
        ("1. You can.", "The block `idea` holds a list."),
        ("#### You [^own]\n\nYou can.", "The block `idea` holds a heading."),
        ("", "The block `idea` has no words."),
        ("One.\nTwo.\nThree.\nFour.", "The block `idea` has 4 lines."),
        ("One.\n\nTwo.\n\nThree.\nFour.", "The block `idea` has 4 lines."),
    ],
)
def test_an_idea_that_is_more_than_a_few_lines_is_found(inside: str, message: str) -> None:
    tree = added(OTHER_GUIDE, f"\n### More [^own]\n\n::: idea tick [^own]\n{inside}\n:::\n")
    (problem,) = check(tree, TODAY)
    assert (problem.line, problem.severity) == (trees.last_line(OTHER_GUIDE) + 4, "error")
    assert problem.message == message
    assert problem.mend.endswith(".")


@pytest.mark.parametrize(
    "inside", ["One.", "One.\nTwo.\nThree.", "One.\n\n**Two** is [it](site:mind)."]
)
def test_an_idea_of_a_few_lines_is_fine(inside: str) -> None:
    assert check(added(OTHER_GUIDE, f"\n::: idea tick\n{inside}\n:::\n"), TODAY) == []


def test_the_mend_of_an_unknown_block_names_every_block_there_is() -> None:
    (problem,) = [
        p for p in check(added(OTHER_GUIDE, "\n::: table\n"), TODAY) if "table" in p.message
    ]
    names = {name.partition("-")[0] for name in get_args(BlockName)}
    assert names <= set(re.findall(r"[a-z]+", problem.mend))
