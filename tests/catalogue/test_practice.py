"""practice.toml and pictures: what is wrong is told with file and line."""

from __future__ import annotations

from datetime import date

import pytest

from appliance.catalogue.check import check
from appliance.catalogue.load import load, read
from appliance.catalogue.model import Field, Problem
from appliance.catalogue.review import Reviewed
from appliance.errors import ContentError
from tests.catalogue.trees import GUIDE, TODAY, changed, good

PATH = "practice.toml"
GOOD = """\
guides = ["get-nhs-app"]
reviewed = 2026-11-22
review_every_months = 2

[[screens]]
slug = "email"
title = "Give your email address"
picture = "email"
says = "Say which one."
why = "For codes."
fields = [
  { kind = "email", label = "Email address", hint = "Make one up." },
  { kind = "choice", label = "I have none", screen = "done" },
]
button = "Go on"
tip = "Ask first."
guides = ["log-in"]

[[screens]]
slug = "done"
title = "Done"
says = "That is all."
why = "Nothing is left."
tip = "Do it again."
guides = ["log-in"]
"""


def tree(old: str = "", new: str = "") -> dict[str, bytes]:
    assert old in GOOD
    return {**good(), PATH: GOOD.replace(old, new, 1).encode()}


def test_screens_are_read_in_order_with_what_may_be_left_out() -> None:
    catalogue = load(tree())
    assert catalogue.practice.guides == ("get-nhs-app",)
    assert list(catalogue.screens) == ["email", "done"]
    assert catalogue.screens["email"].fields == (
        Field("email", "Email address", "Make one up.", ""),
        Field("choice", "I have none", "", "done"),
    )
    done = catalogue.screens["done"]
    assert (done.button, done.warning, done.picture, done.fields) == ("", "", "", ())


def test_without_the_file_there_is_no_practice() -> None:
    assert load(good()).screens == {}
    assert load(good()).practice.guides == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('["get-nhs-app"]', '["nowhere"]', 1, '`guides` names "nowhere", which is not in guides/.'),
        ('guides = ["get-nhs-app"]', "guides = 1", 1, "`guides` cannot be 1."),
        ("reviewed = 2026-11-22\n", "", 1, "`reviewed` is missing."),
        ("months = 2", "months = 0", 3, "`review_every_months` cannot be 0."),
        ('slug = "email"', 'slug = "E"', 6, '`slug` cannot be "E".'),
        ('"email"\nsays', '"unicorn"\nsays', 8, '`picture` cannot be "unicorn".'),
        ('why = "For codes."\n', "", 5, "`why` is missing."),
        ('kind = "email"', 'kind = "iris"', 12, '`kind` cannot be "iris".'),
        ('screen = "done"', 'screen = "x"', 13, '`screen` names "x", which is not in practice'),
        (', screen = "done"', "", 13, "The choice leads nowhere."),
        ('hint = "Make', 'screen = "done", hint = "Make', 12, "Only a choice leads to a screen."),
        ('guides = ["log-in"]', 'guides = ["gone"]', 17, '`guides` names "gone", which is not in'),
        ('guides = ["log-in"]', "guides = []", 17, "`guides` is missing or empty."),
        ("[[screens]]", "[[screens", 5, "This is not TOML"),
    ],
)  # fmt: skip
def test_fault_in_practice_is_told_with_its_line(
    old: str, new: str, line: int, message: str
) -> None:
    faults = read(tree(old, new)).faults
    assert [(fault.path, fault.line) for fault in faults] == [(PATH, line)]
    assert faults[0].message.startswith(message)
    assert faults[0].mend


def test_two_screens_of_one_name_are_told_apart_by_their_lines() -> None:
    (fault,) = read({**good(), PATH: (GOOD + GOOD[GOOD.rindex("[[") :]).encode()}).faults
    assert (fault.line, fault.message) == (27, '"done" is taken by practice.toml, line 19.')


@pytest.mark.parametrize("where", ["guides = [", "slug = ", "{ kind = "])
def test_field_that_does_not_exist_is_a_remark(where: str) -> None:
    new = where.replace("{ ", '{ colour = "red", ') if "{" in where else f'colour = "red"\n{where}'
    found = read(tree(where, new))
    assert found.faults == []
    (remark,) = found.remarks
    assert remark.message == 'There is no field "colour" here.'


def test_screens_have_their_tables_as_other_lists_have() -> None:
    found = read(tree())
    assert [name for name, _, _ in found.records("screens")] == ["email", "done"]


@pytest.mark.parametrize("name", ["unicorn", ""])
def test_picture_that_there_is_not_is_told_with_its_line(name: str) -> None:
    spoilt = changed(GUIDE, "### Help\n", f"### Help\n\n::: idea {name}\nA.\n:::\n")
    (fault,) = read(spoilt).faults
    line = spoilt[GUIDE].decode().split("\n").index(f"::: idea {name}") + 1
    assert (fault.path, fault.line) == (GUIDE, line)
    assert fault.message == f'There is no picture "{name}".'
    with pytest.raises(ContentError, match="There is no picture"):
        load(spoilt)


def test_a_guide_with_pictures_is_read() -> None:
    words = "::: idea tick\nA good idea.\n:::\n"
    catalogue = load(changed(GUIDE, "### Help\n", f"### Help\n\n{words}"))
    assert words in catalogue.guides["en", "get-nhs-app"].body


def test_a_guide_cannot_take_the_address_of_the_practice() -> None:
    spoilt = {path.replace("log-in", "practice"): data.replace(b"log-in", b"practice")
              for path, data in good().items()}  # fmt: skip
    assert [f.message for f in read(spoilt).faults] == [
        '"practice" is the address of another page.'
    ]


def _problem(old: str, new: str, today: date = TODAY) -> Problem:
    (problem,) = check(tree(old, new), today)
    assert problem.severity == "error"
    assert problem.mend.endswith(".")
    return problem


def test_the_good_practice_has_no_problems() -> None:
    assert check(tree(), TODAY) == []


def test_practice_must_be_read_through_as_guides_must() -> None:
    assert load(tree()).practice.review == Reviewed(date(2026, 11, 22), 2)
    assert not [p for p in check(tree(), date(2027, 1, 22)) if p.path == PATH]
    due = _problem("", "", date(2027, 1, 23))
    assert (due.path, due.line) == (PATH, 2)
    assert due.message == "The review was due on 22 January 2027."
    future = _problem("2026-11-22", "2026-11-23")
    assert (future.line, future.message[:27]) == (2, "`reviewed` is 23 November 2")


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('title = "Done"', 'title = "Give your EMAIL address"', 21, "`title` is "),
        ('guides = ["log-in"]', 'guides = ["log-in", "log-in"]', 17, "`guides` names"),
        ('["get-nhs-app"]', '["log-in", "log-in"]', 1, "`guides` names \"log-in\" twice."),
    ],
)  # fmt: skip
def test_what_lists_must_not_do_practice_must_not_do(
    old: str, new: str, line: int, message: str
) -> None:
    problem = _problem(old, new)
    assert (problem.path, problem.line) == (PATH, line)
    assert problem.message.startswith(message)
