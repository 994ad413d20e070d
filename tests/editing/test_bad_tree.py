"""A content tree with forty different faults: each is found, in its file and on its line."""

from __future__ import annotations

from appliance.catalogue.load import read
from appliance.editing.check import check_for_editors
from tests.catalogue import trees
from tests.catalogue.trees import GUIDE, OTHER_GUIDE, TODAY
from tests.editing.samples import dictionary, good

TWENTY_SIX = "You " + "can " * 24 + "go."

# A line of the guide, and how the message starts that must stand on it.
BODY = [
    ("# A second title [^own]", "There is a heading of level 1."),
    ("#### Too deep [^own]", "The heading skips a level"),
    ("## " + "Long " * 14 + "[^own]", "The heading has 69 characters."),
    ("## Where is it? [^own]", "The heading is a question."),
    ("Some <b> words.", 'There is HTML: "<b>".'),
    ("![cat](cat.png)", "There is a picture."),
    ("[A page](site:nowhere)", 'The link goes to "site:nowhere"'),
    ("[A guide](guide:gone)", 'The link goes to "guide:gone"'),
    ("[A number](tel:01-23)", 'The number in "tel:01-23"'),
    ("[A page](http://a.uk/)", "The link goes to the address http://a.uk/."),
    ("[here](guide:get-nhs-app)", 'The words of the link are "here".'),
    ("See https://a.uk/b.", "The address https://a.uk/b is not in"),
    (TWENTY_SIX, "A sentence has 26 words"),
    ("She is. He is. It is. It was.", "A paragraph has 4 sentences."),
    ("Then sign in.", '"sign in" is not how we write it'),
    ("Ask your practice.", '"practice" is not how we write it'),
    ("Ring the surgery.", '"Ring" is not how we write it'),
    ("Please note this.", '"Please note" is not how we write it'),
    ("Bring three letters.", '"three" is not how we write it'),
    ("Call 08082000247.", '"08082000247" is not how we write it'),
    ("Come on 06/08/2026.", '"06/08/2026" is not how we write it'),
    ("Come at 5 pm.", '"5 pm" is not how we write it'),
    ("Open the NHS app.", '"NHS app" is not how we write it'),
    ("Use a browser, e.g. Firefox.", '"e.g." is not how we write it'),
    ("Keep your adress.", '"adress" is not in the British dictionary.'),
    ("What is your favorite?", '"favorite" is not in the British dictionary.'),
    ("::: table", 'There is no block "table".'),
    ("::: inset", "The block `inset` is not closed."),
]

# File, words in it, what stands there instead, words on the line of the fault, the message.
SPOILS = [
    ("topics.toml", "Set up and log in.", "Set up 24/7", "summary", '"24/7" is not how'),
    ("sites.toml", "2026-11-22", "2027-01-01", "checked", "`checked` is 1 January 2027"),
    ("sites.toml", "Information and", "Informaton and", "summary", '"Informaton" is not in the'),
    ("sources.toml", "2026-11-22", "2027-01-01", "read =", "`read` is 1 January 2027"),
    ("links.toml", '"NHS App download page"', '"Mind"', "name", '`name` is "Mind", as in'),
    ("helplines.toml", "2026-11-22", "2026-08-21", "checked", "Last checked on 21 August"),
    ("helplines.toml", '"116 123"', '"08082000247"', "116 123", 'The number "08082000247"'),
    ("helplines.toml", '"https://www.mind', '"https://mind', "web", "The address https://mind"),
    ("handouts.toml", "2026-11-22", "2026-08-21", "reviewed", "The review was due on"),
    ("handouts.toml", '"Your phone"', '"Ring us"', "Your phone", '"Ring" is not how'),
    (GUIDE, '"Get the NHS App"', '"Why?"', "title", "The title is a question."),
]
# A fault that is found where a handout names it.
LONG_ADDRESS = ("links.toml", "nhs-app/", "nhs-app/" + "a" * 14)


def _bad_tree() -> dict[str, bytes]:
    tree = good()
    for path, old, new, *_ in (*SPOILS, LONG_ADDRESS):
        assert old.encode() in tree[path], (path, old)
        tree[path] = tree[path].replace(old.encode(), new.encode(), 1)
    body = "".join(f"\n{words}\n" for words, _ in BODY)
    return {**tree, OTHER_GUIDE: tree[OTHER_GUIDE] + body.encode()}


def _expected() -> list[tuple[str, int, str]]:
    last = trees.last_line(OTHER_GUIDE)
    in_body = [(OTHER_GUIDE, last + 2 * n, said) for n, (_, said) in enumerate(BODY, 1)]
    in_fields = [(path, trees.line_of(path, where), said) for path, _, _, where, said in SPOILS]
    codes = ("handouts.toml", trees.line_of("handouts.toml", "codes"), "The address https://www")
    return sorted([*in_body, *in_fields, codes])


def test_forty_faults_give_forty_findings_with_their_file_and_line() -> None:
    found = check_for_editors(_bad_tree(), TODAY, dictionary())
    expected = _expected()
    assert len(found) == len(expected) == 40
    assert [(p.path, p.line) for p in found] == [(path, line) for path, line, _ in expected]
    for problem, (_, _, said) in zip(found, expected, strict=True):
        assert problem.message.startswith(said)
        assert problem.mend.endswith(".")


def test_every_fault_is_another() -> None:
    said = [said for _, _, said in _expected()]
    assert len(set(said)) == 40


def test_the_good_tree_has_none() -> None:
    assert check_for_editors(good(), TODAY, dictionary()) == []


def test_the_faults_that_are_only_words_stop_no_release() -> None:
    tree = {**good(), OTHER_GUIDE: good()[OTHER_GUIDE] + b"\nRing your practise, e.g. at 5 pm.\n"}
    found = check_for_editors(tree, TODAY, dictionary())
    assert {problem.severity for problem in found} == {"warning"}
    assert read(tree).faults == []


def test_without_a_dictionary_all_the_rest_is_checked() -> None:
    found = check_for_editors(_bad_tree(), TODAY, None)
    assert len(found) == 37
    assert not any("dictionary" in problem.message for problem in found)
