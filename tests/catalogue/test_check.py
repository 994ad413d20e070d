from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from appliance.catalogue.check import check
from appliance.catalogue.model import Problem
from tests.catalogue import trees
from tests.catalogue.trees import GUIDE, OTHER_GUIDE, TODAY, added, changed, good

LONG = "one two three four five six seven eight nine ten " * 2 + "and then five more words here"

# A body line, and the start of the message that must stand on it; None where all is well.
BAD_BODY = [
    ("", None),
    ("# A second title [^own]", "There is a heading of level 1."),
    ("", None),
    ("#### Too deep [^own]", "The heading skips a level: 4 after 2."),
    ("", None),
    ("## " + "Long " * 14 + "[^own]", "The heading has 69 characters."),
    ("", None),
    ("## [^own]", "The heading has no words."),
    ("", None),
    ("Some <b>bold</b> words", 'There is HTML: "<b>".'),
    ("and [a link](site:nowhere)", 'The link goes to "site:nowhere", which does not exist.'),
    ("and [one](guide:gone) here.", 'The link goes to "guide:gone", which does not exist.'),
    ("", None),
    ("<div>", 'There is HTML: "<div>".'),
    ("", None),
    ("[a](handout:gone)", 'The link goes to "handout:gone", which does not exist.'),
    ("[a](page:gone)", 'The link goes to "page:gone", which does not exist.'),
    ("[a](ftp:gone)", 'The link goes to "ftp:gone", which is no kind of link.'),
    ("[a](gone.html)", 'The link goes to "gone.html", which is no kind of link.'),
    ("[a](http://a.uk/)", "The link goes to the address http://a.uk/."),
    ("[a](https://www.mind.org.uk/)", "The link goes to the address https://www.mind.org.uk/."),
    ("[a](tel:01-23)", 'The number in "tel:01-23" cannot be called.'),
    ("[](site:mind)", "The link has no words."),
    ("![cat](cat.png)", "There is a picture."),
    ("See https://a.uk/b.", "The address https://a.uk/b is not in sites.toml or links.toml."),
    ("See <https://a.uk/c>.", "The address https://a.uk/c is not in sites.toml or links.toml."),
    ("See http://a.uk/d.", "The address http://a.uk/d does not start with https://."),
    ("https://www.mind.org.uk/ is fine, and so is (https://www.nhs.uk/nhs-app/).", None),
    (f"Short. {LONG}", "A sentence has 26 words"),
    ("", None),
    ("::: steps", "The block `steps` holds bullet list."),
    ("- a", None),
    (":::", None),
    ("::: do this", "The block `do` holds bullet list and bullet list."),
    ("- a", None),
    ("", None),
    ("* b", None),
    (":::", None),
    ("::: dont do that", "The block `dont` holds no list."),
    ("Words.", None),
    (":::", None),
    ("::: urgent 999", "The block `urgent` has no heading."),
    ("Words.", None),
    (":::", None),
    ("::: urgent Call 999", "The block `urgent` does not say 999 or 111."),
    ("Words.", None),
    (":::", None),
    ("", None),
    ("::: table", 'There is no block "table".'),
    (":::", None),
    (":::", "This `:::` closes no block."),
    ("", None),
    ("::: warning one", None),
    ("::: inset", "The block `inset` stands inside another."),
    ("Words.", None),
    (":::", None),
    ("", None),
    ("::: inset " + "Long " * 14, "The heading has 69 characters."),
    ("Words.", None),
    (":::", None),
    ("", None),
    ("```", None),
    ("# no heading, <b>, ::: table", None),
    ("::: table", None),
    ("[a](site:nowhere)", None),
    ("```", None),
    ("", None),
    ("::: inset", "The block `inset` is not closed."),
    ("Last words.", None),
]


def test_every_fault_of_a_bad_text_is_found_on_its_line() -> None:
    tree = added(OTHER_GUIDE, "".join(line + "\n" for line, _ in BAD_BODY))
    before = trees.last_line(OTHER_GUIDE)
    expected = {
        (OTHER_GUIDE, before + number, message)
        for number, (_, message) in enumerate(BAD_BODY, start=1)
        if message
    }
    assert len(expected) > 25
    found = check(tree, TODAY)
    assert {
        (path, line, message)
        for path, line, message in expected
        if any((p.path, p.line) == (path, line) and p.message.startswith(message) for p in found)
    } == expected
    # The second tag on the line of the first, and nothing else.
    places = {(path, line) for path, line, _ in expected}
    assert {(problem.path, problem.line) for problem in found} == places
    assert [problem.message for problem in found if problem.message.count("</")] == [
        'There is HTML: "</b>".'
    ]


