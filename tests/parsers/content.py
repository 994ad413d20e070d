"""Parsers of content: signed files, and what people bring to a box or an editor's computer."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from io import BytesIO
from itertools import count
from pathlib import Path

from PIL import Image

from appliance.catalogue.check import check
from appliance.catalogue.load import LISTS, load
from appliance.catalogue.markdown import Labels, passages, to_html, to_plain
from appliance.errors import ContentError, HandoutError
from appliance.handouts.drawing import safe
from appliance.handouts.logo import KEPT_SIDE_PX, clean
from appliance.site.render import render_site
from appliance.state.state import Settings
from tests.catalogue.test_practice import GOOD as SCREENS
from tests.catalogue.test_translations import tree as translated_tree
from tests.catalogue.trees import GUIDE, good, in_polish
from tests.content import CONTENT, whole_tree
from tests.parsers.parser import Parser, Take, pure
from tests.parsers.releases import RELEASE

DAY = date(2026, 11, 23)
PATHS = (
    *sorted(LISTS),
    GUIDE,
    "guides/pl/get-nhs-app.md",
    "handouts/pl.toml",
    "interface/pl.po",
    "synonyms/en.toml",
)
TASKS = b"""[[tasks]]
slug = "look"
words = "Look something up"
guide = "get-nhs-app"
"""
SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 90"><defs><linearGradient id="a">
<stop offset="0" stop-color="#005eb8"/></linearGradient></defs><g transform="scale(2)">
<path d="M1 1h40v40z" fill="url(#a)"/><circle r="9"/></g></svg>"""


def _file(data: bytes) -> bool:
    """The first byte says which file of a content tree it is."""
    path = PATHS[data[0] % len(PATHS)] if data else "README.md"
    tree = {**_TREE, path: data[1:]}
    problems = check(tree, DAY)
    try:
        load(tree)
    except ContentError:
        assert problems
        return False
    return True


def _markdown(data: bytes) -> bool:
    text = data.decode(errors="replace")
    to_plain(text)
    list(passages(text))
    with suppress(ContentError):
        page = to_html(text, lambda target: target, Labels())
        assert "<script" not in page.html.lower()
        return True
    return False


def _png(data: bytes) -> bool:
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return False  # A drawing is for the next one.
    with suppress(HandoutError):
        assert max(_size(clean(data))) <= KEPT_SIDE_PX
        return True
    return False


def _size(png: bytes) -> tuple[int, int]:
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


def _svg(data: bytes) -> bool:
    """What is drawn is read by a program with limits of its own; this decides what it is given."""
    with suppress(HandoutError):
        assert b"<script" not in safe(data).lower()
        return True
    return False


def _tree() -> dict[str, bytes]:
    """A content of two languages with one of every kind of file."""
    words = whole_tree()["synonyms/en.toml"].split(b"[[synonyms]]")
    made = {**in_polish(translated_tree()), "practice.toml": SCREENS.encode()}
    made["languages.toml"] = in_polish(good())["languages.toml"]
    made["synonyms/en.toml"] = b"[[synonyms]]".join(words[:6])
    made["interface/pl.po"] = _texts()
    made["tasks.toml"] = TASKS
    return made


def _texts() -> bytes:
    """Return a PO file of those of our own Polish texts that fill something in."""
    blocks = whole_tree()["interface/pl.po"].split(b"\n\n")
    return b"\n\n".join([blocks[0], *(block for block in blocks if b"%(" in block)][:60])


def _seeds() -> tuple[bytes, ...]:
    return tuple(bytes([place]) + _TREE[path] for place, path in enumerate(PATHS))


_TREE = _tree()
_GUIDES = tuple(
    path.read_bytes()[:2_500] for path in sorted((CONTENT / "guides" / "en").glob("*.md"))[:3]
)


def _logo() -> bytes:
    file = BytesIO()
    Image.effect_mandelbrot((60, 50), (-2, -1, 1, 1), 20).save(file, "PNG")
    return file.getvalue()


@contextmanager
def _pages(folder: Path) -> Iterator[Take]:
    """Texts of the interface that load are texts that pages can show."""
    # Without sheets: those are typeset in a quarter of a second.
    files = {path: data for path, data in good().items() if path != "handouts.toml"}
    tree = in_polish(
        {**files, GUIDE: files[GUIDE].replace(b"handout:before-you-start", b"site:mind")}
    )
    numbers = count()

    def take(data: bytes) -> bool:
        into = folder / f"pages{next(numbers)}"
        into.mkdir()
        try:
            with suppress(ContentError):
                catalogue = load({**tree, "interface/pl.po": data})
                render_site(catalogue, RELEASE, Settings(), into, lambda *_: None)
                return True
            return False
        finally:
            shutil.rmtree(into)

    yield take


_HEADER = b'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
_UNFILLABLE = tuple(
    _HEADER + b'msgid "Search"\nmsgstr "' + text + b'"\n'
    for text in (b"%(bogus)s", b"100 % ", b"%(x)d %(", b"%s", b"%(x)999999999d")
)


PARSERS = (
    Parser("content file", pure(_file), _seeds()),
    Parser("Markdown", pure(_markdown), _GUIDES),
    Parser("interface texts on pages", _pages, (_texts(),), _UNFILLABLE, examples=30),
    Parser("logo, PNG", pure(_png), (_logo(),)),
    Parser("logo, SVG", pure(_svg), (SVG,)),
)
