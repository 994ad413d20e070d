"""The Wi-Fi of the radio on board, open: as a library has it that sets nothing."""

from __future__ import annotations

import pytest

from tests.radio import box
from tests.radio.wifi import PHONES, Wifi

NAME = "Llyfrgell; Tŷ Café"


@pytest.fixture(scope="module")
def on_air(wifi: Wifi) -> Wifi:
    wifi.set_up(NAME, "", profile="onboard")
    return wifi


def test_nothing_in_the_box_has_failed(on_air: Wifi) -> None:
    assert box.troubles(on_air.guest) == []


def test_a_phone_joins_by_the_printed_code_and_lands_on_the_help_point(
    on_air: Wifi, told: list[str]
) -> None:
    (found,) = on_air.visit(1)
    assert found.get("by") == "NONE", found
    assert found["probe"] == [302, "http://10.66.0.1/"]
    assert found["page"][0] == 200
    assert "<title>" in found["page"][1]
    told.append(f"open: joined in {found['join_s']:.1f} s, page {found['page_s']:.1f} s later")


def test_ten_phones_at_once_all_get_an_address_and_a_page(on_air: Wifi, told: list[str]) -> None:
    found = on_air.visit(*range(1, PHONES + 1))
    assert [phone.get("failed") for phone in found] == [None] * PHONES
    assert [phone["page"][0] for phone in found] == [200] * PHONES
    assert len({phone["address"] for phone in found}) == PHONES
    last = max(phone["join_s"] + phone["page_s"] for phone in found)
    told.append(f"open: ten phones at once had a page after {last:.1f} s")


def test_no_phone_is_in_the_journal(on_air: Wifi) -> None:
    (found,) = on_air.visit(1)
    assert on_air.traces_in_journal(found["address"]) == []
