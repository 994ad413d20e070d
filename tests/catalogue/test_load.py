from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.catalogue.check import check
from appliance.catalogue.decode import MAX_FILE_BYTES, MAX_GUIDE_BYTES, MAX_LINE_CHARS
from appliance.catalogue.load import LISTS, load, read
from appliance.catalogue.model import Catalogue, Contact, Section
from appliance.errors import ContentError
from appliance.files import read_tree
from tests.catalogue import trees
from tests.catalogue.trees import GUIDE, PATIENTLY, changed, good

CONTENT = Path(__file__).parents[2] / "content"


def test_the_good_tree_becomes_a_catalogue() -> None:
    catalogue = load(good())
    guide = catalogue.guides["en", "get-nhs-app"]
    assert guide.title == "Get the NHS App"
    assert guide.audience == ("patron", "carer")
    assert guide.review.next_review == date(2027, 2, 22)
    assert guide.body.split("\n")[1].startswith("Use the [download page]")
    assert good()[GUIDE].decode().split("\n")[guide.body_line].startswith("Use the [download")
    assert [site.slug for site in catalogue.listed_sites()] == ["mind"]
    assert list(catalogue.sites) == ["mind", "nhs-app-download"]
    assert catalogue.helplines["samaritans"].contacts[0] == Contact(
        "call", "116 123", "tel:116123", "Free from any phone."
    )
    assert catalogue.handouts["before-you-start"].sections == (
        Section("checklist", "Bring", ("Your own email address", "Your phone")),
    )


def test_nothing_becomes_an_empty_catalogue() -> None:
    assert load({}) == Catalogue()


def test_the_files_order_is_kept() -> None:
    topics = "".join(f'[[topics]]\nslug = "{s}"\ntitle = "{s}"\nsummary = "S."\n' for s in "zam")
    assert list(load({"topics.toml": topics.encode()}).topics) == ["z", "a", "m"]


def test_lists_that_may_be_empty_may_be_left_out() -> None:
    guide = load(good()).guides["en", "log-in"]
    assert (guide.links, guide.related, guide.sources) == ((), (), ())


def test_files_of_other_parts_are_passed_over() -> None:
    others = {
        "README.md": b"# Content",
        "guides/pl/README.md": b"",
        "interface/notes.txt": b"\xff",
        "synonyms/notes.txt": b"\xff",
        "picture.png": b"\x89PNG",
    }
    assert load({**good(), **others}) == load(good())
    assert check({**good(), **others}, trees.TODAY) == []


def test_newer_content_with_unknown_fields_and_files_is_still_shown() -> None:
    newer = changed("topics.toml", "summary", 'icon = "key"\nsummary')
    assert load({**newer, "videos.toml": b"[[videos]]"}) == load(good())


def test_content_whose_review_is_due_is_still_shown() -> None:
    old = changed(GUIDE, "reviewed = 2026-11-22", "reviewed = 2020-01-01")
    assert load(old).guides["en", "get-nhs-app"].review.is_due(trees.TODAY)


def test_line_ends_of_windows_are_read_the_same() -> None:
    tree = {path: data.replace(b"\n", b"\r\n") for path, data in good().items()}
    assert load(tree) == load(good())


def test_a_byte_order_mark_is_passed_over() -> None:
    assert load({path: b"\xef\xbb\xbf" + data for path, data in good().items()}) == load(good())


def test_the_first_fault_is_named_and_the_others_counted() -> None:
    tree = changed("sites.toml", 'name = "Mind"\nurl = "https:', 'name = 5\nurl = "http:')
    with pytest.raises(ContentError, match=r"^sites\.toml:3: error: `name` cannot be 5\..* And 1"):
        load(tree)


def test_one_fault_is_told_alone() -> None:
    with pytest.raises(ContentError, match=r"^topics\.toml:1: .* Mend: Write [^A]*\.$"):
        load(changed("topics.toml", 'title = "NHS account"\n', ""))


