"""Turns a guide's Markdown into safe HTML and into plain text.

Safe by construction: the writer below knows the few tags it may write, and everything else that
comes out of it is escaped.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from markdown_it.token import Token

from appliance.catalogue.blocks import CLOSE, OPEN, PICTURES, Block, parse_block, tokens_for_pages
from appliance.errors import ContentError

Resolve = Callable[[str], str]

# What a link may start with; `resolve` is asked for the page's address.
SCHEMES = ("site:", "guide:", "handout:", "page:")

_TAGS = {
    "paragraph": "p",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "blockquote": "blockquote",
    "em": "em",
    "strong": "strong",
}
TELEPHONE = re.compile(r"tel:(\+?[0-9]{3,20})")
# Addresses read from left to right in every language.
_ADDRESS = re.compile(r"https://[^\s<>\"']*[^\s<>\"'.,;:!?)]")
_NOT_WORD = re.compile(r"[\W_]+")
_ID_CHARS = 60


@dataclass(frozen=True, slots=True)
class Labels:
    """The words that say how grave a block is: never its colour alone. In the page's language."""

    do: str = "Do"
    dont: str = "Do not"
    warning: str = "Important"
    urgent_999: str = "Emergency"
    urgent_111: str = "Urgent"
    step: str = "Step %(number)s is done"

    def of(self, block: Block) -> str:
        """Return the word for a block; `steps` and `inset` have none."""
        words = {
            "do": self.do,
            "dont": self.dont,
            "warning": self.warning,
            "urgent-999": self.urgent_999,
            "urgent-111": self.urgent_111,
        }
        return words.get(block.name, "")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the page, for its list of contents."""

    level: int
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text as HTML, its headings in order, and the names of the pictures that it uses.

    The page must hold each picture once, as a symbol with the id `picture-<name>`.
    """

    html: str
    headings: tuple[Heading, ...]
    pictures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, heading or list item without markup; `line` counts from 1 in the text."""

    line: int
    text: str


def to_html(text: str, resolve: Resolve, labels: Labels) -> Rendered:
    """Return the HTML of a guide's text.

    Args:
        text: Markdown with blocks, as content/README.md has it.
        resolve: takes a link such as `site:mind` or `page:helplines` and returns the page's
            address. Also asked about bare https addresses. Raises KeyError for what it does not
            know; a bare address that it does not know stays words.
        labels: in the language of the text.

    Raises:
        ContentError: a link leads nowhere, or there is no picture of a name.
    """
    writer = _Writer(resolve, labels)
    writer.write(tokens_for_pages(text))
    pictures = tuple(dict.fromkeys(writer.pictures))
    return Rendered("".join(writer.out), tuple(writer.headings), pictures)


def to_plain(text: str) -> str:
    """Return the words of a guide's text: one line for each paragraph, heading and list item."""
    return "\n".join(" ".join(passage.text.split()) for passage in passages(text))


def passages(text: str) -> Iterator[Passage]:
    """Yield the words of a text piece by piece; a line end inside a piece is kept."""
    for token in tokens_for_pages(text):
        if token.type == OPEN:
            block = parse_block(token.info)
            words = block.heading if block else ""
        else:
            words = token_text(token)
        if words.strip() and token.map:
            yield Passage(token.map[0] + 1, words.strip())


def token_text(token: Token) -> str:
    """Return a token's words without markup; line ends stay line ends."""
    if token.type in {"softbreak", "hardbreak"}:
        return "\n"
    if token.children is not None:
        return "".join(token_text(child) for child in token.children)
    return token.content


