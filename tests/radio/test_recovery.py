"""The access point dies: nobody on site would notice, nor know what to do."""

from __future__ import annotations

import pytest

from tests.radio.wifi import Wifi

BACK_WITHIN_S = 30


@pytest.mark.parametrize(
    "death",
    [
        "systemctl kill --signal=KILL wpa_supplicant",
        "iw dev wlan0 ap stop",
        "ip link set wlan0 down",
    ],
)
def test_an_access_point_that_was_killed_is_on_air_again_within_30_seconds(
    wifi: Wifi, death: str, told: list[str]
) -> None:
    wifi.set_up("Oak Library", "", profile="onboard")
    gone_s = wifi.back_after_s(death)
    told.append(f"`{death}`: a phone is in again after {gone_s:.1f} s")
    assert gone_s < BACK_WITHIN_S
    (found,) = wifi.visit(1)
    assert found["page"][0] == 200, found
