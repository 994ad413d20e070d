"""practice.toml and pictures: what is wrong is told with file and line."""

from __future__ import annotations

import pytest

from appliance.catalogue.load import load, read
from appliance.catalogue.model import Field
from appliance.errors import ContentError
from tests.catalogue.trees import GUIDE, changed, good

PATH = "practice.toml"
GOOD = """\
guides = ["get-nhs-app"]

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
        ('slug = "email"', 'slug = "E"', 4, '`slug` cannot be "E".'),
        ('"email"\nsays', '"unicorn"\nsays', 6, '`picture` cannot be "unicorn".'),
        ('why = "For codes."\n', "", 3, "`why` is missing."),
        ('kind = "email"', 'kind = "iris"', 10, '`kind` cannot be "iris".'),
        ('screen = "done"', 'screen = "x"', 11, '`screen` names "x", which is not in practice'),
        (', screen = "done"', "", 11, "The choice leads nowhere."),
        ('hint = "Make', 'screen = "done", hint = "Make', 10, "Only a choice leads to a screen."),
        ('guides = ["log-in"]', 'guides = ["gone"]', 15, '`guides` names "gone", which is not in'),
        ('guides = ["log-in"]', "guides = []", 15, "`guides` is missing or empty."),
        ("[[screens]]", "[[screens", 3, "This is not TOML"),
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
    assert (fault.line, fault.message) == (25, '"done" is taken by practice.toml, line 17.')


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
