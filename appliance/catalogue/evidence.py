"""Where the facts of a guide were read: the markers in its text, `[^slug]`, and what they cover.

Markers are for editors. They are taken out of a guide's text when it is read, so nothing that
shows, searches or measures a text knows of them, and a text's fingerprint does not change with
them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from appliance.catalogue.blocks import CLOSE, OPEN, Block, parse_block, tokens_for_pages
from appliance.catalogue.markdown import token_text
from appliance.catalogue.model import Guide, Marker

# Marks our own words, which state no fact: no source may have this name.
OWN = "own"

_MARKER = re.compile(r"[ \t]*(?<!\\)\[\^([^\[\]\n]*)\]")


@dataclass(frozen=True, slots=True)
class Fact:
    """A paragraph, a list item or the heading of an urgent block, and the sources it rests on.

    `line` counts from 0 in the guide's text. `sources` is empty if nobody said where the fact is
    from, and holds `own` for our own words.
    """

    line: int
    text: str
    sources: tuple[str, ...]


def part_markers(text: str) -> tuple[str, tuple[Marker, ...]]:
    """Return a text without its markers, line for line, and the markers."""
    markers: list[Marker] = []
    # Once is enough, but for slips such as `[^[^a]b]`.
    while found := list(_found(text)):
        markers += found
        text = _MARKER.sub("", text)
    return text, tuple(markers)


def facts(guide: Guide) -> Iterator[Fact]:
    """Yield every passage of a guide with its sources, in the order of the text.

    A passage without a marker has those of the block that it stands in, else those of the heading
    that it stands under.
    """
    yield from _Reader(_by_line(guide.markers)).read(tokens_for_pages(guide.body))


def loose_markers(guide: Guide) -> Iterator[Marker]:
    """Yield the markers that stand beside no words."""
    lines = guide.body.split("\n")
    for marker in guide.markers:
        if not lines[marker.line].strip():
            yield marker


def _found(text: str) -> Iterator[Marker]:
    for number, line in enumerate(text.split("\n")):
        for match in _MARKER.finditer(line):
            yield Marker(number, match[1])


def _by_line(markers: Sequence[Marker]) -> Mapping[int, tuple[str, ...]]:
    names: dict[int, tuple[str, ...]] = {}
    for marker in markers:
        names[marker.line] = (*names.get(marker.line, ()), marker.name)
    return names


class _Reader:
    """Goes through a text once and remembers which heading and which block it is under."""

    def __init__(self, named: Mapping[int, tuple[str, ...]]) -> None:
        self._named = named
        self._of_heading: tuple[str, ...] = ()
        self._of_blocks: list[tuple[str, ...]] = []
        self._is_heading = False

    def read(self, tokens: Sequence[Token]) -> Iterator[Fact]:
        for token in tokens:
            if token.type == OPEN:
                yield from self._enter(token, parse_block(token.info))
            elif token.type == CLOSE:
                self._of_blocks.pop()
            elif token.type == "heading_open":
                self._is_heading = True
                self._of_heading = self._on(token)
            elif token.type == "heading_close":
                self._is_heading = False
            elif not self._is_heading and token.map and token_text(token).strip():
                yield self._fact(token.map[0], token_text(token), self._on(token))

    def _enter(self, token: Token, block: Block | None) -> Iterator[Fact]:
        """Enter a block. What an urgent one is headed with is a fact: call 999 if ..."""
        line = (token.map or [0])[0]
        own = self._named.get(line, ())
        if block and block.name.startswith("urgent") and block.heading:
            yield self._fact(line, block.heading, own)
        self._of_blocks.append(own)

    def _fact(self, line: int, text: str, own: tuple[str, ...]) -> Fact:
        above = [own, *reversed(self._of_blocks), self._of_heading]
        return Fact(line, " ".join(text.split()), next(filter(None, above), ()))

    def _on(self, token: Token) -> tuple[str, ...]:
        """Return the names on the lines of a token, each once."""
        first, end = token.map or (0, 0)
        names = (name for line in range(first, end) for name in self._named.get(line, ()))
        return tuple(dict.fromkeys(names))
