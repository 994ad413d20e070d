from __future__ import annotations

import unicodedata
from dataclasses import replace
from functools import cache
from io import BytesIO

import pikepdf
import pytest

from appliance.catalogue.model import Catalogue, Handout, Section
from appliance.catalogue.review import Translation
from appliance.errors import HandoutError
from appliance.handouts.layout import Paper, lay_out
from appliance.handouts.sheet import Sheet, sheet
from tests.content import whole_catalogue
from tests.handouts import paper
from tests.handouts.samples import CATALOGUE, HANDOUTS, LETTER, PHOTO
from tests.handouts.test_logo import png

LIBRARY = "Anytown Library Service"
SHIPPED = list(whole_catalogue().translated_handouts.values())
RIGHT_TO_LEFT = ("ar", "ur")
# Their PDFs give back what was typed; the others have letters that join, stack or change places.
PLAIN_LETTERS = ("es", "fr", "it", "pl", "pt", "ro", "so", "tr", "uk", "zh-Hans")
NASTALIQ = "NotoNastaliqUrdu"
FONTS = {
    "ar": "NotoNaskhArabic",
    "ur": NASTALIQ,
    "bn": "NotoSansBengali",
    "gu": "NotoSansGujarati",
    "pa": "NotoSansGurmukhi",
    "zh-Hans": "NotoSansCJK",
}

each_paper = pytest.mark.parametrize("size", list(Paper))
each_shipped = pytest.mark.parametrize(
    "handout", SHIPPED, ids=[f"{made.language}-{made.slug}" for made in SHIPPED]
)


def made(handout: Handout) -> Sheet:
    return sheet(handout, whole_catalogue(), LIBRARY)


@cache
def printed(handout: Handout, size: Paper = Paper.A4) -> bytes:
    return lay_out(made(handout), size)


def opened(handout: Handout, size: Paper = Paper.A4) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(printed(handout, size)))


def squeezed(words: str) -> str:
    return paper.squeezed(unicodedata.normalize("NFKC", words))


def said(content: Sheet) -> list[str]:
    """The words of a sheet in one language, as its readers must find them."""
    sections = [words for part in content.sections for words in (part.heading, *part.items)]
    lines = [line for helpline in content.helplines for line in helpline.lines]
    names = [helpline.name for helpline in content.helplines]
    contacts = [words for line in lines for words in (line.verb, line.shown, line.note)]
    own = (content.words.scan, content.words.promise, content.words.boundary, content.made_by)
    return [content.title, content.lead, *sections, *names, *contacts, *own, content.checked]


def test_the_three_sheets_are_shipped_in_fifteen_languages() -> None:
    languages = [code for code in whole_catalogue().languages if not code.startswith("en")]
    slugs = ("before-you-start", "get-the-app", "who-to-contact")
    assert len(languages) == 15
    assert {(made.language, made.slug) for made in SHIPPED} >= {
        (language, slug) for language in languages for slug in slugs
    }


@each_shipped
@each_paper
def test_a_phone_reads_every_code(handout: Handout, size: Paper) -> None:
    addresses = [code.address for code in made(handout).codes]
    times = 1 if size is Paper.A4 else 2  # on A5 each language has pages of its own
    assert sorted(paper.codes(printed(handout, size), dpi=150)) == sorted(addresses * times)


@each_shipped
def test_both_languages_fit_two_a4_pages(handout: Handout) -> None:
    # Nastaliq slopes, and needs half as much height again.
    most = 3 if (handout.language, handout.slug) == ("ur", "who-to-contact") else 2
    assert len(opened(handout).pages) <= most


@each_shipped
@each_paper
def test_everything_is_on_paper_in_both_languages(handout: Handout, size: Paper) -> None:
    text = squeezed(paper.text(printed(handout, size)))
    content = made(handout)
    assert content.english is not None
    english = said(content.english) if size is Paper.A4 else [content.english.title]
    theirs = said(content) if handout.language in PLAIN_LETTERS else []
    for words in (*english, *theirs):
        assert squeezed(words) in text


@each_shipped
@each_paper
def test_no_word_leaves_the_page(handout: Handout, size: Paper) -> None:
    # The box of a word in Nastaliq is higher than its ink.
    assert paper.off_the_page(printed(handout, size), over_mm=3) == []


