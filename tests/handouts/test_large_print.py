from __future__ import annotations

from dataclasses import astuple
from functools import cache
from io import BytesIO

import pikepdf
import pytest

from appliance.errors import HandoutError
from appliance.handouts.layout import Paper, lay_out
from appliance.handouts.sheet import Sheet
from appliance.handouts.words import BOUNDARY, PROMISE, SCAN, URGENT_HEADING, URGENT_HELP
from tests.handouts import paper
from tests.handouts.test_layout import MARKUP, PLAIN, SAMPLES, SHIPPED, hostile

each_sheet = pytest.mark.parametrize(
    "made",
    [*SAMPLES, *SHIPPED],
    ids=[*(f"sample-{made.slug}" for made in SAMPLES), *(made.slug for made in SHIPPED)],
)


@cache
def printed(made: Sheet) -> bytes:
    return lay_out(made, is_large=True)


def opened(made: Sheet) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(printed(made)))


@each_sheet
@pytest.mark.parametrize(("dpi", "mono"), [(150, False), (203, True)])
def test_a_phone_reads_every_code(made: Sheet, *, dpi: int, mono: bool) -> None:
    found = paper.codes(printed(made), dpi=dpi, mono=mono)
    assert sorted(found) == sorted(code.address for code in made.codes)


@each_sheet
def test_every_word_is_24_point_or_larger(made: Sheet) -> None:
    pdf = opened(made)
    sizes = paper.font_sizes(pdf)
    assert min(sizes) >= 23.99
    assert max(sizes) >= 39


@each_sheet
def test_there_is_no_ink_but_black(made: Sheet) -> None:
    pdf = opened(made)
    for page in pdf.pages:
        for step in pikepdf.parse_content_stream(page):
            if str(step.operator) in ("g", "G", "rg", "RG", "sc", "SC", "scn", "SCN"):
                shades = [float(operand) for operand in step.operands]
                assert set(shades) <= {0} or set(shades) == {1}


@each_sheet
def test_pages_are_a4_and_each_names_the_handout_and_its_place(made: Sheet) -> None:
    pdf = opened(made)
    for number, page in enumerate(pdf.pages, 1):
        box = [float(edge) / paper.POINTS_PER_MM for edge in page.mediabox]
        assert box == pytest.approx([0, 0, 210, 297], abs=0.1)
        text = paper.squeezed(paper.page_text(printed(made), number))
        assert paper.squeezed(made.title) in text
        assert paper.squeezed(f"{made.number}, page {number} of {len(pdf.pages)}") in text


@each_sheet
def test_everything_on_the_sheet_is_on_paper(made: Sheet) -> None:
    text = paper.text(printed(made))
    sections = [words for part in made.sections for words in (part.heading, *part.items)]
    codes = [words for code in made.codes for words in (code.name, code.address)]
    lines = [line for helpline in made.helplines for line in helpline.lines]
    contacts = [words for line in lines for words in (line.verb, line.shown, line.note)]
    helplines = [words for entry in made.helplines for words in (entry.name, entry.purpose)]
    urgent = [URGENT_HEADING, *("".join(astuple(entry)) for entry in URGENT_HELP)]
    foot = [BOUNDARY, made.checked, made.made_by]
    beside_codes = [SCAN, PROMISE] if made.codes else []
    for words in (made.lead, *sections, *codes, *contacts, *helplines, *urgent, *foot):
        assert paper.squeezed(words) in text
    for words in beside_codes:
        assert paper.squeezed(words) in text


@each_sheet
def test_urgent_help_is_on_the_first_page(made: Sheet) -> None:
    text = paper.squeezed(paper.page_text(printed(made), 1))
    for entry in URGENT_HELP:
        assert paper.squeezed("".join(astuple(entry))) in text


@each_sheet
def test_it_is_one_column_within_the_margins(made: Sheet) -> None:
    edge = 15 * paper.POINTS_PER_MM
    for word in paper.words(printed(made)):
        assert word.left >= edge, word
        assert word.right <= 210 * paper.POINTS_PER_MM - edge, word
        assert word.bottom < 297 * paper.POINTS_PER_MM, word


@each_sheet
def test_no_handout_wastes_paper(made: Sheet) -> None:
    assert len(opened(made).pages) <= 5


@each_sheet
def test_files_are_what_pdf_ua_asks_for(made: Sheet) -> None:
    pdf = opened(made)
    assert pdf.Root.MarkInfo.Marked
    assert pdf.docinfo["/Title"] == made.title
    with pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
    assert len(paper.tagged(pdf, "/H1")) == 1
    figures = {str(figure.Alt) for figure in paper.tagged(pdf, "/Figure")}
    assert figures == {f"QR code for {code.name}: {code.address}" for code in made.codes}


def test_the_same_sheet_gives_the_same_bytes() -> None:
    assert lay_out(PLAIN, is_large=True) == printed(PLAIN)
    assert lay_out(PLAIN) != printed(PLAIN)


def test_markup_in_any_text_is_printed_as_it_stands() -> None:
    assert paper.text(lay_out(hostile(), is_large=True)).count(paper.squeezed(MARKUP)) >= 10


def test_large_print_on_small_paper_is_refused() -> None:
    with pytest.raises(HandoutError, match=r"before-you-start .* Large print is for A4 paper"):
        lay_out(PLAIN, Paper.A5, is_large=True)
