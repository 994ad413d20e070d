from __future__ import annotations

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import astuple, replace
from functools import cache
from io import BytesIO

import pikepdf
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.catalogue.model import Catalogue, Section
from appliance.errors import HandoutError
from appliance.handouts.layout import Paper, lay_out
from appliance.handouts.sheet import Code, Help, Line, Sheet, sheet
from appliance.handouts.typeset import flawless
from appliance.handouts.words import BOUNDARY, PROMISE, SCAN, URGENT_HEADING, URGENT_HELP
from tests.content import PROJECT, real_catalogue
from tests.handouts import paper
from tests.handouts.samples import CATALOGUE

LIBRARY = "Anytown Library Service"
MARKUP = (
    r"""#panic("x") $y$ *b* _i_ @c <d> \e ~ -- ... // no /* no */ `f` = g [h] {i} 'j' "k" - + 1."""
)


def sheets_of(catalogue: Catalogue) -> list[Sheet]:
    return [sheet(handout, catalogue, LIBRARY) for handout in catalogue.handouts.values()]


SAMPLES = sheets_of(CATALOGUE)
SHIPPED = sheets_of(real_catalogue())
PLAIN = SAMPLES[0]

each_paper = pytest.mark.parametrize("size", list(Paper))
each_sheet = pytest.mark.parametrize(
    "made",
    [*SAMPLES, *SHIPPED],
    ids=[*(f"sample-{made.slug}" for made in SAMPLES), *(made.slug for made in SHIPPED)],
)
each_shipped = pytest.mark.parametrize("made", SHIPPED, ids=[made.slug for made in SHIPPED])


@cache
def printed(made: Sheet, size: Paper) -> bytes:
    return lay_out(made, size)


def opened(made: Sheet, size: Paper = Paper.A4) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(printed(made, size)))


def test_there_are_handouts_to_ship() -> None:
    assert len(SHIPPED) >= 6


@each_sheet
@each_paper
@pytest.mark.parametrize(("dpi", "mono"), [(150, False), (203, True)])
def test_a_phone_reads_every_code(made: Sheet, size: Paper, *, dpi: int, mono: bool) -> None:
    found = paper.codes(printed(made, size), dpi=dpi, mono=mono)
    assert sorted(found) == sorted(code.address for code in made.codes)


@each_shipped
def test_shipped_handouts_fit_one_a4_page(made: Sheet) -> None:
    assert len(opened(made).pages) == 1


@each_shipped
def test_shipped_handouts_fit_two_a5_pages(made: Sheet) -> None:
    assert len(opened(made, Paper.A5).pages) <= 2


@pytest.mark.parametrize(
    ("size", "width_mm", "height_mm"), [(Paper.A4, 210, 297), (Paper.A5, 148, 210)]
)
def test_pages_are_of_the_paper_asked_for(size: Paper, width_mm: int, height_mm: int) -> None:
    pdf = opened(PLAIN, size)
    box = [float(edge) / paper.POINTS_PER_MM for edge in pdf.pages[0].mediabox]
    assert box == pytest.approx([0, 0, width_mm, height_mm], abs=0.1)
    assert size.media.endswith(f"_{width_mm}x{height_mm}mm")


@each_sheet
@each_paper
def test_everything_on_the_sheet_is_on_paper(made: Sheet, size: Paper) -> None:
    text = paper.text(printed(made, size))
    sections = [words for part in made.sections for words in (part.heading, *part.items)]
    codes = [words for code in made.codes for words in (code.name, code.address)]
    lines = [line for helpline in made.helplines for line in helpline.lines]
    contacts = [words for line in lines for words in (line.verb, line.shown, line.note)]
    foot = [
        URGENT_HEADING,
        *("".join(astuple(entry)) for entry in URGENT_HELP),
        BOUNDARY,
        made.checked,
        made.made_by,
        made.number,
    ]
    beside_codes = [SCAN, PROMISE] if made.codes else []
    names = [helpline.name for helpline in made.helplines]
    head = [made.title, made.lead]
    for words in (*head, *sections, *codes, *names, *contacts, *beside_codes, *foot):
        assert paper.squeezed(words) in text


@each_sheet
@each_paper
def test_no_word_leaves_the_page(made: Sheet, size: Paper) -> None:
    assert paper.off_the_page(printed(made, size)) == []


@each_sheet
@each_paper
def test_text_is_16_point_or_larger_and_the_foot_12(made: Sheet, size: Paper) -> None:
    pdf = opened(made, size)
    sizes = paper.font_sizes(pdf)
    assert {round(size, 1) for size in sizes if size < 15.9} <= {12, 13, 14, 14.4}
    assert max(sizes) >= 25


@each_sheet
@each_paper
def test_files_are_what_pdf_ua_asks_for(made: Sheet, size: Paper) -> None:
    pdf = opened(made, size)
    assert pdf.Root.MarkInfo.Marked
    assert pdf.Root.Lang == "en"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    assert pdf.docinfo["/Title"] == made.title
    assert pdf.docinfo["/Author"] == LIBRARY
    with pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == made.title