@each_shipped
@each_paper
def test_text_is_16_point_or_larger_and_the_foot_12(handout: Handout, size: Paper) -> None:
    sizes = {round(size, 1) for size in paper.font_sizes(opened(handout, size))}
    assert {size for size in sizes if size < 15.9} <= {12, 13, 14, 14.4}
    assert max(sizes) >= 24


@each_shipped
@each_paper
def test_screen_readers_are_told_the_language_of_each_text(handout: Handout, size: Paper) -> None:
    pdf = opened(handout, size)
    code = handout.language.partition("-")[0]
    spoken = {str(element.Lang) for element in paper.elements(pdf) if "/Lang" in element}
    assert str(pdf.Root.Lang).partition("-")[0] == code
    assert "en" in {tag.partition("-")[0] for tag in spoken}
    titles = paper.tagged(pdf, "/H1")
    assert len(titles) == 2
    assert len(paper.tagged(pdf, "/Figure")) == len(paper.codes(printed(handout, size), dpi=150))
    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.docinfo["/Title"]).startswith(made(handout).title)


@each_shipped
def test_each_language_has_its_own_writing(handout: Handout) -> None:
    fonts = {str(font.FontName) for font in paper.fonts(opened(handout))}
    wanted = FONTS.get(handout.language, "NotoSans-")
    assert any(wanted in font for font in fonts)
    assert all("Noto" in font for font in fonts)


@pytest.mark.parametrize("size", list(Paper))
def test_urdu_to_download_is_in_naskh(size: Paper) -> None:
    urdu = next(made for made in SHIPPED if made.language == "ur")
    pdf = pikepdf.open(BytesIO(lay_out(made(urdu), size, is_download=True)))
    fonts = {str(font.FontName) for font in paper.fonts(pdf)}
    assert any("NotoNaskhArabic" in font for font in fonts)
    assert not any(NASTALIQ in font for font in fonts)


@each_shipped
def test_the_readers_language_is_on_the_side_where_they_begin(handout: Handout) -> None:
    """The English title stands right of the middle, or left of it beside Arabic writing."""
    middle = 105 * paper.POINTS_PER_MM
    english = made(handout).english
    assert english is not None
    top = [word for word in paper.words(printed(handout)) if word.top < 50 * paper.POINTS_PER_MM]
    of_title = [word for word in top if word.text in english.title.split() and word.height > 30]
    own = [word for word in of_title if word.text not in made(handout).title.split()]
    assert own
    for word in own:
        assert (word.right < middle + 20) == (handout.language in RIGHT_TO_LEFT), word


