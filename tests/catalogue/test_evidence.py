"""Where facts were read: markers are never shown, and no passage goes without one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.catalogue.check import check
from appliance.catalogue.evidence import Fact, facts, loose_markers, part_markers
from appliance.catalogue.load import load, read
from appliance.catalogue.markdown import Labels, to_html, to_plain
from appliance.catalogue.model import Guide, Marker, Problem
from tests.catalogue import trees
from tests.catalogue.trees import GUIDE, OTHER_GUIDE, PATIENTLY, TODAY, added, changed, good

MARKED = """\
First words.[^a][^b]
The second line of it. [^c]

## A heading [^d]

Under the heading,
over two lines.

- its own[^e]
- of the heading
  - inside

::: warning Take care [^f]
Of the block.

- of its own[^g]
:::

After the block.

## Another heading

Nothing.

::: urgent 999 Call 999
1. no source
:::

::: urgent 111 Call 111 [^h]
:::
"""


def guide(text: str) -> Guide:
    body, markers = part_markers(text)
    return replace(load(good()).guides["en", "log-in"], body=body, markers=markers)


def test_every_passage_has_its_own_sources_or_those_of_its_block_or_heading() -> None:
    assert list(facts(guide(MARKED))) == [
        Fact(0, "First words. The second line of it.", ("a", "b", "c")),
        Fact(5, "Under the heading, over two lines.", ("d",)),
        Fact(8, "its own", ("e",)),
        Fact(9, "of the heading", ("d",)),
        Fact(10, "inside", ("d",)),
        Fact(13, "Of the block.", ("f",)),
        Fact(15, "of its own", ("g",)),
        Fact(18, "After the block.", ("d",)),
        Fact(22, "Nothing.", ()),
        Fact(24, "Call 999", ()),
        Fact(25, "no source", ()),
        Fact(28, "Call 111", ("h",)),
    ]


def test_a_source_that_is_named_twice_in_a_passage_counts_once() -> None:
    assert [fact.sources for fact in facts(guide("One.[^a]\nTwo.[^b][^a]"))] == [("a", "b")]


def test_markers_go_with_the_spaces_before_them_and_leave_the_lines() -> None:
    body, markers = part_markers("One. [^a] Two.[^b]\n\nThree.  [^c] [^d]\n")
    assert body == "One. Two.\n\nThree.\n"
    assert markers == (Marker(0, "a"), Marker(0, "b"), Marker(2, "c"), Marker(2, "d"))


@pytest.mark.parametrize("text", ["", "[a](site:mind) [b]", "2^3 [", r"\[^a]", "[^a\n]"])
def test_text_without_markers_stays_as_it_is(text: str) -> None:
    assert part_markers(text) == (text, ())


@PATIENTLY
@given(st.text(st.sampled_from("[]^ab \n\t:-#\\"), max_size=80))
def test_any_text_keeps_its_lines_and_no_marker(text: str) -> None:
    body, markers = part_markers(text)
    assert body.count("\n") == text.count("\n")
    assert part_markers(body) == (body, ())
    lines = {marker.line for marker in markers}
    assert lines <= set(range(text.count("\n") + 1))
    list(facts(guide(text)))


def test_a_marker_on_a_line_of_its_own_is_loose() -> None:
    assert list(loose_markers(guide("One.\n[^a]\n\n## Two [^b]\n"))) == [Marker(1, "a")]


def test_readers_never_see_a_marker() -> None:
    marked, clean = guide(MARKED), guide(part_markers(MARKED)[0])
    assert "[^" not in marked.body
    assert marked.fingerprint == clean.fingerprint
    html = to_html(marked.body, str, Labels()).html
    assert html == to_html(clean.body, str, Labels()).html
    assert "^" not in html + to_plain(marked.body)


def test_a_guide_is_read_without_its_markers_and_keeps_its_lines() -> None:
    one = load(good()).guides["en", "get-nhs-app"]
    assert "[^" not in one.body
    assert {marker.name for marker in one.markers} == {"own", "volunteer-guide"}
    for marker in one.markers:
        line = trees.good()[GUIDE].decode().split("\n")[one.body_line + marker.line - 1]
        assert f"[^{marker.name}]" in line


def test_a_translation_stays_current_when_its_english_guide_gains_a_marker() -> None:
    tree = changed(GUIDE, "2. Search.", "2. Search.[^own]")
    before, after = (load(one).guides["en", "get-nhs-app"] for one in (good(), tree))
    assert before.fingerprint == after.fingerprint
    assert before.markers != after.markers


def _only(tree: dict[str, bytes]) -> Problem:
    (problem,) = check(tree, TODAY)
    assert problem.severity == "error"
    assert problem.mend.endswith(".")
    return problem


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        ("2. Search.", "2. Search.[^x]", "2. Search.", 'The marker "[^x]" names nothing in so'),
        ("(guide:log-in).[^own]", "(guide:log-in).", "Use the", "Nothing says where this is from"),
        ("risk [^own]", "risk", "urgent", "Nothing says where this is from: \"Call 999 if"),
        ("## Install [^vol", "[^own]\n\n## Install [^vol", "## Inst", "The marker \"[^own]\""),
        ("Install [^volunteer-guide]", "Install [^own]", "sources", "No marker in the text names"),
        ('["volunteer-guide"]', "[]", "## Install", 'The source "volunteer-guide" is not in the'),
    ],
)  # fmt: skip
def test_one_fault_of_the_sources_gives_one_problem_on_its_line(
    old: str, new: str, where: str, message: str
) -> None:
    tree = changed(GUIDE, old, new)
    problems = check(tree, TODAY)
    # Words without a source are two passages where a block has its heading and a line below it.
    start = message[:20]
    assert {problem.message[: len(start)] for problem in problems} == {start}
    assert (problems[0].path, problems[0].line) == (GUIDE, trees.line_of(GUIDE, where))
    assert problems[0].message.startswith(message)
    assert all(problem.severity == "error" for problem in problems)


def test_a_paragraph_without_a_source_is_an_error_though_it_is_shown() -> None:
    tree = added(OTHER_GUIDE, "\n## More\n\nYou must be aged 13 or over.\n")
    assert _only(tree).line == trees.last_line(OTHER_GUIDE) + 4
    assert read(tree).faults == []


def test_a_translation_needs_no_markers_but_may_not_name_unknown_sources() -> None:
    tree = trees.in_polish(good())
    path = GUIDE.replace("/en/", "/pl/")
    bare = tree[path].replace(b"[^own]", b"").replace(b"[^volunteer-guide]", b"")
    assert check({**tree, path: bare}, TODAY) == []
    wrong = bare.replace(b"2. Search.", b"2. Search.[^x]")
    assert _only({**tree, path: wrong}).path == path


def test_sources_that_cannot_be_read_are_not_called_unknown() -> None:
    assert _only({**good(), "sources.toml": b"["}).path == "sources.toml"


def test_no_source_may_take_the_name_of_our_own_words() -> None:
    source = good()["sources.toml"].decode().replace("volunteer-guide", "own")
    tree = added("sources.toml", source.replace("/guide", "/own"))
    assert _only(tree).message == 'No source can be called "own".'
