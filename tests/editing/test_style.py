from __future__ import annotations

import pytest

from appliance.catalogue.load import read
from appliance.catalogue.model import Problem
from appliance.editing.style import check_style
from appliance.editing.style_table import STYLE_WORDS
from tests.catalogue import trees
from tests.catalogue.trees import GUIDE, OTHER_GUIDE
from tests.editing.samples import good, saying, saying_line, translated

# For each row of the table, in its order: what is found, words in which it stands.
FOUND = [
    ("sign in", "You can sign in now."),
    ("log on", "You can log on now."),
    ("log into", "Then log into it."),
    ("sign out", "Then sign out."),
    ("practice", "Ask your practice."),
    ("doctor's surgery", "Go to your doctor's surgery."),
    ("NHS app", "Open the NHS app."),
    ("on the NHS App", "It is on the NHS App."),
    ("111 online", "Use 111 online."),
    ("NHS 111 Online", "Use NHS 111 Online."),
    ("gp", "Ask your gp."),
    ("e-mail", "Send an e-mail."),
    ("web site", "Open the web site."),
    ("Ring", "Ring 111."),
    ("dial", "Then dial 999."),
    ("click here", "To open it, click here."),
    ("Please note", "Please note this."),
    ("Simply", "Simply tap it."),
    ("e.g.", "Use a browser, e.g. Firefox."),
    ("i.e.", "Use it, i.e. open it."),
    ("etc.", "Letters, forms etc. are here."),
    ("and/or", "Call and/or write."),
    ("&", "Call us & ask."),
    ("24/7", "We are here 24/7."),
    ("utilise", "You can utilise it."),
    ("In order to", "In order to log in, wait."),
    ("prior to", "Do it prior to that."),
    ("commence", "They commence now."),
    ("purchase", "You can purchase it."),
    ("assistance", "Ask for assistance."),
    ("additional", "There is additional help."),
    ("approximately", "It is approximately right."),
    ("facilitate", "We facilitate it."),
    ("in the event of", "Leave in the event of fire."),
    ("regarding", "Ask regarding this."),
    ("the elderly", "It is for the elderly."),
    ("the disabled", "It is for the disabled."),
    ("suffer from", "People suffer from it."),
    ("wheelchair-bound", "He is wheelchair-bound."),
    ("mentally ill", "They are mentally ill."),
    ("three", "Bring three things."),
    ("£1500", "It costs £1500."),
    ("08082000247", "Call 08082000247."),
    ("9991234567", "Type 9991234567."),
    ("6/8/2026", "Come on 6/8/2026."),
    ("2026-08-06", "Come on 2026-08-06."),
    ("6th August", "Come on 6th August."),
    ("6 Aug", "Come on 6 Aug."),
    ("August 6, 2026", "Come on August 6, 2026."),
    ("March 5", "Come on March 5."),
    ("5 pm", "Come at 5 pm."),
    ("5PM", "Come at 5PM."),
    ("5.30pm", "Come at 5.30pm."),
    ("5:00pm", "Come at 5:00pm."),
    ("17:30", "Come at 17:30."),
    ("12 noon", "Come at 12 noon."),
    ("12am", "Come at 12am."),
]

FINE = [
    "Log in to your account. You can log in on a computer.",
    "You can also sign in BSL, or sign them.",
    "Your GP surgery is a general practice. In practice, ask first.",
    "This code is also called practice ID.",
    "Find it on the NHS App help pages, in the NHS App or in the app.",
    "Go to NHS 111 online. The A&E service is open.",
    "Look for the ring on the door, and a wedding ring.",
    "Use one of these. One in 4 people does. Someone may be alone.",
    "You get 12 sites, 1,500 pages and £1,500.",
    "Call 0808 2000 247, 116 123 or 18001 111. Text 85258.",
    "Your NHS number looks like 999 123 4567.",
    "Come on 6 August 2026 at 5pm, 5:30pm or 12:30pm. In May 5 people came.",
    "Version 2.10.3 of it came in August 2026.",
    'Tap "Sign in". Tap “Ring us”.',
    "Go to www.nhs.uk/sign-in/e.g. or https://a.uk/5/6/2026 now.",
    "A two-way call is fine.",
]


