"""The order that screen readers read in, by Chromium's accessibility tree, in one column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

from tests.access.findings import nothing
from tests.access.reader import Thing, named, texts, things
from tests.access.results import Results
from tests.access.site_pages import PROBLEM, Place, sample
from tests.access.tools import HERE
from tests.conftest import Server
from tests.journeys.conftest import browser

__all__ = ["browser"]

PARTS = ["banner", "search", "complementary", "main", "contentinfo"]
LANDMARKS = {"banner", "search", "navigation", "complementary", "main", "contentinfo"}
CONTROLS = {"link", "button", "searchbox", "textbox", "image", "navigation", "group", "region"}
# What stylesheets write is read too: the numbers of steps, and the signs of lists.
WRITTEN = re.compile(r"\d+\.?|[•◦▪▸▾]")
_MEASURES = (HERE / "measures.js").read_text("utf-8")
# Two texts on one line: which stands higher by some pixels says nothing.
SAME_LINE_PX = 30


@pytest.fixture(scope="module")
def narrow(browser: Browser, whole_server: Server) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=whole_server.url, viewport={"width": 320, "height": 800})
    yield context
    context.close()


@pytest.fixture(scope="module")
def page(narrow: BrowserContext) -> Page:
    return narrow.new_page()


@pytest.fixture(scope="module")
def session(narrow: BrowserContext, page: Page) -> CDPSession:
    session = narrow.new_cdp_session(page)
    session.send("Accessibility.enable")
    return session


def _faults(told: list[Thing], seen: list[dict[str, Any]], parts: list[str]) -> Iterator[str]:
    yield from _landmarks(told, parts)
    yield from _headings(told)
    yield from (
        f"a {t.role} has no name" for t in told if t.role in CONTROLS - {"group"} and not t.name
    )
    yield from _same_text(texts(told), [one["text"] for one in seen])
    for before, after in pairwise(seen):
        if after["bottom"] < before["top"] - SAME_LINE_PX:
            yield f"“{after['text']}” is read after “{before['text']}” but stands above it"


def _landmarks(told: list[Thing], parts: list[str]) -> Iterator[str]:
    found = [thing.role for thing in told if thing.role in LANDMARKS]
    outer = [role for role in found if role != "navigation"]
    if outer != parts:
        yield f"the parts of the page are {found}"


def _headings(told: list[Thing]) -> Iterator[str]:
    levels = [thing.level for thing in told if thing.role == "heading"]
    if levels.count(1) != 1 or levels[0] != 1:
        yield f"the headings are {levels}"
    yield from (f"heading {b} follows {a}" for a, b in pairwise(levels) if b > a + 1)
    parts = [thing.role for thing in told if thing.role in {"main", "heading"}]
    if parts[:2] != ["main", "heading"]:
        yield "the first heading is not in the main part"


def _same_text(read: list[str], seen: list[str]) -> Iterator[str]:
    """Say where what is read and what is seen part ways."""
    kept = [text for text in read if not WRITTEN.fullmatch(text)]
    shown = [text for text in seen if not WRITTEN.fullmatch(text)]
    for one, other in zip(kept, shown, strict=False):
        if one != other:
            yield f"“{one}” is read where “{other}” is seen"
            return
    lost = Counter(shown) - Counter(kept)
    more = Counter(kept) - Counter(shown)
    if lost or more:
        yield f"not read: {list(lost)[:3]}, not seen: {list(more)[:3]}"


def _look(page: Page, session: CDPSession, address: str) -> list[str]:
    page.goto(address)
    page.evaluate(_MEASURES)
    # A kiosk's countdown stands, and is read, before everything else.
    parts = ["complementary", *PARTS] if address.startswith("/~kiosk/") else PARTS
    return list(_faults(things(session), page.evaluate("measures.seen()"), parts))


def test_pages_are_read_in_the_order_they_are_seen(
    page: Page, session: CDPSession, made: list[Place], asked: list[Place], results: Results
) -> None:
    places = [place for place in sample([*made, *asked]) if not place.address.endswith(PROBLEM)]
    nothing({place.address: _look(page, session, place.address) for place in places})
    results.record("reading_order_pages", len(places))


def test_a_guide_is_told_from_its_title_to_its_sources(page: Page, session: CDPSession) -> None:
    page.goto("/en/get-nhs-app")
    told = things(session)
    assert named(told, "link")[0] == "Skip to the main part of the page"
    headings = named(told, "heading")
    assert headings[:2] == ["Get the NHS App on your phone", "On this page"]
    assert headings[-1] == "Related guides"
    assert [t for t in texts(told) if "Where the facts come from" in t]


def test_a_code_is_told_by_its_name_and_address(page: Page, session: CDPSession) -> None:
    page.goto("/en/go/nhs-app-download")
    (code,) = named(things(session), "image")
    assert code.startswith("QR code: ")
    assert code.endswith("https://www.nhs.uk/nhs-app/setting-up/downloading/")


def test_drawings_of_easy_read_are_passed_over(page: Page, session: CDPSession) -> None:
    page.goto("/en-easyread/get-nhs-app")
    assert page.locator("svg.picture").count() > 5
    assert named(things(session), "image") == [
        "QR code of this page: http://10.66.0.1/en-easyread/get-nhs-app"
    ]


def test_text_in_another_language_says_so(page: Page, session: CDPSession) -> None:
    """WCAG 3.1.2: a voice that reads Urdu aloud makes nonsense of an English name."""
    page.goto("/ur/go/nhs-app-download")
    assert page.locator("h1").get_attribute("lang") == "en"
    assert page.evaluate("document.documentElement.lang") == "ur"


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ("document.querySelector('h1').remove()", "the headings are"),
        ("document.querySelector('.strip').remove()", "the parts of the page are"),
        ("document.querySelector('main a').replaceChildren()", "a link has no name"),
        ("document.querySelector('h1').ariaHidden = 'true'", "is seen"),
        (
            "document.querySelector('main').style.cssText = 'display: flex;"
            " flex-direction: column-reverse'",
            "stands above",
        ),
    ],
)
def test_a_broken_page_is_found(page: Page, session: CDPSession, broken: str, fault: str) -> None:
    page.goto("/en/get-nhs-app")
    page.evaluate(_MEASURES)
    page.evaluate(broken)
    told = list(_faults(things(session), page.evaluate("measures.seen()"), PARTS))
    assert any(fault in one for one in told), told
