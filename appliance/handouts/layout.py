"""Handouts as accessible PDFs, in ordinary and in large print, in one language or two.

Typst cannot be interrupted, so what it is given is bounded instead: the templates loop only over a
sheet's own entries, `sheet.check` limits those, and time grows in step with them. The slowest sheet
within the limits is measured in docs/sources.md#handouts.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace

from appliance.errors import HandoutError
from appliance.handouts import typeset
from appliance.handouts.codes import code_picture
from appliance.handouts.paper import Paper
from appliance.handouts.sheet import Sheet, check, sheet
from appliance.handouts.words import ENGLISH

__all__ = ["Paper", "Sheet", "lay_out", "sheet"]

LARGE_SIDE_MM = 40  # of a code in large print: easier to aim at than the 30 mm that can be read


def lay_out(
    sheet: Sheet, paper: Paper = Paper.A4, *, is_large: bool = False, is_download: bool = False
) -> bytes:
    """Return the sheet as a PDF/UA-1 file: the same sheet gives the same bytes.

    Text is as large as one page allows and never under 16 pt, except for the foot and, on the
    fullest sheets, the words round a code. What needs more than a page goes on to the next.

    A translation stands beside its English: in two columns on A4, row by row, and on A5 each on
    pages of its own. Urdu is in Nastaliq, or in Naskh if it is a download: words in Nastaliq can be
    neither copied nor read aloud from a PDF.

    Large print is for A4 and English: every word 24 pt or larger, black on white, in one column, on
    as many pages as it takes.

    Raises:
        HandoutError: too much text, a character that our fonts lack, or an address that cannot be
            printed as a QR code. The message names the handout.
    """
    try:
        check(sheet)
        if is_large:
            _refuse_large(sheet, paper)
        is_beside = sheet.english is not None and paper is Paper.A4
        both = [sheet]
        if sheet.english is not None:
            # On pages of its own, the English has its own words, and nothing to say of translators.
            both.append(sheet.english if is_beside else replace(sheet.english, words=ENGLISH))
        side_mm = LARGE_SIDE_MM if is_large else 0
        data = {
            "paper": "large" if is_large else paper.value,
            "sheets": [_data(one, side_mm) for one in both],
            "urdu": "naskh" if is_download else "nastaliq",
        }
        # One input: typst is given several in any order, and knows them again only in the same.
        inputs = {"data": json.dumps(data)}
        template = "beside.typ" if is_beside else "handout.typ"
        return typeset.pdf(template, inputs, sheet.reviewed)
    except HandoutError as error:
        raise HandoutError(f"The handout {sheet.slug} cannot be laid out: {error}") from error


def _refuse_large(sheet: Sheet, paper: Paper) -> None:
    if paper is not Paper.A4:
        raise HandoutError(f"Large print is for A4 paper, not {paper.name}")
    if sheet.english is not None:
        raise HandoutError("Large print is for the English sheet, not for two languages at once")


def _data(sheet: Sheet, smallest_side_mm: float) -> dict[str, object]:
    """Turn one language of the sheet into what the templates read. JSON has no bytes."""
    return {
        **asdict(replace(sheet, english=None, logo=b"")),
        "reviewed": sheet.reviewed.isoformat(),
        "codes": [code_picture(code, smallest_side_mm=smallest_side_mm) for code in sheet.codes],
        "logo": list(sheet.logo),
    }