def _found(tree: dict[str, bytes]) -> list[Problem]:
    return list(check_style(read(tree)))


@pytest.mark.parametrize(("wrong", "words"), FOUND)
def test_words_that_are_not_ours_are_found_on_their_line(wrong: str, words: str) -> None:
    problems = _found(saying(f"Some words.\n{words}"))
    assert [(p.path, p.line, p.severity) for p in problems] == [
        (OTHER_GUIDE, saying_line() + 1, "warning")
    ]
    assert problems[0].message.startswith(f'"{wrong}" is not how we write it: ')
    assert problems[0].mend.startswith("Write ")
    assert problems[0].mend.endswith(".")


def test_every_row_of_the_table_is_tried() -> None:
    untried = [
        row.wrong.pattern
        for row in STYLE_WORDS
        if not any(row.wrong.search(words) for _, words in FOUND)
    ]
    assert untried == []


@pytest.mark.parametrize("words", FINE)
def test_what_only_looks_wrong_is_left_alone(words: str) -> None:
    assert _found(saying(words)) == []


@pytest.mark.parametrize("words", ["here", "click here", "this page", "Read more"])
def test_link_that_does_not_say_where_it_goes_is_found(words: str) -> None:
    problems = _found(saying(f"See\n[{words}](guide:get-nhs-app)."))
    lines = {problem.line for problem in problems}
    assert lines == {saying_line() + 1}
    assert any(p.message == f'The words of the link are "{words}".' for p in problems)


@pytest.mark.parametrize("heading", ["## Why is that?", "::: warning Is it urgent?\nYes.\n:::"])
def test_question_as_a_heading_is_found_and_in_a_text_is_fine(heading: str) -> None:
    problems = _found(saying(f"Why is that?\n\n{heading}"))
    assert [(p.line, p.message) for p in problems] == [
        (saying_line() + 2, "The heading is a question.")
    ]


@pytest.mark.parametrize(
    ("path", "old", "place"),
    [
        ("topics.toml", "Set up and log in.", "summary"),
        ("topics.toml", '"NHS account"', "title"),
        ("sites.toml", "Information and support.", "summary"),
        ("sites.toml", '"everyone"', "audience"),
        ("helplines.toml", "Anyone who is struggling.", "purpose"),
        ("helplines.toml", "Free from any phone.", "Free from"),
        ("handouts.toml", '"Before you start"', "title"),
        ("handouts.toml", '"Bring"', "heading"),
        ("handouts.toml", "Your phone", "Your phone"),
        (GUIDE, '"Get the NHS App"', "title"),
        (GUIDE, "How do I install it?", "question"),
        (GUIDE, "Call 999 if someone's life is at risk", "::: urgent"),
    ],
)
def test_all_words_that_people_read_are_judged(path: str, old: str, place: str) -> None:
    quote = '"' if old.startswith('"') else ""
    problems = _found(trees.changed(path, old, f"{quote}It is etc{quote}"))
    assert [(p.path, p.line) for p in problems] == [(path, trees.line_of(path, place))]


def test_names_of_others_are_theirs_to_write() -> None:
    assert _found(trees.changed("sites.toml", '"Mind"', '"Click here, etc"')) == []


def test_easy_read_may_ask_in_headings() -> None:
    problems = _found(translated("en-easyread", "## Why is that?\n\nRing us."))
    assert [problem.message[:6] for problem in problems] == ['"Ring"']


def test_number_of_a_helpline_without_spaces_is_found() -> None:
    problems = _found(trees.changed("helplines.toml", '"116 123"', '"08082000247"'))
    assert [(p.line, p.message) for p in problems] == [
        (trees.line_of("helplines.toml", "116 123"), 'The number "08082000247" has no spaces.')
    ]


def test_other_languages_have_their_own_style() -> None:
    assert _found(translated("pl", "Click here ten gp. [here](guide:get-nhs-app)")) == []


def test_the_good_tree_is_in_style() -> None:
    assert _found(good()) == []