@each_sheet
def test_screen_readers_get_each_codes_name_and_address(made: Sheet) -> None:
    pdf = opened(made)
    figures = paper.tagged(pdf, "/Figure")
    assert [str(figure.Alt) for figure in figures] == [
        f"QR code for {code.name}: {code.address}" for code in made.codes
    ]


@each_sheet
def test_screen_readers_get_headings_and_lists(made: Sheet) -> None:
    pdf = opened(made)
    headed = [part for part in made.sections if part.heading]
    listed = [part for part in made.sections if part.kind in ("steps", "checklist", "do", "dont")]
    assert len(paper.tagged(pdf, "/H1")) == 1
    assert len(paper.tagged(pdf, "/H2")) == len(headed) + len(made.helplines)
    assert len(paper.tagged(pdf, "/LI")) == sum(len(part.items) for part in listed)


@each_sheet
def test_only_our_own_fonts_are_used_and_they_are_embedded(made: Sheet) -> None:
    pdf = opened(made)
    fonts = list(paper.fonts(pdf))
    assert fonts
    for font in fonts:
        assert "NotoSans" in str(font.FontName)
        assert "/FontFile2" in font or "/FontFile3" in font


@each_sheet
def test_files_open_nothing_but_the_addresses_printed_on_them(made: Sheet) -> None:
    pdf = opened(made)
    notes = [note for page in pdf.pages for note in page.get("/Annots", pikepdf.Array()).as_list()]
    links = {str(note.A.URI) for note in notes}
    lines = [line for helpline in made.helplines for line in helpline.lines]
    known = {code.address for code in made.codes} | {line.address for line in lines}
    assert links <= known
    assert not {"/OpenAction", "/AA"} & set(pdf.Root.keys())


def test_the_same_sheet_gives_the_same_bytes_in_another_process() -> None:
    program = (
        "import hashlib, sys\n"
        "from tests.handouts.test_layout import PLAIN, lay_out\n"
        "sys.stdout.write(hashlib.sha256(lay_out(PLAIN)).hexdigest())\n"
    )
    there = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert there.stdout == hashlib.sha256(lay_out(PLAIN)).hexdigest()


def test_another_library_gives_other_bytes() -> None:
    assert lay_out(replace(PLAIN, library_name="Other Library")) != lay_out(PLAIN)


def test_many_readers_can_ask_at_once() -> None:
    with ThreadPoolExecutor(8) as pool:
        pdfs = list(pool.map(lay_out, [*SAMPLES] * 4))
    assert pdfs == [printed(made, Paper.A4) for made in SAMPLES] * 4


def hostile() -> Sheet:
    """A sheet whose every text is full of markup."""
    return replace(
        PLAIN,
        title=MARKUP,
        lead=MARKUP,
        library_name=MARKUP,
        sections=(Section("steps", MARKUP, (MARKUP, MARKUP)), Section("fill-in", "", (MARKUP,))),
        codes=(Code(MARKUP, "https://example.org/"),),
        helplines=(Help(MARKUP, MARKUP, "", (Line("Call", MARKUP, "", MARKUP),)),),
    )


@each_paper
def test_markup_in_a_text_is_printed_as_it_stands(size: Paper) -> None:
    assert paper.text(lay_out(hostile(), size)).count(paper.squeezed(MARKUP)) >= 10


@pytest.mark.parametrize(
    "strange", ["Hello 😀", "สวัสดี", "வணக்கம்", "bell \x07", "\ue000", "a\ufeffb", "\ud800"]
)
def test_characters_that_our_fonts_lack_are_refused(strange: str) -> None:
    with pytest.raises(HandoutError, match="The handout before-you-start cannot be laid out"):
        lay_out(replace(PLAIN, lead=strange))


def test_a_word_of_5000_letters_is_refused() -> None:
    with pytest.raises(HandoutError, match=r"before-you-start .* has 5000 letters"):
        lay_out(replace(PLAIN, lead="a" * 5_000))


def test_an_address_that_is_no_qr_code_is_refused_by_the_handouts_name() -> None:
    with pytest.raises(HandoutError, match=r"before-you-start .* Only web addresses"):
        lay_out(replace(PLAIN, codes=(Code("Evil", "javascript:alert(1)"),)))


def test_what_typst_warns_of_is_refused() -> None:
    careless = b'#set text(font: "A font that nobody has")\nHello'
    with pytest.raises(HandoutError, match="a font that nobody has"):
        flawless(*typst.compile_with_warnings(careless, format="pdf"))


@given(
    texts=st.lists(st.text(max_size=120), min_size=4, max_size=12),
    kind=st.sampled_from(
        ["text", "steps", "checklist", "do", "dont", "warning", "urgent", "fill-in"]
    ),
    size=st.sampled_from(list(Paper)),
)
@settings(max_examples=150, deadline=None)
def test_any_text_becomes_a_pdf_or_a_handout_error(
    texts: list[str], kind: str, size: Paper
) -> None:
    title, lead, name, *items = texts
    hostile = replace(
        PLAIN,
        title=title,
        lead=lead,
        library_name=name,
        sections=(Section(kind, lead, tuple(items)),),  # type: ignore[arg-type]  # one of the kinds
        codes=(Code(name, "https://example.org/"),),
    )
    with suppress(HandoutError):
        assert lay_out(hostile, size).startswith(b"%PDF-")
