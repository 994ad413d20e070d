from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import printable
from appliance.release.difference import compare, in_names, in_numbers, in_words
from tests.ceremony import site_in_leeds
from tests.content import GUIDE, real_tree


def test_records_are_counted_by_kind() -> None:
    old = real_tree()
    new = {
        **old,
        GUIDE: old[GUIDE] + b"\nMore.\n",
        "guides/en/login-on-web.md": old["guides/en/login-on-web.md"] + b"\nMore.\n",
        "sites.toml": old["sites.toml"] + site_in_leeds("leeds-care"),
    }
    changes = compare(old, new)
    assert in_numbers(changes) == "2 guides changed, 1 site added"
    assert in_names(changes) == [
        "guide changed: en/get-nhs-app",
        "guide changed: en/login-on-web",
        "site added: leeds-care",
        "file changed: guides/en/get-nhs-app.md",
        "file changed: guides/en/login-on-web.md",
        "file changed: sites.toml",
    ]
    assert in_numbers(compare(new, old)) == "2 guides changed, 1 site removed"


def test_what_no_page_shows_is_told_too() -> None:
    new = {**real_tree(), "sites.toml": real_tree()["sites.toml"] + b"# a remark\n", "x.bin": b"\0"}
    assert in_numbers(compare(real_tree(), new)) == "1 file changed, 1 file added"


def test_nothing_changes() -> None:
    assert in_numbers(compare(real_tree(), real_tree())) == "nothing changes"


def test_words_are_marked_with_the_line_where_they_stand_now() -> None:
    old = {"a.txt": b"one\ntwo three four\nfive\n", "b.bin": b"\xff"}
    new = {"a.txt": b"zero\none\ntwo THREE four\nfive\n", "b.bin": b"\xfe", "c.txt": b"new"}
    assert list(in_words(old, new)) == [
        "--- a.txt (changed)",
        "    1  {+zero+}",
        "    3  two [-three-]{+THREE+} four",
        "--- b.bin (changed)",
        "    not a text: its bytes differ",
        "--- c.txt (added)",
        "    1  {+new+}",
    ]


_trees = st.dictionaries(
    st.sampled_from(["a.toml", "sites.toml", "guides/en/a.md", "x"]), st.binary(max_size=60)
)


@given(_trees, _trees)
def test_every_file_that_differs_is_named_whatever_its_bytes(
    old: dict[str, bytes], new: dict[str, bytes]
) -> None:
    differing = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
    named = {line.split(": ")[1] for line in in_names(compare(old, new)) if line[:4] == "file"}
    assert named == differing
    assert len([line for line in in_words(old, new) if line.startswith("--- ")]) == len(differing)


@given(st.text())
def test_nothing_that_moves_a_terminals_cursor_is_printed(text: str) -> None:
    assert not any(sign in printable(text) for sign in "\x1b\r\n\x08\x9b\u202e\u2066\u200f")
