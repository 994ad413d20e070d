from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.catalogue.markdown import Heading, Labels, passages, to_html, to_plain
from appliance.errors import ContentError
from tests.catalogue.trees import PATIENTLY

KNOWN = {
    "site:mind": "/en/go/mind",
    "guide:log-in": "/en/log-in",
    "page:helplines": "/en/helplines?a=1&b=2",
    "https://www.mind.org.uk/": "/en/go/mind",
}
POLISH = Labels("Rób", "Nie rób", "Ważne", "Zagrożenie życia", "Pilne")


def html(text: str, labels: Labels | None = None) -> str:
    return to_html(text, KNOWN.__getitem__, labels or Labels()).html


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "A *b* **c** `d<`\nnext",
            "<p>A <em>b</em> <strong>c</strong> <code>d&lt;</code>\nnext</p>",
        ),
        ("a & b <c> \"d\" 'e'", "<p>a &amp; b &lt;c&gt; &quot;d&quot; &#x27;e&#x27;</p>"),
        ("- a\n- b", "<ul><li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a", '<ol start="3"><li>a</li>\n</ol>'),
        ("> a", "<blockquote><p>a</p>\n</blockquote>"),
        ("a\\\nb\n\n---", "<p>a<br>\nb</p>\n<hr>"),
        ("```sh\n# <a>\n```", "<pre><code># &lt;a&gt;\n</code></pre>"),
        ("## A & b", '<h2 id="h-a-b">A &amp; b</h2>'),
        ("# A", '<h2 id="h-a">A</h2>'),
        ("[Mind](site:mind)", '<p><a href="/en/go/mind">Mind</a></p>'),
        ('[a](site:mind "t")', '<p><a href="/en/go/mind">a</a></p>'),
        ("[a](page:helplines)", '<p><a href="/en/helplines?a=1&amp;b=2">a</a></p>'),
        ("[999](tel:999)", '<p><a href="tel:999"><bdi>999</bdi></a></p>'),
        ("See https://a.uk/b.", '<p>See <bdi dir="ltr">https://a.uk/b</bdi>.</p>'),
        ("<https://a.uk/>", '<p><bdi dir="ltr">https://a.uk/</bdi></p>'),
        (
            "<https://www.mind.org.uk/>",
            '<p><a href="/en/go/mind"><bdi dir="ltr">https://www.mind.org.uk/</bdi></a></p>',
        ),
        ("![a cat](cat.png)", "<p>a cat</p>"),
        ("<div onclick=x>\nhi\n</div>", "<p>&lt;div onclick=x&gt;\nhi\n&lt;/div&gt;</p>"),
        ("    four spaces", "<p>four spaces</p>"),
        ("> ::: inset\n> ", '<blockquote><div class="inset"></div>\n</blockquote>'),
        ("::: table\n:::", "<p>::: table\n:::</p>"),
    ],
)
def test_markdown_becomes_this_html(text: str, expected: str) -> None:
    assert html(text).rstrip("\n") == expected


TICK = '<input type="checkbox" aria-label="Step {} is done">'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "::: steps\n1. a\n2. b\n:::",
            f'<div class="steps"><ol class="steps"><li>{TICK.format(1)}<div>a</div></li>\n'
            f"<li>{TICK.format(2)}<div>b</div></li>\n</ol>\n</div>",
        ),
        (
            "::: steps On a phone\n1. a\n   1. inner\n:::\n\n1. later",
            '<section class="steps"><h2 id="h-on-a-phone">On a phone</h2>\n<ol class="steps"><li>'
            f"{TICK.format(1)}<div>a<ol><li>inner</li>\n</ol>\n</div></li>\n</ol>\n</section>\n<ol><li>later</li>\n</ol>",
        ),
        (
            "::: do use <these>\n- a\n:::",
            '<section class="do"><h2 id="h-do-use-these"><span class="label">Do</span>'
            " use &lt;these&gt;</h2>\n<ul><li>a</li>\n</ul>\n</section>",
        ),
        (
            "::: inset\n1. a\n:::",
            '<div class="inset"><ol><li>a</li>\n</ol>\n</div>',
        ),
        (
            "::: urgent 111 Ask 111\n:::",
            '<section class="urgent urgent-111"><h2 id="h-urgent-ask-111">'
            '<span class="label">Urgent</span> Ask 111</h2>\n</section>',
        ),
    ],
)
def test_block_becomes_this_html(text: str, expected: str) -> None:
    assert html(text).rstrip("\n") == expected


