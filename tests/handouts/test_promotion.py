from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple, replace
from functools import cache
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from appliance.errors import HandoutError
from appliance.handouts import qr
from appliance.handouts.logo import clean
from appliance.handouts.paper import PosterPaper
from appliance.handouts.promotion import (
    HELP_POINT,
    LABELS,
    NO_INTERNET,
    Library,
    Poster,
    bookmarks,
    library_of,
    poster,
    shelf_cards,
    social_picture,
    stickers,
)
from appliance.handouts.sheet import Code
from appliance.handouts.words import BOUNDARY, PROMISE, URGENT_HELP
from appliance.state.state import Settings
from tests.content import real_catalogue
from tests.handouts import paper
from tests.handouts.test_logo import png, svg

APP = Code("NHS App", "https://www.nhs.uk/nhs-app/")
PLAIN = Library("Anytown Library", wifi_name="Help Point")
FULL = Library(
    name="Libraries and Archives of the County of Anytown-upon-Water",
    opening_hours=tuple(f"{day} 9am to 12:30pm and 1:30pm to 6pm" for day in ("Mon", "Tue", "Fri")),
    logo=clean(svg('<circle cx="50" cy="50" r="40"/>')),
    wifi_name='Anytown; "Help": Point, \\ room',
    wifi_passphrase='correct horse battery staple, library 2026; "help point": room',  # noqa: S106 - a sample
)
MARKUP = r'#panic("x") $y$ *b* _i_ @c <d> \e ~ -- // no /* no */ `f` = g [h]'

Made = Callable[[Library], bytes]
POSTERS: dict[str, Made] = {
    f"{kind}-{size}": lambda library, kind=kind, size=size: poster(kind, library, APP, size)  # type: ignore[misc]  # defaults
    for kind in Poster
    for size in PosterPaper
}
CARDS: dict[str, Made] = {
    "shelf": lambda library: shelf_cards(library, APP),
    "bookmarks": lambda library: bookmarks(library, APP),
    "stickers": lambda library: stickers(library, APP),
}
ALL = {**POSTERS, **CARDS}

each = pytest.mark.parametrize("name", list(ALL))
each_poster = pytest.mark.parametrize("name", list(POSTERS))
each_library = pytest.mark.parametrize("library", [PLAIN, FULL], ids=["plain", "full"])
SITES = [Code(site.name, site.url) for site in real_catalogue().sites.values()]


@cache
def made(name: str, library: Library = PLAIN) -> bytes:
    return ALL[name](library)


def opened(name: str, library: Library = PLAIN) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(made(name, library)))


def alternatives(name: str, library: Library = PLAIN) -> list[str]:
    """What a screen reader says of each picture."""
    with opened(name, library) as pdf:
        return [str(figure.Alt) for figure in paper.tagged(pdf, "/Figure")]


def expected(name: str, library: Library) -> list[str]:
    """What a phone reads from it."""
    wifi = qr.wifi(library.wifi_name, library.wifi_passphrase)
    if name in CARDS:
        return [APP.address] * {"stickers": LABELS}.get(name, 4)
    kind = name.rpartition("-")[0]
    return {"help": [wifi], "nhs-app": [APP.address], "wifi": [wifi, HELP_POINT.address]}[kind]


@pytest.mark.parametrize("name", [name for name in ALL if name != "stickers"])
@each_library
@pytest.mark.parametrize(("dpi", "mono"), [(150, False), (203, True)])
def test_a_phone_reads_every_code(name: str, library: Library, *, dpi: int, mono: bool) -> None:
    found = paper.codes(made(name, library), dpi=dpi, mono=mono)
    assert sorted(found) == sorted(expected(name, library))


@each
@each_library
def test_it_is_one_page_of_its_paper(name: str, library: Library) -> None:
    pdf = opened(name, library)
    width_mm, height_mm = {"a3": (297, 420), "bookmarks": (297, 210)}.get(
        "a3" if name.endswith("a3") else name, (210, 297)
    )
    (page,) = pdf.pages
    box = [float(edge) / paper.POINTS_PER_MM for edge in page.mediabox]
    assert box == pytest.approx([0, 0, width_mm, height_mm], abs=0.1)


@each
@each_library
def test_it_says_who_made_it_and_who_did_not(name: str, library: Library) -> None:
    said = f"Made by {library.name}. Not an NHS service. Not endorsed by the NHS."
    assert paper.squeezed(said) in paper.text(made(name, library))


