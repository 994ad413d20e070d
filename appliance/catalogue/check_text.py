"""What an editor should mend in a guide's Markdown: headings, blocks, links, HTML, pictures.

The rules look at the tokens that pages are made from, never at the text itself, so that a `#` in
a piece of code is no heading. A token knows its line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from appliance.catalogue.blocks import CLOSE, OPEN, Block, parse_block, tokens_for_checks
from appliance.catalogue.links import Targets, judge_link
from appliance.catalogue.markdown import token_text
from appliance.catalogue.model import Guide, Problem
from appliance.catalogue.schema import TITLE_CHARS, shown

_COLONS = re.compile(r"\s*(:{3,})(.*)")
_LISTS = {"ordered_list_open": "numbered list", "bullet_list_open": "bullet list"}
_NOT_IN_IDEAS = {"heading_open": "heading", "ordered_list_open": "list", "bullet_list_open": "list"}
# Beside a picture of the size of ours: content/README.md.
IDEA_LINES = 3
_WANTED_LISTS = {"steps": "numbered list", "do": "bullet list", "dont": "bullet list"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong on a line of the Markdown, counted from 0, and how to mend it."""

    line: int
    message: str
    mend: str


@dataclass(frozen=True, slots=True)
class Text:
    """A guide's Markdown as lines and as tokens."""

    guide: Guide
    lines: Sequence[str]
    tokens: Sequence[Token]

    def pieces(self) -> Iterator[tuple[int, Token]]:
        """Yield every token that stands for something in the text, with its line."""
        line = 0
        for token in self.tokens:
            line = token.map[0] if token.map else line
            yield line, token
            yield from _pieces_inside(line, token)


def _pieces_inside(line: int, token: Token) -> Iterator[tuple[int, Token]]:
    for child in token.children or ():
        yield line, child
        line += token_text(child).count("\n")


def check_guide(guide: Guide, targets: Targets) -> Iterator[Problem]:
    """Yield the problems in a guide's text."""
    text = Text(guide, guide.body.split("\n"), tokens_for_checks(guide.body))
    for rule in _RULES:
        yield from _problems(guide, rule(text))
    yield from _problems(guide, _links(text, targets))


def _problems(guide: Guide, findings: Iterator[Finding]) -> Iterator[Problem]:
    for finding in findings:
        line = guide.body_line + finding.line
        yield Problem(guide.path, line, "error", finding.message, finding.mend)


def _headings(text: Text) -> Iterator[Finding]:
    above = 1
    for place, token in enumerate(text.tokens):
        if token.type == "heading_open" and token.map:
            level = int(token.tag[1])
            words = token_text(text.tokens[place + 1]).strip()
            yield from _heading_level(token.map[0], level, above)
            yield from _heading_words(token.map[0], words)
            above = max(level, 2)


def _heading_level(line: int, level: int, above: int) -> Iterator[Finding]:
    if level == 1:
        mend = "Start it with `##`: the title is the page's only heading of level 1."
        yield Finding(line, "There is a heading of level 1.", mend)
    elif level > above + 1:
        message = f"The heading skips a level: {level} after {above}."
        yield Finding(line, message, f"Start it with `{'#' * (above + 1)}`.")


def _heading_words(line: int, words: str) -> Iterator[Finding]:
    if not words:
        yield Finding(line, "The heading has no words.", "Write some or remove it.")
    if len(words) > TITLE_CHARS:
        message = f"The heading has {len(words)} characters."
        yield Finding(line, message, f"Shorten it to {TITLE_CHARS} or fewer.")


def _html(text: Text) -> Iterator[Finding]:
    for line, token in text.pieces():
        if token.type in {"html_block", "html_inline"}:
            message = f"There is HTML: {shown(token.content.strip())}."
            mend = "Remove it: only Markdown is allowed. In a text, write `\\<` for a <."
            yield Finding(line, message, mend)


def _pictures(text: Text) -> Iterator[Finding]:
    for line, token in text.pieces():
        if token.type == "image":
            yield Finding(line, "There is a picture.", "Remove it: pages cannot show pictures yet.")


def _links(text: Text, targets: Targets) -> Iterator[Finding]:
    pieces = list(text.pieces())
    for place, (line, token) in enumerate(pieces):
        # The words of an address in pointed brackets are judged with all other words.
        href = str(token.attrGet("href") or "")
        is_address = token.markup == "autolink" and href.startswith(("https:", "http:"))
        if token.type == "link_open" and not is_address:
            for message, mend in judge_link(href, text.guide.language, targets):
                yield Finding(line, message, mend)
            if pieces[place + 1][1].type == "link_close":
                yield Finding(line, "The link has no words.", "Say in [ ] where it goes.")