# File, words in it, what stands there instead, where the problem is found (words that stand on the
# line in the good file, or a number), how grave, and how its message starts.
SPOILS = [
    # Fields.
    (GUIDE, 'question = "How do I install it?"\n', "", 2, "error", "`question` is missing."),
    (GUIDE, '"Get the NHS App"', "7", "title", "error", "`title` cannot be 7."),
    (GUIDE, '"Get the NHS App"', '"Why?"', "title", "error", "The title is a question."),
    (GUIDE, "related =", "relatd =", "related", "error", 'There is no field "relatd" here.'),
    (GUIDE, '"carer"', '"doctor"', "audience", "error", '`audience` cannot be "doctor".'),
    ("topics.toml", "[[topics]]", "extra = 1\n[[topics]]", 1, "error", "There is no field"),
    ("helplines.toml", 'note = ""', 'nota = ""', "web", "error", 'There is no field "nota" here.'),
    ("handouts.toml", "heading", "heding", "heading", "error", 'There is no field "heding" here.'),
    ("helplines.toml", 'shown = "mind.org.uk", ', "", "web", "error", "`shown` is missing."),
    ("handouts.toml", '"Your phone"', "5", "Your phone", "error", "`items` cannot be 5."),
    ("links.toml", "url = \"https:", "url = \"http:", "url", "error", "`url` cannot be"),
    # Names of others.
    (GUIDE, 'topic = "nhs-account"', 'topic = "x"', "topic", "error", '`topic` names "x"'),
    (GUIDE, '["volunteer-guide"]', '["volunteer-guide", "x"]', "sources", "error", '`sources` nam'),
    (GUIDE, '["nhs-app-download"]', '["x"]', "links", "error", '`links` names "x"'),
    (GUIDE, '["log-in"]', '["x"]', "related", "error", '`related` names "x"'),
    (GUIDE, '["log-in"]', '["log-in", "log-in"]', "related", "error", '`related` names "log'),
    ("sites.toml", '"nhs-account"', '"x"', "topics", "error", '`topics` names "x"'),
    ("handouts.toml", '"get-nhs-app"', '"x"', "guides", "error", '`guides` names "x"'),
    ("handouts.toml", '"nhs-app-download"', '"x"', "codes", "error", '`codes` names "x"'),
    ("handouts.toml", '"samaritans"', '"x"', "helplines", "error", '`helplines` names "x"'),
    ("handouts.toml", '"volunteer-guide"', '"x"', "sources", "error", '`sources` names "x"'),
    ("handouts.toml", '"en"', '"xx"', "language", "error", '`language` names "xx"'),
    # Slugs.
    (GUIDE, 'slug = "get', 'slug = "Get', "slug", "error", '`slug` cannot be "Get-nhs-app".'),
    (GUIDE, 'slug = "get', 'slug = "got', "slug", "error", '`slug` is "got-nhs-app" but the file'),
    # Dates.
    (GUIDE, "2026-11-22", "2026-08-21", "reviewed", "error", "The review was due on 21 November"),
    (GUIDE, "2026-11-22", "2026-11-23", "reviewed", "error", "`reviewed` is 23 November 2026"),
    ("handouts.toml", "2026-11-22", "2025-01-01", "reviewed", "error", "The review was due on"),
    ("handouts.toml", "2026-11-22", "2027-01-01", "reviewed", "error", "`reviewed` is 1 January"),
    ("sites.toml", "2026-11-22", "2027-01-01", "checked", "error", "`checked` is 1 January 2027"),
    ("sources.toml", "2026-11-22", "2027-01-01", "read =", "error", "`read` is 1 January 2027"),
    ("helplines.toml", "2026-11-22", "2027-01-01", "checked", "error", "`checked` is 1 January"),
    ("helplines.toml", "2026-11-22", "2026-08-21", "checked", "warning", "Last checked on 21 Aug"),
    # Doubles.
    ("links.toml", "https://www.nhs.uk/nhs-app", "https://www.mind.org.uk", "url", "error", "`ur"),
    ("links.toml", '"NHS App download page"', '"MIND"', "name", "error", '`name` is "MIND", as in'),
    # Words.
    ("handouts.toml", "Bring these things.", LONG, "lead", "warning", "A sentence has 26 words"),
    ("handouts.toml", "Your phone", LONG, "Your phone", "warning", "A sentence has 26 words"),
    ("topics.toml", "Set up and log in.", LONG, "summary", "warning", "A sentence has 26 words"),
    ("sites.toml", "Information and support.", LONG, "summary", "warning", "A sentence has 26"),
    ("helplines.toml", "Anyone who", LONG, "purpose", "warning", "A sentence has"),
    ("helplines.toml", "Free from", LONG, "Free from", "warning", "A sentence has"),
    ("handouts.toml", "Your phone", "https://a.uk/", "Your phone", "error", "The address https://a"),
    ("helplines.toml", '"https://www.mind', '"https://mind', "web", "error", "The address https://m"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "old", "new", "place", "severity", "message"), SPOILS)