@each
@each_library
def test_files_are_what_pdf_ua_asks_for(name: str, library: Library) -> None:
    pdf = opened(name, library)
    assert pdf.Root.MarkInfo.Marked
    assert pdf.Root.Lang == "en-GB"
    assert pdf.docinfo["/Author"] == library.name
    with pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
    for font in paper.fonts(pdf):
        assert "NotoSans" in str(font.FontName)


@each
def test_screen_readers_hear_each_code_once_and_the_copies_never(name: str) -> None:
    figures = alternatives(name)
    names = {"WIFI": "QR code that joins the Wi-Fi Help Point"}
    heard = {
        names.get(content[:4], "") or content.removesuffix("/") for content in expected(name, PLAIN)
    }
    assert len(figures) == len(heard)
    assert all(any(part in figure for figure in figures) for part in heard)


@each_library
@pytest.mark.parametrize("name", [name for name in ALL if name != "stickers"])
def test_words_are_16_point_or_larger_and_the_small_print_12(name: str, library: Library) -> None:
    sizes = paper.font_sizes(opened(name, library))
    assert {round(size, 1) for size in sizes if size < 15.9} <= {12}


@each
@each_library
def test_no_word_leaves_the_page(name: str, library: Library) -> None:
    with opened(name, library) as pdf:
        _, _, width, height = (float(side) for side in pdf.pages[0].mediabox)
    for word in paper.words(made(name, library)):
        assert word.left >= 8 * paper.POINTS_PER_MM, word
        assert word.right <= width - 8 * paper.POINTS_PER_MM, word
        assert word.top > 0, word
        assert word.bottom < height, word


@each_poster
def test_posters_say_what_to_do_when_it_is_urgent(name: str) -> None:
    text = paper.text(made(name))
    for entry in URGENT_HELP:
        assert paper.squeezed("".join(astuple(entry))) in text
    assert paper.squeezed(BOUNDARY) in text


@each_poster
def test_posters_name_the_hours_and_the_logo(name: str) -> None:
    text = paper.text(made(name, FULL))
    for line in FULL.opening_hours:
        assert paper.squeezed(line) in text
    assert f"Logo of {FULL.name}" in alternatives(name, FULL)


@pytest.mark.parametrize("size", list(PosterPaper))
def test_the_wifi_poster_is_honest_and_can_be_typed(size: PosterPaper) -> None:
    text = paper.text(made(f"wifi-{size}", FULL))
    for words in (NO_INTERNET, FULL.wifi_name, FULL.wifi_passphrase, HELP_POINT.address):
        assert paper.squeezed(words) in text
    assert paper.squeezed("No password.") in paper.text(made(f"wifi-{size}"))


def test_the_nhs_app_poster_never_asks_for_a_password() -> None:
    text = paper.text(made("nhs-app-a4"))
    assert paper.squeezed(PROMISE) in text
    assert paper.squeezed("13 or over") in text


def test_a_wifi_poster_needs_a_wifi() -> None:
    with pytest.raises(HandoutError, match="helppoint settings wifi_name"):
        poster(Poster.WIFI, Library("Anytown Library"), APP)


def test_without_a_wifi_the_other_posters_name_none() -> None:
    pdf = poster(Poster.HELP, Library("Anytown Library"), APP)
    assert paper.codes(pdf, dpi=150) == []
    assert paper.squeezed("Help Point Wi-Fi") not in paper.text(pdf)


@pytest.mark.parametrize(("size", "side_mm"), [(PosterPaper.A4, 50), (PosterPaper.A3, 70)])
def test_codes_on_posters_are_a_tenth_of_the_reading_distance(
    size: PosterPaper, side_mm: float
) -> None:
    image = paper.pictures(poster(Poster.NHS_APP, PLAIN, APP, size), dpi=100)[0]
    assert paper.code_side_mm(image, dpi=100) == pytest.approx(side_mm, abs=1)


def label_box(position: int, dpi: int) -> tuple[int, int, int, int]:
    """Where a label is on the sheet, in dots."""
    row, column = divmod(position, 3)
    left, top = 7.21 + column * 66.04, 15.15 + row * 38.1
    edges = [round(mm * dpi / 25.4) for mm in (left, top, left + 63.5, top + 38.1)]
    return edges[0], edges[1], edges[2], edges[3]