def test_an_idea_stands_beside_its_picture_and_has_no_heading() -> None:
    found = to_html("::: idea phone\nA *b*.\nC.\n:::\nd", KNOWN.__getitem__, Labels())
    assert found.html == (
        '<div class="idea"><svg class="picture" aria-hidden="true"><use href="#picture-phone"/>'
        "</svg><div><p>A <em>b</em>.\nC.</p>\n</div></div>\n<p>d</p>\n"
    )
    assert found.headings == ()


def test_each_picture_of_a_text_is_named_once_in_order() -> None:
    text = "".join(f"::: idea {name}\na\n:::\n" for name in ("tick", "phone", "tick"))
    assert to_html(text, KNOWN.__getitem__, Labels()).pictures == ("tick", "phone")


@pytest.mark.parametrize("name", ["unicorn", "", "phone phone", "../phone", '"><script>'])
def test_picture_that_there_is_not_is_refused(name: str) -> None:
    with pytest.raises(ContentError, match="There is no picture"):
        html(f"::: idea {name}\na\n:::")


def test_the_name_of_a_picture_is_not_among_the_words() -> None:
    assert to_plain("::: idea phone\nA.\n:::") == "A."


@pytest.mark.parametrize(
    ("opening", "heading"),
    [
        ("do", '<span class="label">Do</span>'),
        ("do Do this", '<span class="label">Do</span> this'),
        ("do Download it", '<span class="label">Do</span> Download it'),
        ("dont do not", '<span class="label">do not</span>'),
        ("warning Flashing lights", '<span class="label">Important</span> Flashing lights'),
        ("urgent 999 Call 999", '<span class="label">Emergency</span> Call 999'),
        ("urgent 111 Call 111", '<span class="label">Urgent</span> Call 111'),
    ],
)
def test_gravity_of_a_block_is_said_once_in_words(opening: str, heading: str) -> None:
    assert f">{heading}</h2>" in html(f"::: {opening}\nx\n:::")


def test_labels_are_in_the_language_of_the_text() -> None:
    assert '<span class="label">Nie rób</span> tego' in html("::: dont tego\n- a\n:::", POLISH)


def test_block_headings_stand_one_level_below_the_last_heading() -> None:
    text = "::: do a\n:::\n## b\n::: do c\n:::\n### d\n::: warning e\n:::\n::: warning f\n:::\n## g"
    headings = to_html(text, KNOWN.__getitem__, Labels()).headings
    assert [heading.level for heading in headings] == [2, 2, 3, 3, 4, 4, 2]


def test_headings_are_listed_in_order_with_ids_that_differ() -> None:
    text = "## Get **it** & go\n## Get it go\n## get it go\n## Ünïcode ąę\n## ???\n## 你好"
    found = to_html(text, KNOWN.__getitem__, Labels()).headings
    assert found[0] == Heading(2, "h-get-it-go", "Get it & go")
    assert [heading.id for heading in found[1:]] == [
        "h-get-it-go--2",
        "h-get-it-go--3",
        "h-ünïcode-ąę",
        "h",
        "h-你好",
    ]


@pytest.mark.parametrize(
    "target",
    [
        "site:unknown",
        "guide:",
        "http://www.mind.org.uk/",
        "https://www.mind.org.uk/",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "tel:12a",
        "tel:",
        "#top",
        "",
    ],
)
def test_link_that_leads_nowhere_is_refused(target: str) -> None:
    with pytest.raises(ContentError, match="A link goes to"):
        html(f"[a](<{target}>)")


def test_plain_text_has_the_words_and_no_markup() -> None:
    text = (
        "Use **the** [NHS\nApp](site:x) `now` <b>.\n\n## Help\n\n::: urgent 999 Call 999\n"
        "- one\n- two\n:::\n\n![cat](x.png)"
    )
    assert to_plain(text) == "Use the NHS App now <b>.\nHelp\nCall 999\none\ntwo\ncat"