@pytest.mark.parametrize("language", RIGHT_TO_LEFT)
def test_numbers_and_addresses_run_from_left_to_right(language: str) -> None:
    handout = next(
        made for made in SHIPPED if (made.language, made.slug) == (language, "who-to-contact")
    )
    pdf = lay_out(made(handout), is_download=True)
    words = [word.text for word in paper.words(pdf)]
    for wanted in ("116", "18001", "999bsl.co.uk", "jo@samaritans.org", "111.nhs.uk"):
        assert any(wanted in word for word in words), wanted
    lines: dict[int, list[paper.Word]] = {}
    for word in paper.words(pdf):
        if word.text in ("116", "123"):
            lines.setdefault(round(word.bottom), []).append(word)
    for line in lines.values():
        ordered = [word.text for word in sorted(line, key=lambda word: word.left)]
        assert ordered == ["116", "123"] * (len(line) // 2)


# --- a small catalogue with every kind of section


def translated(handout: Handout, language: str, **changed: object) -> Handout:
    made_by = Translation("Somebody", str(changed.pop("checked_by", "")), handout.fingerprint)
    sections = tuple(replace(part, heading=part.heading) for part in handout.sections)
    return replace(handout, language=language, sections=sections, translation=made_by, **changed)  # type: ignore[arg-type]  # fields by name


def catalogue_of(*handouts: Handout) -> Catalogue:
    named = {f"{one.language}/{one.slug}": one for one in handouts}
    return replace(CATALOGUE, translated_handouts=named)


@pytest.mark.parametrize("language", ["pl", "ur"])
@each_paper
def test_every_kind_of_section_can_stand_beside_its_english(language: str, size: Paper) -> None:
    for handout in HANDOUTS:
        copy = translated(handout, language)
        content = sheet(copy, catalogue_of(copy), LIBRARY)
        pdf = lay_out(content, size, is_download=True)
        text = paper.text(pdf)
        for section in content.sections:
            for item in section.items:
                assert text.count(paper.squeezed(item)) >= 2, item
    assert {part.kind for part in (*PHOTO, *LETTER)} == {
        "do", "dont", "warning", "text", "fill-in", "urgent"
    }  # fmt: skip


def test_rows_start_at_the_same_height_in_both_languages() -> None:
    """Each step stands beside the same step, however many lines the one before it took."""
    steps = Section("steps", "Steps", ("alpha " * 30, "beta", "gamma " * 20, "delta"))
    handout = replace(HANDOUTS[0], sections=(steps,), codes=())
    theirs = replace(steps, items=("one", "two " * 40, "three", "four"))
    copy = replace(translated(handout, "pl"), sections=(theirs,))
    catalogue = replace(catalogue_of(copy), handouts={handout.slug: handout})
    pdf = lay_out(sheet(copy, catalogue, LIBRARY))
    first: dict[str, float] = {}
    for word in paper.words(pdf):
        first.setdefault(word.text, word.top)
    for english, polish in (
        ("alpha", "one"),
        ("beta", "two"),
        ("gamma", "three"),
        ("delta", "four"),
    ):
        assert first[english] == pytest.approx(first[polish], abs=0.5)


@pytest.mark.parametrize(
    ("checked_by", "english", "notice"),
    [
        ("", "", "Nobody has checked this translation yet."),
        ("Anna", "000000000000", "The English page has changed since this was translated."),
        ("Anna", "", ""),
    ],
)
def test_a_translation_says_so_at_its_top_if_it_may_be_wrong(
    checked_by: str, english: str, notice: str
) -> None:
    copy = translated(HANDOUTS[0], "pl", checked_by=checked_by)
    if english:
        copy = replace(copy, translation=Translation("Somebody", checked_by, english))
    catalogue = replace(catalogue_of(copy), interface=whole_catalogue().interface)
    content = sheet(copy, catalogue, LIBRARY)
    assert content.english is not None
    assert content.english.words.notice == notice
    assert bool(content.words.notice) == bool(notice)
    assert content.words.notice != notice or not notice
    for size in Paper:
        text = paper.text(lay_out(content, size))
        if notice:
            assert paper.squeezed(content.words.notice) in text


def test_large_print_of_two_languages_is_refused() -> None:
    with pytest.raises(HandoutError, match="Large print is for the English sheet"):
        lay_out(made(SHIPPED[0]), is_large=True)


def test_a_character_that_our_fonts_lack_is_refused_in_either_language() -> None:
    content = made(SHIPPED[0])
    for size in Paper:
        with pytest.raises(HandoutError, match="cannot be laid out"):
            lay_out(replace(content, lead="สวัสดี"), size)


def test_chinese_lines_need_no_spaces() -> None:
    chinese = next(made for made in SHIPPED if made.language == "zh-Hans")
    lay_out(replace(made(chinese), lead="请带上您的身份证件" * 20))


# --- hours and logo

HOURS = ("Monday to Friday 9am to 5pm", "Saturday 10am to 1pm")


@each_paper
@pytest.mark.parametrize("handout", [*HANDOUTS, SHIPPED[0]], ids=lambda made: made.slug)
def test_hours_and_logo_cost_no_page_and_no_smaller_print(handout: Handout, size: Paper) -> None:
    catalogue = CATALOGUE if handout.translation is None else whole_catalogue()
    bare = sheet(handout, catalogue, LIBRARY)
    whole = sheet(handout, catalogue, LIBRARY, opening_hours=HOURS, logo=png())
    before = pikepdf.open(BytesIO(lay_out(bare, size)))
    after = pikepdf.open(BytesIO(lay_out(whole, size)))
    assert len(after.pages) == len(before.pages)
    assert paper.font_sizes(after) == paper.font_sizes(before)


def test_hours_and_logo_stand_in_the_foot_where_there_is_room() -> None:
    whole = sheet(HANDOUTS[0], CATALOGUE, LIBRARY, opening_hours=HOURS, logo=png())
    pdf = lay_out(whole)
    assert paper.squeezed(" · ".join(HOURS)) in paper.text(pdf)
    with pikepdf.open(BytesIO(pdf)) as opened:
        pictures = {str(figure.Alt) for figure in paper.tagged(opened, "/Figure")}
    assert f"Logo of {LIBRARY}" in pictures
