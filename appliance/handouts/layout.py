"""Handouts as accessible PDFs, in ordinary and in large print.

Typst cannot be interrupted, so what it is given is bounded instead: the templates loop only over a
sheet's own entries, `sheet.check` limits those, and time grows in step with them. The slowest sheet
within the limits is measured in docs/sources.md#handouts.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from appliance.errors import HandoutError
from appliance.handouts import typeset
from appliance.handouts.codes import code_picture
from appliance.handouts.paper import Paper
from appliance.handouts.sheet import (
    BOUNDARY,
    PROMISE,
    SCAN,
    URGENT_HEADING,
    URGENT_HELP,
    Sheet,
    check,
    sheet,
)

__all__ = ["Paper", "Sheet", "lay_out", "sheet"]

LARGE_SIDE_MM = 40  # of a code in large print: easier to aim at than the 30 mm that can be read


def lay_out(sheet: Sheet, paper: Paper = Paper.A4, *, is_large: bool = False) -> bytes:
    """Return the sheet as a PDF/UA-1 file: the same sheet gives the same bytes.

    Text is as large as one page allows and never under 16 pt, except for the foot and, on the
    fullest sheets, the words round a code. What needs more than a page goes on to the next.

    Large print is for A4: every word 24 pt or larger, black on white, in one column, on as many
    pages as it takes.

    Raises:
        HandoutError: too much text, a character that our fonts lack, or an address that cannot be
            printed as a QR code. The message names the handout.
    """
    try:
        check(sheet)
        inputs = {
            "paper": _look(paper, is_large=is_large),
            "sheet": json.dumps(_data(sheet, LARGE_SIDE_MM if is_large else 0)),
        }
        return typeset.pdf("handout.typ", inputs, sheet.reviewed)
    except HandoutError as error:
        raise HandoutError(f"The handout {sheet.slug} cannot be laid out: {error}") from error


def _look(paper: Paper, *, is_large: bool) -> str:
    """Return the template's name for what is wanted."""
    if is_large and paper is not Paper.A4:
        raise HandoutError(f"Large print is for A4 paper, not {paper.name}")
    return "large" if is_large else paper.value


def _data(sheet: Sheet, smallest_side_mm: float) -> dict[str, object]:
    """Turn the sheet into what the template reads."""
    return {
        **asdict(sheet),
        "language": sheet.language.partition("-")[0],
        "reviewed": sheet.reviewed.isoformat(),
        "codes": [code_picture(code, smallest_side_mm=smallest_side_mm) for code in sheet.codes],
        "words": {
            "urgent_heading": URGENT_HEADING,
            "urgent_help": URGENT_HELP,
            "scan": SCAN,
            "promise": PROMISE,
            "boundary": BOUNDARY,
        },
    }
