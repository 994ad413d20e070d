"""The access point dies: nobody on site would notice, nor know what to do."""

from __future__ import annotations

import pytest

from tests.radio.wifi import Wifi

BACK_WITHIN_S = 30


@pytest.fixture(scope="module")
def on_air(wifi: Wifi) -> Wifi:
    wifi.set_up("Oak Library", "", profile="onboard")
    return wifi


@pytest.mark.parametrize(
    "death",
    ["systemctl kill --signal=KILL wpa_supplicant", "iw dev wlan0 ap stop"],
)
def test_an_access_point_that_was_killed_lets_phones_in_again_within_30_seconds(
    on_air: Wifi, death: str, told: list[str]
) -> None:
    # Which has seen no death yet: from the third of an hour on it takes its time, on purpose.
    on_air.guest.run("systemctl", "restart", "helppoint-hotspot")
    gone_s = on_air.back_after_s(death)
    told.append(f"`{death}`: a phone is in again after {gone_s:.1f} s")
    assert gone_s < BACK_WITHIN_S
