from __future__ import annotations

import re

import pytest

from appliance.site.adapt import adapt
from appliance.site.view import PLAIN, View
from tests.site.html import parse

PAGE = (
    '<html class="page easy-read" lang="en"><p data-when="offline" hidden>A</p>'
    '<p data-when="!online">B</p><a href="/en/x">C</a><form action="/en/search">'
    '<a data-change="size:" href="/en/y" aria-current="true">D</a>'
    '<a data-change="size:large" href="/~large/en/y">E</a>'
    '<a href="#part">F</a><a href="tel:999">G</a><a href="https://a.org/">H</a>'
    '<a href="/en/sheet-a4.pdf">I</a></body>'
)


def test_every_page_as_written_fits_the_plain_view(pages: dict[str, str]) -> None:
    for address, page in pages.items():
        assert adapt(page, PLAIN) == page, address


def test_every_link_of_every_page_keeps_the_view(pages: dict[str, str]) -> None:
    view = View("large", items=("s-mind",))
    for address, page in pages.items():
        if not address.startswith("/bn/"):
            continue
        for link in parse(adapt(page, view)).links():
            if link.startswith("/"):
                assert link.startswith("/~") or link == address, (address, link)


def test_a_view_changes_the_links_the_classes_and_nothing_else() -> None:
    page = adapt(PAGE, View("large", is_contrast=True))
    assert '<html class="page large contrast easy-read"' in page
    assert '<a href="/~large.contrast/en/x">' in page
    assert '<form action="/~large.contrast/en/search">' in page
    assert '<a href="#part">' in page
    assert '<a href="tel:999">' in page


def test_controls_lead_to_the_other_view_and_the_current_one_says_so() -> None:
    page = adapt(PAGE, View("large"))
    assert '<a data-change="size:" href="/en/y">' in page
    assert '<a data-change="size:large" href="/~large/en/y" aria-current="true">' in page


@pytest.mark.parametrize(
    ("so", "is_a_shown", "is_b_shown"),
    [(set(), False, True), ({"offline"}, True, True), ({"online"}, False, False)],
)
def test_what_is_shown_depends_on_what_is_so(
    so: set[str],
    is_a_shown: bool,
    is_b_shown: bool,
) -> None:
    page = adapt(PAGE, PLAIN, so)
    assert (re.search(r"<p[^>]* hidden>A", page) is None) == is_a_shown
    assert (re.search(r"<p[^>]* hidden>B", page) is None) == is_b_shown


def test_nothing_leads_out_of_a_kiosk() -> None:
    page = adapt(PAGE, View(is_kiosk=True))
    assert re.findall(r'href="(?!/~(?:large\.)?kiosk/|#)[^"]*"', page) == []
    assert ">G</a>" in page
    assert "<script>" in page


def test_only_a_kiosk_has_the_countdown() -> None:
    assert "<script>" not in adapt(PAGE, View("large"))
