"""A keyboard alone is enough, and one always sees where it is; also at 400 % zoom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.access.findings import nothing
from tests.access.results import Results
from tests.access.site_pages import PROBLEM, Place, sample
from tests.access.tools import HERE
from tests.conftest import Server
from tests.journeys.conftest import browser

__all__ = ["browser"]

_MEASURES = (HERE / "measures.js").read_text("utf-8")
# Left to right, right to left, and large text. The frame is the same in the others.
LANGUAGES = ("en", "ur", "en-easyread")
MOST_STOPS = 200


@dataclass(frozen=True, slots=True)
class Screen:
    """A window of 1,280 by 1,024 px, and what browsers leave of it at a zoom: WCAG 1.4.10."""

    zoom: int

    @property
    def size(self) -> ViewportSize:
        return {"width": 1280 // self.zoom, "height": 1024 // self.zoom}


@pytest.fixture(scope="module", params=[1, 4], ids=["100 %", "400 %"])
def screen(
    browser: Browser, whole_server: Server, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """Smooth scrolling is off: the test would look before the page has come to rest."""
    screen = Screen(request.param)
    context = browser.new_context(
        base_url=whole_server.url,
        viewport=screen.size,
        device_scale_factor=screen.zoom,
        reduced_motion="reduce",
        java_script_enabled=False,
    )
    yield context.new_page()
    context.close()


def _walk(page: Page, address: str) -> Iterator[str]:
    """Press Tab from the top to the end of a page; yield what is wrong."""
    page.goto(address)
    page.evaluate(_MEASURES)
    count = page.evaluate("measures.stops().length")
    places: list[int] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        focus: dict[str, Any] | None = page.evaluate("measures.focus()")
        if focus is None or (places and focus["place"] == 0):
            break  # past the end: to the browser's own controls, or to the top again
        places.append(focus["place"])
        yield from (f"{focus['what']} {finding}" for finding in focus["findings"])
    else:
        yield f"Tab does not come to an end of the page after {MOST_STOPS} stops"
    if places != list(range(count)):
        yield f"Tab goes to {places} of {count} stops"


def test_tab_reaches_everything_in_order_and_shows_where_it_is(
    screen: Page, made: list[Place], asked: list[Place], results: Results
) -> None:
    """WCAG 2.1.1, 2.1.2, 2.4.3, 2.4.7, 2.4.11, and the ring's contrast of 1.4.11."""
    places = [
        place
        for place in sample([*made, *asked])
        if place.language in LANGUAGES and not place.address.endswith(PROBLEM)
    ]
    nothing({place.address: _walk(screen, place.address) for place in places})
    results.record("keyboard_pages", len(places))


def test_a_hidden_stop_and_a_lost_ring_are_found(screen: Page) -> None:
    screen.goto("/en/privacy")
    screen.evaluate(_MEASURES)
    screen.keyboard.press("Tab")
    assert screen.evaluate("measures.focus().findings") == []
    screen.evaluate("document.activeElement.style.outline = 'none'")
    assert screen.evaluate("measures.focus().findings") == ["shows no focus"]
    screen.evaluate("document.activeElement.style.outline = '3px solid #fff'")
    (finding,) = screen.evaluate("measures.focus().findings")
    assert "contrast" in finding
    cover = "position: fixed; inset: 0; background: #000; z-index: 9"
    screen.evaluate(f"document.querySelector('.strip').style.cssText = '{cover}'")
    assert "is hidden" in screen.evaluate("measures.focus().findings")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_skip_link_passes_the_top_by(screen: Page, language: str) -> None:
    screen.goto(f"/{language}/get-nhs-app")
    screen.keyboard.press("Tab")
    expect(screen.locator(".skip")).to_be_focused()
    expect(screen.locator(".skip")).to_be_in_viewport()
    screen.keyboard.press("Enter")
    expect(screen.locator("#main")).to_be_focused()
    screen.keyboard.press("Tab")
    expect(screen.locator("main a").first).to_be_focused()


def _tab_to(page: Page, css: str) -> None:
    """Press Tab until what is asked for has the focus.

    Raises:
        AssertionError: it never has.
    """
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("css => document.activeElement.matches(css)", css):
            return
    pytest.fail(f"Tab never reaches {css} on {page.url}")


def test_search_and_open_a_guide(screen: Page) -> None:
    screen.goto("/en/")
    _tab_to(screen, "input[type=search]")
    screen.keyboard.type("repeat prescription")
    screen.keyboard.press("Enter")
    expect(screen.get_by_role("heading", level=1)).to_have_text("Search")
    _tab_to(screen, "main .cards a")
    title = screen.evaluate("document.activeElement.textContent")
    screen.keyboard.press("Enter")
    expect(screen.get_by_role("heading", level=1)).to_have_text(title)


def test_change_the_language(screen: Page) -> None:
    screen.goto("/en/get-nhs-app")
    _tab_to(screen, "summary")
    screen.keyboard.press("Enter")
    _tab_to(screen, "a[hreflang=ur]")
    screen.keyboard.press("Enter")
    expect(screen).to_have_url("/ur/get-nhs-app")
    expect(screen.locator("html")).to_have_attribute("dir", "rtl")


def test_open_a_guide_and_go_to_a_part_of_it(screen: Page) -> None:
    screen.goto("/en/")
    _tab_to(screen, "main a[href='/en/get-nhs-app']")
    screen.keyboard.press("Enter")
    expect(screen).to_have_url("/en/get-nhs-app")
    _tab_to(screen, "main nav li:last-child a")
    part = screen.evaluate("document.activeElement.hash.slice(1)")
    screen.keyboard.press("Enter")
    expect(screen.locator(f"[id='{part}']")).to_be_in_viewport()
    screen.keyboard.press("Tab")
    follows = "(id) => document.getElementById(id).compareDocumentPosition(document.activeElement)"
    assert screen.evaluate(follows, part) & 4  # Node.DOCUMENT_POSITION_FOLLOWING
    assert not screen.evaluate("document.activeElement.matches('main nav a')")


def test_leaflets_codes_and_numbers_can_be_reached(screen: Page) -> None:
    screen.goto("/en/handouts/get-the-app")
    _tab_to(screen, "a[download]")
    screen.goto("/en/helplines")
    _tab_to(screen, "main a[href^='tel:']")
    screen.goto("/en/go/nhs-app")
    _tab_to(screen, "main a.back")
