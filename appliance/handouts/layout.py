"""Handouts as accessible PDFs: what stands on a sheet goes to typst as data, never as markup.

Typst cannot be interrupted, so what it is given is bounded instead: the templates loop only over a
sheet's own entries, `sheet.check` limits those, and time grows in step with them. The slowest sheet
within the limits is measured in docs/sources.md#handouts.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from threading import Lock

import typst

from appliance.errors import HandoutError
from appliance.handouts import qr
from appliance.handouts.paper import Paper
from appliance.handouts.sheet import (
    BOUNDARY,
    PROMISE,
    SCAN,
    URGENT_HEADING,
    URGENT_HELP,
    Code,
    Sheet,
    check,
    sheet,
)

__all__ = ["Paper", "Sheet", "lay_out", "sheet"]

LONGEST_PIECE = 18  # characters of an address that fit a line of a card at 16 pt

_TEMPLATES = Path(__file__).with_name("templates")
_FONTS = Path(__file__).with_name("fonts")

# A compiler must not be entered twice. Python's other threads run on while it works.
_one_at_a_time = Lock()


def lay_out(sheet: Sheet, paper: Paper = Paper.A4) -> bytes:
    """Return the sheet as a PDF/UA-1 file: the same sheet gives the same bytes.

    Text is as large as one page allows and never under 16 pt, except for the foot and, on the
    fullest sheets, the words round a code. What needs more than a page goes on to the next.

    Raises:
        HandoutError: too much text, a character that our fonts lack, or an address that cannot be
            printed as a QR code. The message names the handout.
    """
    try:
        check(sheet)
        inputs = {"paper": paper.value, "sheet": json.dumps(_data(sheet))}
        with _one_at_a_time:
            result = _compiler().compile_with_warnings(
                _TEMPLATES / "handout.typ",
                format="pdf",
                sys_inputs=inputs,
                pdf_standards=["ua-1"],
                timestamp=datetime.combine(sheet.reviewed, time(), UTC),
            )
        return flawless(*result)
    except (HandoutError, typst.TypstError) as error:
        raise HandoutError(f"The handout {sheet.slug} cannot be laid out: {error}") from error


def flawless(pdf: object, warnings: Sequence[typst.TypstWarning]) -> bytes:
    """Return what typst made, unless it warned of anything.

    Raises:
        HandoutError: with the warnings.
    """
    if warnings or not isinstance(pdf, bytes):
        raise HandoutError("; ".join(map(str, warnings)) or "no PDF was made")
    return pdf


@cache
def _compiler() -> typst.Compiler:
    """Load our fonts, once a process."""
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[_FONTS]
    )
    return typst.Compiler(root=_TEMPLATES, font_paths=fonts, ignore_system_fonts=True)


def _data(sheet: Sheet) -> dict[str, object]:
    """Turn the sheet into what the template reads."""
    return {
        **asdict(sheet),
        "language": sheet.language.partition("-")[0],
        "reviewed": sheet.reviewed.isoformat(),
        "codes": [_code(code) for code in sheet.codes],
        "words": {
            "urgent_heading": URGENT_HEADING,
            "urgent_help": URGENT_HELP,
            "scan": SCAN,
            "promise": PROMISE,
            "boundary": BOUNDARY,
        },
    }


def _code(code: Code) -> dict[str, object]:
    """Draw the code, and say how wide the drawing is with its quiet zone."""
    modules = len(qr.matrix(code.address))
    module_mm = qr.side_mm(modules) / modules
    return {
        "name": code.name,
        "address": code.address,
        "pieces": _pieces(code.address),
        "alt": f"QR code for {code.name}: {code.address}",
        "svg": qr.svg(code.address, title=code.name),
        "width_mm": module_mm * (modules + 2 * qr.QUIET_MODULES),
        "quiet_mm": module_mm * qr.QUIET_MODULES,
    }


def _pieces(address: str) -> list[str]:
    """Cut an address where a line may end: after slashes, else after other marks, else anywhere.

    A hyphen at the end of a line could be the address's own or the printer's.
    """
    pieces: list[str] = []
    for part in re.findall(r"https?://|[^/]+/*", address):
        marked = [part] if len(part) <= LONGEST_PIECE else re.findall(r"[^.?=&_]*[.?=&_]|.+", part)
        for piece in marked:
            pieces.extend(textwrap.wrap(piece, LONGEST_PIECE, break_on_hyphens=False))
    return pieces
