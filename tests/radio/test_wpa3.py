"""The Wi-Fi of a USB radio that is known to serve WPA3: WPA2 beside it."""

from __future__ import annotations

import pytest

from tests.radio.wifi import Wifi


@pytest.fixture(scope="module")
def on_air(wifi: Wifi) -> Wifi:
    wifi.set_up("Oak Library", "oak and ash", profile="usb", radio="mt7921u")
    return wifi


@pytest.mark.parametrize(("kind", "by"), [("any", "SAE"), ("wpa3", "SAE"), ("wpa2", "WPA2-PSK")])
def test_each_phone_joins_by_the_best_that_it_knows(
    on_air: Wifi, kind: str, by: str, told: list[str]
) -> None:
    (found,) = on_air.visit(1, kind=kind)
    assert found.get("by") == by, found
    assert found["page"][0] == 200
    told.append(f"{by}: joined in {found['join_s']:.1f} s, page {found['page_s']:.1f} s later")


def test_the_beacon_offers_both_and_no_tkip(on_air: Wifi) -> None:
    beacon = on_air.beacon()
    (suites,) = [line for line in beacon if line.startswith("* Authentication suites:")]
    assert {"PSK", "SAE"} < set(suites.split())
    assert not [line for line in beacon if "TKIP" in line]