HOSTILE = [
    ("sites.toml", b"\xff\xfe", 1, "The text is not UTF-8."),
    ("sites.toml", b"# one\n# two \xc3", 2, "The text is not UTF-8."),
    ("sites.toml", b"# one\n# \x00", 2, "There is a control character in the line."),
    ("sites.toml", b"#" * (MAX_FILE_BYTES + 1), 0, "The file has 2000001 bytes; 2000000 are"),
    ("sites.toml", b"#" * (MAX_LINE_CHARS + 1), 1, "The line is longer than 4000 characters."),
    ("sites.toml", b"a = 1\nb = = 2\n", 2, "This is not TOML: Invalid value."),
    ("sites.toml", b"a = 1\na = 2\n", 2, "This is not TOML: Cannot overwrite a value."),
    ("sites.toml", b'a = 1\nb = """\n\n', 2, "This is not TOML: Unterminated string."),
    ("sites.toml", b"a = " + b"9" * 5000, 1, "The line is longer than 4000 characters."),
    ("sites.toml", b"a = " + b"[\n" * 3000, 0, "Lists or tables stand inside each other too deep."),
    ("sites.toml", b"sites = 5", 1, "`sites` cannot be 5."),
    ("sites.toml", b"sites = [5]", 1, "`sites` cannot hold 5."),
    ("sites.toml", b"[sites]\nslug = 'a'", 1, "`sites` cannot be a table."),
    ("sites.toml", b"[[sites]]", 1, "`slug` is missing."),
    (GUIDE, b"", 1, "The front matter is not between two lines of `+++`."),
    (GUIDE, b'\n\n+++\nslug = "a"\n+++', 1, "The front matter is not between two lines of `+++`."),
    (GUIDE, b"+++\n\nslug = \n+++", 3, "This is not TOML: Invalid value."),
    (GUIDE, b"+++\n\nslug = \n\na = 1\n+++", 3, "This is not TOML: Invalid value."),
    (GUIDE, b"+++\n+++\n" + b"a\n" * MAX_GUIDE_BYTES, 0, "The file has 200008 bytes; 100000 are"),
]


@pytest.mark.parametrize(("path", "data", "line", "message"), HOSTILE)
def test_hostile_file_is_refused_at_its_line(
    path: str, data: bytes, line: int, message: str
) -> None:
    tree = {**good(), path: data}
    first = next(fault for fault in read(tree).faults if fault.path == path)
    assert first.line == line
    assert first.message.startswith(message)
    with pytest.raises(ContentError):
        load(tree)


HOSTILE_VALUES = [
    ("5", "5"),
    ("true", "true"),
    ("1.5", "a number with a point"),
    ("nan", "a number with a point"),
    ("[]", "a list"),
    ("{}", "a table"),
    ("2026-11-22", "2026-11-22"),
    ("2026-11-22T10:00:00Z", "a date with a time, or a time"),
    ("10:00:00", "a date with a time, or a time"),
    ('""', '""'),
    ('" a"', '" a"'),
    ('"a\\u0000b"', '"a\x00b"'),
    ('"a\\nb"', '"a\nb"'),
    ("0x" + "f" * 3900, "a very large number"),
    ('"' + "a" * 301 + '"', '"' + "a" * 40 + '…" (301 characters)'),
]


@pytest.mark.parametrize(("written", "shown"), HOSTILE_VALUES)
def test_value_of_a_wrong_kind_is_refused_in_few_words(written: str, shown: str) -> None:
    found = read(changed("sites.toml", 'name = "Mind"', f"name = {written}"))
    assert [(fault.line, fault.message) for fault in found.faults] == [
        (3, f"`name` cannot be {shown}.")
    ]
    assert "mind" not in found.catalogue.sites


REFUSED = [
    (GUIDE, "reviewed = 2026-11-22", "reviewed = 2026-11-22T10:00:00"),
    (GUIDE, "reviewed = 2026-11-22", "reviewed = 9999-12-31"),
    (GUIDE, "reviewed = 2026-11-22", "reviewed = 0001-01-01"),
    (GUIDE, "reviewed = 2026-11-22", 'reviewed = "2026-11-22"'),
    (GUIDE, "review_every_months = 3", "review_every_months = 0"),
    (GUIDE, "review_every_months = 3", "review_every_months = true"),
    (GUIDE, "review_every_months = 3", "review_every_months = 99999999999999999999"),
    (GUIDE, "clinical = false", "clinical = 0"),
    (GUIDE, 'slug = "get-nhs-app"', 'slug = "get-nhs-app-"'),
    (GUIDE, 'audience = ["patron", "carer"]', "audience = []"),
    (GUIDE, "Get the NHS App", "A" * 66),
    ("sites.toml", "https://www.mind.org.uk/", "http://www.mind.org.uk/"),
    ("sites.toml", "https://www.mind.org.uk/", "https://www.mind.org.uk/a b"),
    ("sites.toml", "https://www.mind.org.uk/", "https://user@mind.org.uk/"),
    ("sites.toml", "https://www.mind.org.uk/", "https://localhost/"),
    ("sites.toml", "https://www.mind.org.uk/", 'https://mind.org.uk/\\"'),
    ("sites.toml", "https://www.mind.org.uk/", "https://mind.org.uk/" + "a" * 300),
    ("languages.toml", '"ltr"', '"up"'),
    ("languages.toml", '"en"', '"../en"'),
    ("handouts.toml", '"H1"', '"one"'),
    ("handouts.toml", '"checklist"', '"table"'),
    ("handouts.toml", '"patron"', '"everybody"'),
    ("helplines.toml", "tel:116123", "tel:116 123"),
    ("helplines.toml", "tel:116123", "javascript:alert(1)"),
    ("helplines.toml", "tel:116123", "sms:116123"),
    ("helplines.toml", 'kind = "call"', 'kind = "fax"'),
]


