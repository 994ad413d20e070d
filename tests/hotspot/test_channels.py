from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.hotspot.channels import CANDIDATES, Heard, best_channel

heard = st.builds(Heard, channel=st.integers(1, 13), signal_dbm=st.floats(-120, 0, allow_nan=False))


@pytest.mark.parametrize(
    ("scan", "channel"),
    [
        ([], 6),
        ([Heard(6, -50)], 1),
        ([Heard(6, -50), Heard(1, -80)], 11),
        ([Heard(3, -50), Heard(11, -90)], 11),
        ([Heard(1, -60), Heard(6, -60), Heard(11, -60), Heard(11, -60)], 6),
        ([Heard(1, -50), Heard(6, -70), Heard(6, -70), Heard(11, -60)], 11),
        ([Heard(6, -96), Heard(1, -50)], 6),
        ([Heard(13, -40), Heard(6, -70)], 1),
    ],
)
def test_the_quietest_channel_is_chosen(scan: list[Heard], channel: int) -> None:
    assert best_channel(scan) == channel


@given(st.lists(heard, max_size=40))
def test_a_candidate_that_nobody_disturbs_is_never_passed_over(scan: list[Heard]) -> None:
    chosen = best_channel(scan)
    assert chosen in CANDIDATES
    quiet = [
        candidate
        for candidate in CANDIDATES
        if all(abs(candidate - network.channel) >= 5 for network in scan)
    ]
    assert not quiet or all(
        abs(chosen - network.channel) >= 5 or network.signal_dbm <= -95 for network in scan
    )
