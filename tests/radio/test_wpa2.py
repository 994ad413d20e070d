"""The radio on board with a passphrase: WPA2, and nothing that its driver chokes on."""

from __future__ import annotations

import pytest

from tests.radio.wifi import Wifi

PASSPHRASE = r'two words; and: "more" \o/'


@pytest.fixture(scope="module")
def on_air(wifi: Wifi) -> Wifi:
    wifi.set_up("Oak Library", PASSPHRASE, profile="onboard")
    return wifi


@pytest.mark.parametrize("kind", ["any", "wpa2"])
def test_phones_new_and_old_join_by_the_printed_code(
    on_air: Wifi, kind: str, told: list[str]
) -> None:
    (found,) = on_air.visit(1, kind=kind)
    assert str(found.get("by")).startswith("WPA2-PSK"), found
    assert found["page"][0] == 200
    told.append(f"WPA2: joined in {found['join_s']:.1f} s, page {found['page_s']:.1f} s later")


def test_the_beacon_offers_neither_wpa3_nor_protected_frames_nor_tkip(on_air: Wifi) -> None:
    beacon = on_air.beacon()
    assert "SSID: Oak Library" in beacon
    assert "* Group cipher: CCMP" in beacon
    assert "* Pairwise ciphers: CCMP" in beacon
    (suites,) = [line for line in beacon if line.startswith("* Authentication suites:")]
    assert "PSK" in suites
    assert not [line for line in beacon for word in ("SAE", "MFP", "TKIP") if word in line]


def test_windows_asks_for_the_passphrase_and_not_for_a_pin(on_air: Wifi) -> None:
    assert not [line for line in on_air.beacon() if "WPS" in line]


def test_a_wrong_passphrase_leads_nowhere_and_no_phone_is_in_the_journal(on_air: Wifi) -> None:
    (found,) = on_air.visit(1)
    refused = on_air.visit_by("WIFI:T:WPA;S:Oak Library;P:something else;;", 2)
    assert "WRONG_KEY" in refused["failed"]
    assert on_air.traces_in_journal(found["address"]) == []
