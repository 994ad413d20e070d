from __future__ import annotations

import json

import pytest

from appliance.errors import StoreError
from appliance.site.my_list import ITEMS, shown
from appliance.site.published import Site


def test_every_guide_and_site_can_stand_on_a_list(site: Site, pages: dict[str, str]) -> None:
    entries = json.loads((site.folder / ITEMS / "pl.json").read_text("utf-8"))
    assert len(entries) > 100
    for item, (_, address, _, url) in entries.items():
        assert address in pages, item
        assert f'data-change="add:{item}"' in pages[address]
        assert bool(url) == item.startswith("s-")


def test_guides_come_in_the_language_or_else_in_english(site: Site) -> None:
    guides = shown(site, "pl", ["g-get-nhs-app", "g-screening"])["guides"]
    assert isinstance(guides, list)
    assert [guide["address"] for guide in guides] == ["/pl/get-nhs-app", "/en/screening"]


def test_what_is_no_longer_there_is_left_out(site: Site) -> None:
    context = shown(site, "en", ["g-gone", "s-mind", "x"])
    assert context["guides"] == []
    assert isinstance(context["sites"], list)
    assert [one["url"] for one in context["sites"]] == ["https://www.mind.org.uk/"]


def test_a_list_too_long_for_a_code_has_none(site: Site) -> None:
    entries = json.loads((site.folder / ITEMS / "en.json").read_text("utf-8"))
    longest = sorted(entries, key=len)[-12:]
    assert shown(site, "en", longest)["code"] == ""
    assert "/~s-mind/en/list" in str(shown(site, "en", ["s-mind"])["code"])


def test_a_damaged_list_is_named(site: Site) -> None:
    with pytest.raises(StoreError, match=r"xx\.json is missing or damaged"):
        shown(site, "xx", [])
