from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from appliance.catalogue.lines import find_lines, split_guide
from tests.catalogue.trees import PATIENTLY

TEXT = '''\
# first line
top = 1

[[sites]]
slug = "a"  # ] } , = "
"url" = """
two
lines"""
topics = [
  "one",

  "two", # comment, with a comma
]
[[sites]]
slug = 'b'
contacts = [
  { kind = "call", note = "x, y" },
  { kind = "text",
    note = """"quoted"""" },
]
[[sites.parts]]
name.inner = 1.5
[[sites.parts]]
items = [[1, 2],
  [3]]
[other.table]
when = 2026-11-22
last = true'''


def test_every_key_is_found_on_its_line() -> None:
    # tomllib of Python 3.11 has no line ends in inline tables; the finder does not mind them.
    lines = find_lines(TEXT).by_key
    expected = {
        (): 1,
        ("top",): 2,
        ("sites", 0): 4,
        ("sites", 0, "slug"): 5,
        ("sites", 0, "url"): 6,
        ("sites", 0, "topics"): 9,
        ("sites", 0, "topics", 0): 10,
        ("sites", 0, "topics", 1): 12,
        ("sites", 1): 14,
        ("sites", 1, "slug"): 15,
        ("sites", 1, "contacts"): 16,
        ("sites", 1, "contacts", 0): 17,
        ("sites", 1, "contacts", 0, "note"): 17,
        ("sites", 1, "contacts", 1): 18,
        ("sites", 1, "contacts", 1, "note"): 19,
        ("sites", 1, "parts", 0): 21,
        ("sites", 1, "parts", 0, "name", "inner"): 22,
        ("sites", 1, "parts", 1, "items", 0, 1): 24,
        ("sites", 1, "parts", 1, "items", 1): 25,
        ("sites", 1, "parts", 1, "items", 1, 0): 25,
        ("other", "table", "when"): 27,
        ("other", "table", "last"): 28,
    }
    assert {key: lines.get(key) for key in expected} == expected


def test_a_key_that_is_not_written_stands_where_it_belongs() -> None:
    lines = find_lines(TEXT)
    assert lines.of(("sites", 1, "publisher")) == 14
    assert lines.of(("sites", 1, "contacts", 1, "shown")) == 18
    assert lines.of(("nothing",)) == 1


def test_a_block_at_the_very_end_of_the_text_is_found() -> None:
    assert find_lines("a = 1\n[[sites]]").of(("sites", 0)) == 2


def test_front_matter_lines_are_counted_from_the_top_of_the_file() -> None:
    parts = split_guide('+++\nslug = "a"\ntitle = "b"\n+++\n\nText.\n')
    assert parts is not None
    assert find_lines(parts.front, first_line=2).of(("title",)) == 3
    assert parts.body == "\nText.\n"
    assert parts.body_line == 5


def test_a_guide_without_two_fences_is_not_split() -> None:
    assert split_guide("") is None
    assert split_guide('+++\nslug = "a"\n') is None
    assert split_guide('Text\n+++\nslug = "a"\n+++\n') is None


_NAMES = st.from_regex(r"[a-z]{1,5}", fullmatch=True)
_VALUES = st.one_of(
    st.integers(-5, 5).map(str),
    st.sampled_from(['"a # b"', "'c = d'", '"""e\n]\nf"""', "'''g\n'''", "2026-11-22", "true"]),
    st.sampled_from(["[]", "[1, 2]", '[\n"x",\n# note\n"y"]', "{ k = 1 }", "[{ k = [1] }]"]),
)


@PATIENTLY
@given(st.lists(st.dictionaries(_NAMES, _VALUES, max_size=4), max_size=4))
def test_lines_agree_with_where_the_text_was_written(blocks: list[dict[str, str]]) -> None:
    text, expected = "", {}
    for number, block in enumerate(blocks):
        text += "[[t]]\n"
        for name, value in block.items():
            expected["t", number, name] = text.count("\n") + 1
            text += f"{name} = {value}\n"
    tomllib.loads(text)
    found = find_lines(text)
    assert {key: found.of(key) for key in expected} == expected


@PATIENTLY
@given(st.text(st.sampled_from("[]{}\"'=,.#\n \\ab1"), max_size=60))
def test_any_text_can_be_searched(text: str) -> None:
    assert all(line >= 1 for line in find_lines(text).by_key.values())