@pytest.mark.parametrize(("dpi", "mono"), [(150, False), (203, True)])
def test_a_phone_reads_every_sticker(tmp_path: Path, *, dpi: int, mono: bool) -> None:
    (image,) = paper.pictures(made("stickers"), dpi=dpi, mono=mono)
    labels = [tmp_path / f"{position:02}.png" for position in range(LABELS)]
    for position, label in enumerate(labels):
        image.crop(label_box(position, dpi)).save(label)
    assert paper.decoded(*labels) == [APP.address] * LABELS


def test_stickers_stand_where_the_labels_are() -> None:
    (image,) = paper.pictures(made("stickers"), dpi=300)
    ink = Image.eval(image.convert("L"), lambda shade: 255 * (shade < 128))
    clear = 1.9 * 300 / 25.4
    for position in range(LABELS):
        label = ink.crop(label_box(position, 300))
        box = label.getbbox()
        assert box is not None
        assert min(box[0], box[1], label.width - box[2], label.height - box[3]) > clear


def test_labels_that_are_gone_stay_empty() -> None:
    pdf = stickers(PLAIN, APP, used=20)
    assert paper.codes(pdf, dpi=150) == [APP.address]
    for used in (-1, LABELS):
        with pytest.raises(HandoutError, match="21 labels"):
            stickers(PLAIN, APP, used=used)


@pytest.mark.parametrize("make", [shelf_cards, bookmarks, stickers])
def test_nearly_every_shipped_site_fits(make: Callable[[Library, Code], bytes]) -> None:
    refused = 0
    for site in SITES:
        try:
            make(PLAIN, site)
        except HandoutError:
            refused += 1
    assert refused <= len(SITES) // 20


def test_a_site_too_long_for_a_label_is_refused_in_words() -> None:
    with pytest.raises(HandoutError, match="too long for a label"):
        stickers(PLAIN, Code("Long", "https://example.org/" + "a" * 80))
    with pytest.raises(HandoutError, match="do not fit a label: choose another site"):
        stickers(PLAIN, Code("Rather long " * 30, APP.address))


def test_words_that_no_poster_holds_are_refused_in_words() -> None:
    hours = ("Open on every day but this",) * 60
    with pytest.raises(HandoutError, match=r"poster help cannot .* shorten the library's settings"):
        poster(Poster.HELP, replace(PLAIN, opening_hours=hours), APP)


@each
def test_markup_in_settings_is_printed_as_it_stands(name: str) -> None:
    hostile = replace(PLAIN, name=MARKUP, wifi_name="#[x] $y$")
    assert paper.squeezed(MARKUP) in paper.text(made(name, hostile))


@each
@pytest.mark.parametrize("strange", ["Hello 😀", "สวัสดี", "\ue000", "\ud800"])
def test_characters_that_our_fonts_lack_are_refused(name: str, strange: str) -> None:
    with pytest.raises(HandoutError, match="cannot be laid out"):
        ALL[name](replace(PLAIN, name=strange))


@each
def test_the_same_settings_give_the_same_bytes(name: str) -> None:
    assert ALL[name](FULL) == made(name, FULL)


@given(name=st.text(max_size=80), hours=st.text(max_size=60), wifi=st.text(max_size=32))
@settings(max_examples=60, deadline=None)
def test_any_settings_become_a_pdf_or_a_handout_error(name: str, hours: str, wifi: str) -> None:
    library = Library(name, (hours,), wifi_name=wifi)
    for make in (ALL["help-a4"], ALL["wifi-a3"], ALL["stickers"], social_picture):
        with suppress(HandoutError):
            assert make(library)


@each_library
def test_the_social_picture_has_the_size_that_sites_ask_for(library: Library) -> None:
    with Image.open(BytesIO(social_picture(library))) as image:
        assert (image.format, image.size) == ("PNG", (1200, 630))


def test_the_social_picture_shows_the_logo() -> None:
    assert social_picture(FULL) != social_picture(replace(FULL, logo=b""))


def test_the_social_picture_refuses_what_our_fonts_lack() -> None:
    with pytest.raises(HandoutError, match="social picture cannot be laid out"):
        social_picture(replace(PLAIN, name="สวัสดี"))


def test_a_library_is_what_its_settings_say() -> None:
    logo = clean(png())
    told = Settings("Oak's Library", "Monday 9am\nSunday closed", "Help Point", "12345678")
    assert library_of(told, logo) == Library(
        "Oak’s Library", ("Monday 9am", "Sunday closed"), logo, "Help Point", "12345678"
    )
    assert library_of(replace(told, library_name=" ")).name == "your library"