def _blocks(text: Text) -> Iterator[Finding]:
    depth = 0
    for place, token in enumerate(text.tokens):
        block = parse_block(token.info) if token.type == OPEN else None
        if block and token.map:
            yield from _one_block(text, token, block, depth)
            yield from _block_lists(token.map[0], block, _lists_in(text.tokens, place))
        depth += (token.type == OPEN) - (token.type == CLOSE)


def _one_block(text: Text, token: Token, block: Block, depth: int) -> Iterator[Finding]:
    first, end = token.map or (0, 0)
    name = block.name.partition("-")[0]
    if depth:
        mend = "Close the block above with `:::` first."
        yield Finding(first, f"The block `{name}` stands inside another.", mend)
    elif not _is_closed(text.lines, end):
        mend = "Put `:::` on a line of its own after it."
        yield Finding(first, f"The block `{name}` is not closed.", mend)
    if name == "urgent" and not block.heading:
        mend = "Write what to do: `::: urgent 999 Call 999 if ...`."
        yield Finding(first, "The block `urgent` has no heading.", mend)
    if block.heading:
        yield from _heading_words(first, block.heading)


def _is_closed(lines: Sequence[str], end: int) -> bool:
    """Whether the line on which a block ends is its end mark, and not the end of the text."""
    line = lines[end].strip(" \t>") if end < len(lines) else ""
    return line.startswith(":::") and not line.strip(":")


def _lists_in(tokens: Sequence[Token], place: int) -> list[str]:
    """Name the lists directly in the block that opens at `place`."""
    level = tokens[place].level + 1
    inside = (token for token in _inside(tokens, place) if token.level == level)
    return [_LISTS[token.type] for token in inside if token.type in _LISTS]


def _inside(tokens: Sequence[Token], place: int) -> Iterator[Token]:
    """Yield what stands in the block that opens at `place`."""
    for token in tokens[place + 1 :]:
        if token.type == CLOSE and token.level == tokens[place].level:
            return
        yield token


def _block_lists(line: int, block: Block, found: list[str]) -> Iterator[Finding]:
    wanted = _WANTED_LISTS.get(block.name)
    if wanted and found != [wanted]:
        there = " and ".join(found) or "no list"
        message = f"The block `{block.name}` holds {there}."
        yield Finding(line, message, f"Put exactly one {wanted} in it.")


def _ideas(text: Text) -> Iterator[Finding]:
    """An idea is a few lines beside a picture: more, or a list, and it is no longer 1 idea."""
    for place, token in enumerate(text.tokens):
        block = parse_block(token.info) if token.type == OPEN else None
        if block and block.name == "idea" and token.map:
            inside = list(_inside(text.tokens, place))
            kinds = {_NOT_IN_IDEAS[one.type] for one in inside if one.type in _NOT_IN_IDEAS}
            for kind in sorted(kinds):
                message = f"The block `idea` holds a {kind}."
                yield Finding(token.map[0], message, f"Write 1 to {IDEA_LINES} short lines.")
            yield from _idea_lines(token.map[0], inside)


def _idea_lines(line: int, inside: Sequence[Token]) -> Iterator[Finding]:
    words = [token_text(token) for token in inside if token.type == "inline"]
    count = sum(bool(one.strip()) for text in words for one in text.split("\n"))
    if not count:
        yield Finding(line, "The block `idea` has no words.", "Write some or remove it.")
    elif count > IDEA_LINES:
        mend = f"Make 2 of it: {IDEA_LINES} lines are the most."
        yield Finding(line, f"The block `idea` has {count} lines.", mend)


def _stray_colons(text: Text) -> Iterator[Finding]:
    """Lines that look like a block's first or last, and are neither."""
    is_open = False
    for token in text.tokens:
        words = token_text(token) if token.type == "inline" else ""
        for number, line in enumerate(words.split("\n")):
            colons = _COLONS.match(line)
            if colons:
                name = colons.group(2).strip()
                if name or not is_open:
                    yield _stray((token.map or [0])[0] + number, name)
                is_open = bool(name)


def _stray(line: int, name: str) -> Finding:
    if not name:
        return Finding(line, "This `:::` closes no block.", "Remove it, or open a block above it.")
    if name.startswith("urgent"):
        mend = "Write `::: urgent 999` or `::: urgent 111` and then the heading."
        return Finding(line, "The block `urgent` does not say 999 or 111.", mend)
    mend = "Use steps, do, dont, warning, urgent, inset or idea."
    return Finding(line, f"There is no block {shown(name)}.", mend)


_RULES: tuple[Callable[[Text], Iterator[Finding]], ...] = (
    _headings,
    _html,
    _pictures,
    _blocks,
    _ideas,
    _stray_colons,
)
