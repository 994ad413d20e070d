from __future__ import annotations

from dataclasses import replace

from appliance.handouts.printed import NHS_APP, printed_on
from appliance.handouts.sheet import sheet
from tests.content import real_catalogue


def test_every_code_and_web_address_on_a_sheet_is_named_with_the_sheet() -> None:
    catalogue = real_catalogue()
    printed = printed_on(catalogue)
    for handout in catalogue.handouts.values():
        made = sheet(handout, catalogue, "")
        name = f"handout {handout.number} {handout.title}"
        assert {address for address, papers in printed.items() if name in papers} == (
            made.web_addresses()
        )
    assert not [address for address in printed if not address.startswith("https://")]


def test_the_address_on_posters_and_cards_is_printed_on_those_too() -> None:
    catalogue = real_catalogue()
    without_handouts = printed_on(replace(catalogue, handouts={}))
    assert without_handouts == {
        catalogue.sites[NHS_APP].url: (
            "NHS App poster", "shelf cards", "bookmarks", "QR stickers",
        ),
    }  # fmt: skip


def test_what_leads_nowhere_is_passed_over() -> None:
    assert printed_on(replace(real_catalogue(), sites={}, helplines={})) == {}


def test_a_sheet_that_names_an_address_twice_is_named_once() -> None:
    catalogue = real_catalogue()
    slug, handout = next((s, h) for s, h in catalogue.handouts.items() if h.codes)
    twice = replace(handout, codes=handout.codes * 2)
    names = printed_on(replace(catalogue, handouts={slug: twice}))[
        catalogue.sites[handout.codes[0]].url
    ]
    assert names.count(f"handout {handout.number} {handout.title}") == 1