class _Writer:
    """Writes tokens as HTML, one after the other."""

    def __init__(self, resolve: Resolve, labels: Labels) -> None:
        self.out: list[str] = []
        self.headings: list[Heading] = []
        self.pictures: list[str] = []
        self._resolve = resolve
        self._labels = labels
        self._level = 1
        self._ids: Counter[str] = Counter()
        self._ends: list[str] = []
        self._block_of_list: Block | None = None
        self._steps: list[int] = []

    def write(self, tokens: Sequence[Token]) -> None:
        for place, token in enumerate(tokens):
            if token.hidden:
                continue
            if token.type == "inline":
                self.write(token.children or ())
            elif token.type == "heading_open":
                self._open_heading(token, tokens[place + 1])
            else:
                self._write_one(token)

    def _write_one(self, token: Token) -> None:
        kind = token.type
        if kind == OPEN:
            self._open_block(token)
        elif kind == "list_item_open" and self._steps and token.level == self._steps[-1]:
            self._open_step(token)
        elif kind == "list_item_close" and self._steps and token.level == self._steps[-1]:
            self.out.append("</div></li>\n")
        elif kind == "ordered_list_close" and self._steps and token.level == self._steps[-1] - 1:
            self._steps.pop()
            self.out.append(_simple(token))
        elif kind == "ordered_list_open":
            self._open_numbered_list(token)
        elif kind == "link_open":
            self._open_link(token)
        elif kind in {CLOSE, "heading_close", "link_close"}:
            self._block_of_list = None
            self.out.append(self._ends.pop())
        else:
            self.out.append(_simple(token))

    def _open_heading(self, token: Token, inline: Token) -> None:
        """The page's title is its only h1, so a heading is never above h2."""
        self._level = max(2, int(token.tag[1]))
        heading = self._new_heading(self._level, " ".join(token_text(inline).split()))
        self.out.append(f'<h{heading.level} id="{escape(heading.id)}">')
        self._ends.append(f"</h{heading.level}>\n")

    def _new_heading(self, level: int, text: str) -> Heading:
        heading = Heading(level, _new_id(text, self._ids), text)
        self.headings.append(heading)
        return heading

    def _open_block(self, token: Token) -> None:
        block = parse_block(token.info) or Block("inset", token.info.strip())
        if block.name == "idea":
            self._open_idea(block.picture)
            return
        # A section is a part with a heading of its own; what has none is only a box.
        has_heading = bool(self._labels.of(block) or block.heading)
        tag = "section" if has_heading and block.name != "inset" else "div"
        classes = f"urgent {block.name}" if block.name.startswith("urgent") else block.name
        self.out.append(f'<{tag} class="{classes}">')
        self._write_block_heading(block)
        self._ends.append(f"</{tag}>\n")
        self._block_of_list = block

    def _open_idea(self, picture: str) -> None:
        """A picture beside its words: the words say it all, so nobody needs to hear the picture."""
        if picture not in PICTURES:
            raise ContentError(f'There is no picture "{picture}"')
        self.pictures.append(picture)
        self.out.append(
            '<div class="idea"><svg class="picture" aria-hidden="true">'
            f'<use href="#picture-{picture}"/></svg><div>'
        )
        self._ends.append("</div></div>\n")
        self._block_of_list = None

    def _write_block_heading(self, block: Block) -> None:
        """One level below the last heading, so that none is skipped."""
        label = self._labels.of(block)
        if not label and not block.heading:
            return
        level = min(self._level + 1, 6)
        marked, text = _with_label(label, block.heading)
        heading = self._new_heading(level, text)
        self.out.append(f'<h{level} id="{escape(heading.id)}">{marked}</h{level}>\n')

    def _open_numbered_list(self, token: Token) -> None:
        start = token.attrGet("start")
        is_steps = self._block_of_list is not None and self._block_of_list.name == "steps"
        self._block_of_list = None
        attributes = ' class="steps"' if is_steps else ""
        attributes += f' start="{start}"' if isinstance(start, int) else ""
        self.out.append(f"<ol{attributes}>")
        if is_steps:
            self._steps.append(token.level + 1)

    def _open_step(self, token: Token) -> None:
        """A step with a box to tick: nothing is sent, and nothing kept beyond the page."""
        words = escape(self._labels.step % {"number": token.info})
        tick = f'<input type="checkbox" aria-label="{words}">'
        self.out.append(f"<li>{tick}<div>")

    def _open_link(self, token: Token) -> None:
        target = str(token.attrGet("href"))
        address = self._address(target, is_bare=token.markup == "autolink")
        opened, closed = ("<bdi>", "</bdi>") if target.startswith("tel:") else ("", "")
        if address:
            opened, closed = f'<a href="{escape(address)}">{opened}', f"{closed}</a>"
        self.out.append(opened)
        self._ends.append(closed)

    def _address(self, target: str, *, is_bare: bool) -> str:
        """Return the address for a link; empty for a bare one that stays words."""
        telephone = TELEPHONE.fullmatch(target)
        if telephone:
            return target
        if not is_bare and not target.startswith(SCHEMES):
            raise ContentError(f'A link goes to "{target}", which is neither a name nor a number')
        try:
            return self._resolve(target)
        except KeyError as error:
            if is_bare:
                return ""
            raise ContentError(f'A link goes to "{target}", which does not exist') from error


def _simple(token: Token) -> str:
    """Write a token that needs nothing but itself."""
    name, _, end = token.type.rpartition("_")
    if name in _TAGS:
        slash, line_end = ("/", "\n") if end == "close" else ("", "")
        return f"<{slash}{_TAGS[name]}>{line_end if token.block else ''}"
    if token.type in {"softbreak", "hr", "hardbreak"}:
        return {"softbreak": "\n", "hr": "<hr>\n", "hardbreak": "<br>\n"}[token.type]
    if token.type == "code_inline":
        return f"<code>{escape(token.content)}</code>"
    if token.type in {"fence", "code_block"}:
        return f"<pre><code>{escape(token.content)}</code></pre>\n"
    return _marked_addresses(token.content)


def _marked_addresses(text: str) -> str:
    """Escape text and set the addresses in it apart from text that runs from right to left."""
    out, end = [], 0
    for match in _ADDRESS.finditer(text):
        out.append(escape(text[end : match.start()]))
        out.append(f'<bdi dir="ltr">{escape(match.group())}</bdi>')
        end = match.end()
    return "".join([*out, escape(text[end:])])


def _with_label(label: str, heading: str) -> tuple[str, str]:
    """Return a block's heading as HTML and as text: its label once, in words that are seen.

    A heading that starts with its label, such as "Do this" after "Do", does not say it twice.
    """
    rest, joint = heading[len(label) :], ": "
    if label and heading.casefold().startswith(label.casefold()) and not rest[:1].isalnum():
        label, heading, joint = heading[: len(label)], rest.strip(), " "
    marked = f'<span class="label">{escape(label)}</span>' if label else ""
    words = escape(heading)
    return " ".join(filter(None, [marked, words])), joint.join(filter(None, [label, heading]))


def _new_id(text: str, taken: Counter[str]) -> str:
    """Make a heading's id: its words, never one of the page around it, never the same twice."""
    words = _NOT_WORD.sub("-", unicodedata.normalize("NFKC", text).casefold()).strip("-")
    start = f"h-{words}"[:_ID_CHARS].rstrip("-")
    taken[start] += 1
    # Two hyphens never stand in words: a third "h-a" cannot meet a heading "A 3".
    return start if taken[start] == 1 else f"{start}--{taken[start]}"