def test_passages_know_their_lines() -> None:
    text = "\na\nb\n\n- c\n\n::: do d\n- e\n:::\n"
    assert [(piece.line, piece.text) for piece in passages(text)] == [
        (2, "a\nb"),
        (5, "c"),
        (7, "d"),
        (8, "e"),
    ]


# Written by the writer, and nothing else ever: no attribute but these either.
PLAIN = ["blockquote", "br", "code", "em", "hr", "li", "p", "pre", "strong", "ul"]
ALLOWED = {
    "a": {"href"},
    "bdi": {"dir"},
    "div": {"class"},
    "svg": {"class", "aria-hidden"},
    "use": {"href"},
    "input": {"type", "aria-label"},
    "ol": {"class", "start"},
    "section": {"class"},
    "span": {"class"},
    **{f"h{level}": {"id"} for level in range(2, 7)},
    **{tag: set[str]() for tag in PLAIN},
}
VOID = {"br", "hr", "input"}


class Inspector(HTMLParser):
    """Reads HTML as a browser does and says what is in it that should not be."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert {name for name, _ in attrs} <= ALLOWED[tag]
        self.ids += [str(value) for name, value in attrs if name == "id"]
        for name, value in attrs:
            assert name != "href" or str(value).startswith(("/page/", "tel:", "#picture-"))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


BITS = [
    *[
        "::: do x\n",
        "::: idea tick\n",
        "::: idea\n",
        "::: steps\n",
        "::: urgent 999 a\n",
        "::: table\n",
        ":::\n",
        "::::\n",
        ":::",
    ],
    *["# ", "## ", "- ", "1. ", "7) ", "> ", "---\n", "===\n", "```\n", "`", "*", "**", "_", "\t"],
    *[
        " ",
        "\n",
        "\n\n",
        "    ",
        "\\",
        "\0",
        "a",
        "é",
        "\u2028",
        "\u202e",
        "&lt;",
        "&#x3c;",
        "\x0c",
    ],
    *["<b>", "<div>\n", "<script>", "</p>", "<!--", "-->", "<?x?>", "<a href='", '"', "'", ">"],
    *["[a](site:x)", "[a](javascript:alert(1))", "[", "](", ")", "![a](b)", "[x]: y\n", "tel:1"],
    *["<https://a.uk/>", "<javascript:alert(1)>", "https://a.uk/?a=<b>&c", "<a@b.uk>"],
]
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(BITS), max_size=25).map("".join))


def anywhere(link: str) -> str:
    return "/page/" + link


@PATIENTLY
@given(TEXTS)
def test_whatever_is_written_only_known_tags_come_out(text: str) -> None:
    try:
        rendered = to_html(text, anywhere, Labels())
    except ContentError:
        return
    inspector = Inspector()
    inspector.feed(rendered.html)
    inspector.close()
    assert inspector.open == []
    assert inspector.ids == [heading.id for heading in rendered.headings]
    assert len(set(inspector.ids)) == len(inspector.ids)


@PATIENTLY
@given(TEXTS)
def test_plain_text_has_the_same_words_as_the_page(text: str) -> None:
    """Search finds exactly what the page shows."""
    try:
        rendered = to_html(text, anywhere, Labels("", "", "", "", ""))
    except ContentError:
        return
    inspector = Inspector()
    inspector.feed(rendered.html)
    inspector.close()
    assert "".join("".join(inspector.words).split()) == "".join(to_plain(text).split())


@pytest.mark.parametrize(
    ("block", "text"),
    [
        ("::: warning Flashing lights\nThe scan flashes.\n:::", "Important: Flashing lights"),
        ("::: do Do this\n- one\n:::", "Do this"),
        ("::: dont\n- one\n:::", "Do not"),
    ],
)
def test_a_list_of_contents_reads_well(block: str, text: str) -> None:
    (heading,) = to_html(block, lambda target: target, Labels()).headings
    assert heading.text == text
