"""Easy Read: easy words, a picture for each idea, in the language that it is an edition of."""

from __future__ import annotations

import gzip
import re

import pytest

from appliance.catalogue.blocks import PICTURES
from appliance.catalogue.markdown import passages
from appliance.catalogue.model import Language
from appliance.site import pictures
from appliance.site.views import Edition
from tests.content import whole_catalogue
from tests.site.conftest import LIBRARY, RELEASE
from tests.site.html import Document, parse

EASY = "en-easyread"
WRITTEN = (
    "nhs-account-start",
    "get-nhs-app",
    "login-on-web",
    "where-to-get-help",
    "repeat-prescriptions",
)
MAX_WORDS = 11
_FOLDER = pictures._FOLDER


@pytest.fixture(scope="module")
def easy(pages: dict[str, str]) -> dict[str, Document]:
    start = f"/{EASY}/"
    return {address: parse(html) for address, html in pages.items() if address.startswith(start)}


@pytest.fixture(scope="module")
def guides(easy: dict[str, Document]) -> dict[str, Document]:
    catalogue = whole_catalogue()
    shown = Edition(catalogue, catalogue.languages[EASY], LIBRARY, RELEASE).guides
    return {guide.slug: easy[f"/{EASY}/{guide.slug}"] for guide in shown}


def test_an_easy_read_edition_says_that_it_is_in_its_language() -> None:
    easy = Language("en-easyread", "Easy Read", "English, Easy Read", "ltr")
    polish = Language("pl", "Polski", "Polish", "ltr")
    assert (easy.tag, easy.is_easy_read) == ("en", True)
    assert (polish.tag, polish.is_easy_read) == ("pl", False)


def test_the_guides_asked_for_are_written() -> None:
    assert {(EASY, slug) for slug in WRITTEN} <= set(whole_catalogue().guides)


def test_no_page_names_easy_read_as_a_language_of_the_web(pages: dict[str, str]) -> None:
    for address, html in pages.items():
        assert f'lang="{EASY}"' not in html, address


def test_an_unchecked_clinical_guide_is_neither_shown_nor_linked(
    pages: dict[str, str], easy: dict[str, Document]
) -> None:
    guide = whole_catalogue().guides[EASY, "where-to-get-help"]
    assert guide.is_clinical
    if guide.translation and not guide.translation.checked_by:
        assert f"/{EASY}/where-to-get-help" not in pages
        assert f"/{EASY}/where-to-get-help" not in parse(pages["/en/where-to-get-help"]).links()
        assert "/en/where-to-get-help" in easy[f"/{EASY}/"].links()


def test_easy_read_and_the_full_guide_are_one_tap_apart(
    pages: dict[str, str], guides: dict[str, Document]
) -> None:
    for slug, document in guides.items():
        full = pages[f"/en/{slug}"]
        assert f'<a href="/{EASY}/{slug}" hreflang="en">Easy Read</a>' in full.split("<details>")[0]
        assert f"/en/{slug}" in document.links()


def test_every_idea_has_a_picture_that_the_page_holds_once(guides: dict[str, Document]) -> None:
    for slug, document in guides.items():
        ideas = [e for e in document.all("div") if e.attributes.get("class") == "idea"]
        used = [e.attributes["href"] for e in document.all("use")]
        held = [f"#{e.attributes['id']}" for e in document.all("symbol")]
        assert len(ideas) == len(used) > 20, slug
        assert set(used) == set(held)
        assert len(held) == len(set(held))
        for picture in document.all("svg"):
            if picture.attributes.get("role") == "img":
                continue  # the code of the page
            assert picture.attributes["aria-hidden"] == "true"


def test_pages_without_pictures_hold_none(pages: dict[str, str]) -> None:
    assert "<symbol" not in pages["/en/get-nhs-app"]


def test_all_words_of_easy_read_stand_in_ideas_or_in_a_block_that_warns(
    guides: dict[str, Document],
) -> None:
    for (code, slug), guide in whole_catalogue().guides.items():
        if code == EASY:
            outside = re.sub(r"^:::.*?^:::$", "", guide.body, flags=re.MULTILINE | re.DOTALL)
            for line in filter(None, outside.splitlines()):
                assert line.startswith("## "), (slug, line)


def test_sentences_are_short_and_few_and_each_has_its_line() -> None:
    for (code, slug), guide in whole_catalogue().guides.items():
        if code == EASY:
            for piece in passages(guide.body):
                lines = piece.text.split("\n")
                assert len(lines) <= 3, (slug, piece)
                for line in lines:
                    words = re.sub(r"^Step \d+\. ", "", line)
                    assert len(words.split()) <= MAX_WORDS, (slug, line)
                    assert not re.search(r"[.!?] ", words), (slug, line)


def test_easy_read_guides_fit_the_first_window_of_a_connection(pages: dict[str, str]) -> None:
    for slug in WRITTEN:
        page = pages.get(f"/{EASY}/{slug}", "")
        assert len(gzip.compress(page.encode(), 9)) <= 13_300, slug


def test_there_is_one_drawing_for_each_name() -> None:
    assert {path.name for path in _FOLDER.iterdir()} == {f"{name}.svg" for name in PICTURES}
    assert tuple(sorted(PICTURES)) == PICTURES


@pytest.mark.parametrize("name", PICTURES)
def test_a_drawing_is_small_and_takes_the_colour_of_the_words(name: str) -> None:
    file = (_FOLDER / f"{name}.svg").read_text("utf-8")
    assert len(file.encode()) < 700
    assert 'viewBox="0 0 48 48"' in file
    assert not re.search(r"style=|#|<text|<script|href|url\(", file)
    assert set(re.findall(r'(?:stroke|fill)="([^"]+)"', file)) == {"none", "currentColor"}
    drawn = pictures.symbols([name])
    assert f'<symbol id="picture-{name}" viewBox="0 0 48 48"><' in drawn
    assert parse(drawn).unclosed == []