def test_one_fault_gives_one_problem_on_its_line(
    path: str, old: str, new: str, place: str | int, severity: str, message: str
) -> None:
    problems = check(changed(path, old, new), TODAY)
    line = place if isinstance(place, int) else trees.line_of(path, place)
    assert [(problem.path, problem.line, problem.severity) for problem in problems] == [
        (path, line, severity)
    ]
    assert problems[0].message.startswith(message)
    assert problems[0].mend.endswith(".")


def test_the_good_tree_has_no_problems() -> None:
    assert check(good(), TODAY) == []


def test_review_is_due_only_after_its_date() -> None:
    assert check(good(), date(2027, 2, 22)) == []
    due = check(good(), date(2027, 2, 23))
    assert [(problem.path, problem.severity) for problem in due] == [
        (GUIDE, "error"),
        (OTHER_GUIDE, "error"),
        ("handouts.toml", "error"),
        ("helplines.toml", "warning"),
    ]


def test_names_in_a_list_that_cannot_be_read_are_not_called_unknown() -> None:
    problems = check({**changed(GUIDE, "Use the", "https://a.uk/"), "sites.toml": b"["}, TODAY)
    assert [problem.path for problem in problems] == ["sites.toml"]


def test_folder_that_is_no_content_folder_is_not_called_good() -> None:
    assert [problem.path for problem in check({}, TODAY)] == ["languages.toml"]


@pytest.mark.parametrize(
    "path", ["site.toml", "guides/log-in.md", "guides/en/more/log-in.md", "en/log-in.md", ".md"]
)
def test_file_that_nothing_reads_is_found(path: str) -> None:
    assert [(p.path, p.line, p.severity) for p in check({**good(), path: b""}, TODAY)] == [
        (path, 0, "error")
    ]


def test_guide_in_a_language_that_does_not_exist_is_found() -> None:
    path = GUIDE.replace("/en/", "/cy/")
    guide = good()[GUIDE].replace(b"clinical =", trees.TRANSLATED + b"clinical =")
    problems = check({**good(), path: guide}, TODAY)
    assert [(problem.path, problem.line) for problem in problems] == [(path, 0)]
    assert "not in languages.toml" in problems[0].message


def test_guide_may_not_hide_a_page_of_the_appliance() -> None:
    path = "guides/en/search.md"
    guide = good()[OTHER_GUIDE].replace(b'"log-in"', b'"search"').replace(b'"Log in"', b'"Find"')
    assert check({**good(), path: guide}, TODAY) == [
        Problem(
            path, 2, "error", '"search" is the address of another page.', "Choose another slug."
        )
    ]


def test_same_title_in_one_language_is_found_and_in_two_languages_is_fine() -> None:
    assert check(trees.in_polish(good()), TODAY) == []
    same = check(changed(OTHER_GUIDE, '"Log in"', '"GET the NHS App"'), TODAY)
    assert [(problem.path, problem.line) for problem in same] == [(OTHER_GUIDE, 3)]


def test_second_record_of_the_same_slug_is_found() -> None:
    again = good()["topics.toml"].decode().replace("NHS account", "Another")
    problems = check(added("topics.toml", again), TODAY)
    assert [(problem.path, problem.line, problem.message) for problem in problems] == [
        ("topics.toml", 6, '"nhs-account" is taken by topics.toml, line 1.')
    ]


def test_topic_of_nothing_is_a_warning() -> None:
    topic = '[[topics]]\nslug = "teeth"\ntitle = "Teeth"\nsummary = "Teeth."\n'
    problems = check(added("topics.toml", topic), TODAY)
    assert [(problem.line, problem.severity) for problem in problems] == [(6, "warning")]


def test_sentence_is_found_on_the_line_on_which_it_starts() -> None:
    body = f"\nShort one. Short one.\nShort one.\n{LONG[:50]}\n{LONG[50:]}. End.\n"
    problems = check(added(OTHER_GUIDE, body), TODAY)
    assert [problem.line for problem in problems] == [trees.last_line(OTHER_GUIDE) + 4]


@pytest.mark.parametrize("end", [". ", "! ", "? ", '." ', "। ", "؟ ", "。"])
def test_sentences_end_in_every_language(end: str) -> None:
    half = " ".join(LONG.split()[:20])
    assert check(added(OTHER_GUIDE, f"\n{half}{end}{half}.\n"), TODAY) == []


def test_links_in_a_translation_may_go_to_an_english_guide() -> None:
    tree = trees.in_polish(good())
    assert b"(guide:log-in)" in tree["guides/pl/get-nhs-app.md"]
    assert check(tree, TODAY) == []


def test_problems_are_sorted_and_told_once() -> None:
    tree = {**changed(GUIDE, "Install", "<b>"), "x.toml": b"", "a.toml": b""}
    problems = check(tree, TODAY)
    assert problems == sorted(set(problems))
    assert [problem.path for problem in problems] == ["a.toml", GUIDE, "x.toml"]
    assert str(replace(problems[0], mend="Go.")) == (
        "a.toml:0: error: Nothing reads a file of this name in this place. Mend: Go."
    )
