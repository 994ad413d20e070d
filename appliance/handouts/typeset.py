"""Runs typst: what a template needs goes in as data, never as markup; nothing flawed comes out.

Typst cannot be interrupted, so callers bound what they give it: docs/sources.md#handouts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from threading import Lock

import typst

from appliance.errors import HandoutError

_TEMPLATES = Path(__file__).with_name("templates")
_FONTS = Path(__file__).with_name("fonts")

# Typst keeps what a document was made of until this many others have been made.
_REMEMBERED = 10

# A compiler must not be entered twice. Python's other threads run on while it works.
_one_at_a_time = Lock()


def pdf(template: str, inputs: Mapping[str, str], day: date) -> bytes:
    """Return a PDF/UA-1 file: the same inputs give the same bytes.

    Args:
        template: a file of the folder of templates.
        inputs: what it finds in sys.inputs.
        day: written into the file as the day that it was made.

    Raises:
        HandoutError: it warned, or it broke a rule of PDF/UA, such as a character without a glyph.
    """
    try:
        with _one_at_a_time:
            result = _compiler().compile_with_warnings(
                _TEMPLATES / template,
                format="pdf",
                sys_inputs=dict(inputs),
                pdf_standards=["ua-1"],
                timestamp=datetime.combine(day, time(), UTC),
            )
        return flawless(*result)
    except typst.TypstError as error:
        raise HandoutError(str(error).removeprefix("assertion failed: ")) from error


def png(template: str, inputs: Mapping[str, str], day: date) -> bytes:
    """Return a template's only page as a picture, one pixel a point.

    Raises:
        HandoutError: as for a PDF file. Pictures have no such rules, so a file is made first.
    """
    pdf(template, inputs, day)
    with _one_at_a_time:
        result = _compiler().compile_with_warnings(
            _TEMPLATES / template, format="png", ppi=72, sys_inputs=dict(inputs)
        )
    return flawless(*result)


def forget() -> None:
    """Let typst drop what it remembers of the last sheets: up to 25 MB each, of its last ten.

    Whoever lays out many different sheets calls this between them: docs/sources.md#handouts.
    """
    with _one_at_a_time:
        for _ in range(_REMEMBERED + 1):
            _compiler().compile(b"", format="svg")


def flawless(made: object, warnings: Sequence[typst.TypstWarning]) -> bytes:
    """Return what typst made, unless it warned of anything.

    Raises:
        HandoutError: with the warnings.
    """
    if warnings or not isinstance(made, bytes):
        raise HandoutError("; ".join(map(str, warnings)) or "nothing was made, or several pages")
    return made


@cache
def _compiler() -> typst.Compiler:
    """Load our fonts, once a process."""
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[_FONTS]
    )
    return typst.Compiler(root=_TEMPLATES, font_paths=fonts, ignore_system_fonts=True)
