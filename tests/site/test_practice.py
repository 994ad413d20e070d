"""Practice: pretend screens, one after the other, which can neither keep nor send anything."""

from __future__ import annotations

import re

import pytest

from appliance.site import practice
from appliance.site.templates import render
from appliance.site.views import Edition
from tests.content import whole_catalogue
from tests.site.conftest import RELEASE
from tests.site.html import Document, parse

BANNER = "This is practice. It is not the real NHS App. Nothing you type is kept or sent."
COUNT = len(whole_catalogue().screens)
SCREENS = [f"/en/practice/{number}" for number in range(1, COUNT + 1)]


@pytest.fixture(scope="module")
def documents(pages: dict[str, str]) -> dict[str, Document]:
    start = "/en/practice"
    return {address: parse(html) for address, html in pages.items() if address.startswith(start)}


def _inputs(document: Document) -> list[dict[str, str | None]]:
    """Those of the page itself: the search field in its head stands in a form."""
    return [e.attributes for e in document.all("input") if e.attributes.get("name") != "q"]


def _main(html: str) -> Document:
    return parse(html.split('<main id="main"')[1].split("</main>")[0].partition(">")[2])


def test_every_page_of_the_practice_says_what_it_is_before_anything_else(
    documents: dict[str, Document],
) -> None:
    assert set(documents) == {"/en/practice", *SCREENS}
    for address, document in documents.items():
        banner = next(e for e in document.all("p") if e.attributes.get("class") == "practice")
        assert banner.text == BANNER, address
        order = [e for e in document.elements if e is banner or e.tag in ("h1", "label")]
        assert order[0] is banner


def test_nothing_that_is_typed_can_be_kept_or_sent(pages: dict[str, str]) -> None:
    typed = 0
    for address in ("/en/practice", *SCREENS):
        document = _main(pages[address])
        assert document.unclosed == []
        assert not document.all("form", "button", "textarea", "select"), address
        for field in document.all("input"):
            typed += 1
            assert not {"name", "id", "form", "list", "value"} & set(field.attributes), address
            assert field.attributes["autocomplete"] == "off"
            assert field.attributes["type"] == "text"
    assert typed >= 10


def test_every_input_can_be_reached_and_has_a_label(pages: dict[str, str]) -> None:
    for address in SCREENS:
        html = _main_text(pages[address])
        inputs = len(re.findall(r"<input", html))
        labelled = len(
            re.findall(r"<label>[^<]+(?:<span[^>]*>[^<]*</span>)?<input [^>]*></label>", html)
        )
        assert inputs == labelled, address
        assert "tabindex" not in html
        assert "disabled" not in html


def _main_text(html: str) -> str:
    return html.split('<main id="main"')[1].split("</main>")[0].partition(">")[2]


def test_back_and_next_lead_through_all_steps_and_home_again(pages: dict[str, str]) -> None:
    chain = ["/en/practice", *SCREENS, "/en/practice"]
    for place, address in enumerate(SCREENS, 1):
        (turn,) = re.findall(r'<nav class="turn".*?</nav>', pages[address], re.DOTALL)
        assert parse(turn).links() == [chain[place - 1], chain[place + 1]]
        assert f"Step {place} of {COUNT}" in pages[address]
    assert SCREENS[0] in parse(pages["/en/practice"]).links()


def test_the_start_lists_every_step_in_order(documents: dict[str, Document]) -> None:
    links = documents["/en/practice"].links()
    assert [
        link for link in dict.fromkeys(links[links.index(SCREENS[0]) :]) if link in SCREENS
    ] == SCREENS


def test_a_choice_leads_to_the_screen_that_it_names(pages: dict[str, str]) -> None:
    catalogue = whole_catalogue()
    places = list(catalogue.screens)
    choices = [
        (address, field)
        for address, screen in zip(SCREENS, catalogue.screens.values(), strict=True)
        for field in screen.fields
        if field.kind == "choice"
    ]
    assert len(choices) == 2
    for address, field in choices:
        target = SCREENS[places.index(field.screen)]
        assert f'<a class="choice" href="{target}"><b>{field.label}</b>' in pages[address]


def test_every_screen_says_why_what_to_do_if_it_goes_wrong_and_how_to_teach_it(
    documents: dict[str, Document],
) -> None:
    for address, screen in zip(SCREENS, whole_catalogue().screens.values(), strict=True):
        (body,) = documents[address].all("body")
        for words in (screen.says, screen.why, screen.tip, screen.warning, screen.button):
            assert words in body.text, address
        for slug in screen.guides:
            assert f"/en/{slug}" in documents[address].links()


def test_the_screen_with_the_face_scan_warns_of_flashing_lights(pages: dict[str, str]) -> None:
    place = list(whole_catalogue().screens).index("photo-id")
    assert "flashes coloured lights" in pages[SCREENS[place]]


def test_home_and_the_guides_that_offer_it_lead_to_the_practice(pages: dict[str, str]) -> None:
    catalogue = whole_catalogue()
    for guide in catalogue.guides.values():
        html = pages.get(f"/{guide.language}/{guide.slug}")
        if html is not None:
            offers = guide.slug in catalogue.practice.guides and guide.language.startswith("en")
            assert ("/en/practice" in parse(html).links()) == offers, guide.path
    for code in catalogue.languages:
        assert ("/en/practice" in parse(pages[f"/{code}/"]).links()) == code.startswith("en")


def test_practice_exists_in_english_only(pages: dict[str, str]) -> None:
    others = [address for address in pages if "/practice" in address and address[:4] != "/en/"]
    assert others == []
    assert all("Other languages" not in pages[address] for address in SCREENS)


def test_words_of_the_interface_stand_in_no_english_part_of_a_page_in_another_language() -> None:
    catalogue = whole_catalogue()
    english, polish = (
        Edition(catalogue, catalogue.languages[code], "Oak", RELEASE) for code in ("en", "pl")
    )
    ours = [polish.say(text) for text in ("Practice", "Pretend screen", "Why it asks")]
    assert "Practice" not in ours
    _, *screens = practice.pages(english)
    for (_, template, context), screen in zip(screens, catalogue.screens.values(), strict=True):
        document = parse(
            render(
                template,
                {**polish.base(), **context, "address": "/pl/practice"},
                polish.translations,
            )
        )
        parts = [e for e in document.elements if e.attributes.get("lang") == "en"]
        labels = [e for e in document.elements if "aria-label" in e.attributes]
        assert not [e for e in parts if "aria-label" in e.attributes]
        assert ours[1] in [e.attributes["aria-label"] for e in labels]
        for text in ours:
            assert not [e for e in parts if text in e.text.splitlines()]
        for words in (screen.title, screen.says, screen.why, screen.tip):
            assert [e for e in parts if words in e.text], words