@pytest.mark.parametrize(("path", "old", "new"), REFUSED)
def test_value_that_pages_cannot_use_is_refused(path: str, old: str, new: str) -> None:
    tree = changed(path, old, new)
    places = [(fault.path, fault.line) for fault in read(tree).faults]
    assert (path, trees.line_of(path, old)) in places
    with pytest.raises(ContentError):
        load(tree)


def test_same_slug_in_sites_and_links_is_refused() -> None:
    tree = changed("links.toml", '"nhs-app-download"', '"mind"')
    assert '"mind" is taken by sites.toml, line 1.' in [f.message for f in read(tree).faults]
    with pytest.raises(ContentError):
        load(tree)


def test_a_list_that_cannot_be_read_is_told_once_and_not_for_each_name_it_holds() -> None:
    faults = read({**good(), "topics.toml": b"["}).faults
    assert [fault.path for fault in faults] == ["topics.toml"]


def test_guide_may_name_a_guide_that_exists_only_in_english() -> None:
    polish = trees.in_polish(good())
    assert load(polish).guides["pl", "get-nhs-app"].related == ("log-in",)


def test_nobody_else_names_a_broken_record() -> None:
    faults = read(changed("sites.toml", 'publisher = "Mind"\n', "")).faults
    assert [fault.message for fault in faults] == ["`publisher` is missing."]


PATHS = st.sampled_from([*LISTS, GUIDE, "guides/en/x.md", "guides//.md", "x.toml", ""])


@PATIENTLY
@given(st.dictionaries(PATHS, st.binary(max_size=200)))
def test_any_bytes_give_a_catalogue_or_a_content_error(tree: dict[str, bytes]) -> None:
    _loads_or_refuses(tree)


@PATIENTLY
@given(st.data())
def test_any_change_of_good_files_gives_a_catalogue_or_a_content_error(data: st.DataObject) -> None:
    tree = good()
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(sorted(tree)))
        start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(tree[path]))] * 2)))
        tree[path] = tree[path][:start] + data.draw(PIECES) + tree[path][end:]
    _loads_or_refuses(tree)


@PATIENTLY
@given(st.data())
def test_any_value_of_a_field_gives_a_catalogue_or_a_content_error(data: st.DataObject) -> None:
    tree = good()
    path = data.draw(st.sampled_from(sorted(tree)))
    lines = tree[path].decode().split("\n")
    fields = [number for number, line in enumerate(lines) if " = " in line]
    chosen = data.draw(st.sampled_from(fields))
    lines[chosen] = lines[chosen].partition(" = ")[0] + " = " + data.draw(VALUES)
    _loads_or_refuses({**tree, path: "\n".join(lines).encode()})


PIECES = st.one_of(
    st.binary(max_size=12),
    st.sampled_from(
        [b"\n+++\n", b"[[sites]]\n", b'"', b'"""', b"::: do\n", b"{", b"]", b"\r", b"\0"]
    ),
)
VALUES = st.sampled_from([*(written for written, _ in HOSTILE_VALUES), "[[1]]", "[{}]", "[[], {}]"])


def _loads_or_refuses(tree: dict[str, bytes]) -> None:
    """Load and check must agree: what load refuses has an error, what has none loads."""
    has_errors = any(problem.severity == "error" for problem in check(tree, trees.TODAY))
    try:
        catalogue = load(tree)
    except ContentError:
        assert has_errors
    else:
        assert all(catalogue.guides_in(code) is not None for code in catalogue.languages)


def test_the_content_of_this_repository_loads_and_has_no_errors() -> None:
    tree = read_tree(CONTENT)
    assert load(tree).guides
    # The day on which all of it was read: passing time must not break the build.
    day = max(guide.review.reviewed for guide in load(tree).guides.values())
    errors = [str(problem) for problem in check(tree, day) if problem.severity == "error"]
    assert errors == []
