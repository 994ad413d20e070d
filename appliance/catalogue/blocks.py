"""The blocks between `::: name` and `:::`, and the one Markdown reader that knows them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

BlockName = Literal["steps", "do", "dont", "warning", "urgent-999", "urgent-111", "inset", "idea"]

OPEN = "container_block_open"
CLOSE = "container_block_close"

# What an idea, or a practice screen, may show. The drawings are appliance/site/pictures/<name>.svg.
PICTURES = (
    "account",
    "ambulance",
    "calendar",
    "call",
    "camera",
    "clock",
    "code",
    "computer",
    "cross",
    "email",
    "face",
    "key",
    "letter",
    "list",
    "medicine",
    "message",
    "people",
    "pharmacy",
    "phone",
    "photo-id",
    "signs",
    "staff",
    "surgery",
    "tick",
    "warning",
    "wifi",
)

_NAMES: tuple[BlockName, ...] = get_args(BlockName)
# Not part of our Markdown: text that is code because it is indented, and links whose address
# stands far from their words.
_LEFT_OUT = ["code", "reference"]


@dataclass(frozen=True, slots=True)
class Block:
    """What stands after the colons: a name, and a heading which may be empty.

    An idea has no heading but names its picture, whether there is one of that name or not.
    """

    name: BlockName
    heading: str
    picture: str = ""


def parse_block(words: str) -> Block | None:
    """Read `steps`, `do Do this`, `idea phone` or `urgent 999 Call 999 if ...`.

    Returns None if it is none of ours.
    """
    name, _, heading = words.strip().partition(" ")
    if name == "urgent":
        number, _, heading = heading.strip().partition(" ")
        name = f"urgent-{number}"
    if name == "idea":
        return Block("idea", "", heading.strip())
    known = next((known for known in _NAMES if known == name), None)
    return Block(known, heading.strip()) if known else None


class _Reader(MarkdownIt):
    """Hands on the addresses of links as they are written: whoever uses the tokens judges them."""

    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802 - named by markdown-it
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - named by markdown-it
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - named by markdown-it
        return link


def _reader(*, html: bool) -> MarkdownIt:
    reader = _Reader("commonmark", {"html": html})
    container_plugin(reader, "block", validate=lambda words, _: parse_block(words) is not None)
    return reader.disable(_LEFT_OUT)


_FOR_PAGES = _reader(html=False)
_FOR_CHECKS = _reader(html=True)


def tokens_for_pages(text: str) -> list[Token]:
    """Read Markdown; HTML in it is plain text."""
    return _FOR_PAGES.parse(_ended(text))


def tokens_for_checks(text: str) -> list[Token]:
    """Read Markdown; HTML in it is a token of its own, so that it is found."""
    return _FOR_CHECKS.parse(_ended(text))


def unknown_pictures(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line, counted from 0, and the name of each picture that there is not."""
    if "idea" not in text:  # reading Markdown costs a device more than looking for a word
        return
    for token in tokens_for_pages(text):
        block = parse_block(token.info) if token.type == OPEN else None
        if block and block.name == "idea" and block.picture not in PICTURES:
            yield (token.map or [0])[0], block.picture


def _ended(text: str) -> str:
    # The container plugin 0.7.0 reads one character past the end of some texts: "> ::: do\n> ".
    return text + "\n"
