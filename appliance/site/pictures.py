"""Our own small drawings: each page holds those that it shows once, as symbols to point at."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from markupsafe import Markup

_FOLDER = Path(__file__).parent / "pictures"
_SVG = re.compile(r"<svg [^>]*>(.*)</svg>\s*", re.DOTALL)


def symbols(names: Iterable[str]) -> Markup:
    """Return a part of a page, not seen itself, that holds the drawings; empty if there are none.

    A page shows one by `<svg class="picture" aria-hidden="true"><use href="#picture-NAME"/></svg>`.
    The stylesheet says how thick the strokes are, and the text round a picture what colour.
    """
    drawn = "".join(
        f'<symbol id="picture-{name}" viewBox="0 0 48 48">{_strokes(name)}</symbol>'
        for name in names
    )
    hidden = f'<svg class="pictures" aria-hidden="true">{drawn}</svg>' if drawn else ""
    return Markup(hidden)  # noqa: S704 - files of our own, not anybody's input


@cache
def _strokes(name: str) -> str:
    """Return what a drawing's file holds inside its outer element."""
    file = (_FOLDER / f"{name}.svg").read_text("utf-8")
    return _SVG.sub(r"\1", file).strip()
