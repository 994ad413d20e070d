from __future__ import annotations

import pytest

from appliance.handouts.codes import code_picture, pieces, wifi_picture
from appliance.handouts.layout import LARGE_SIDE_MM
from appliance.handouts.sheet import Code

APP = Code("NHS App", "https://www.nhs.uk/nhs-app/")


def side_mm(picture: dict[str, object]) -> float:
    """The printed side without its quiet zone."""
    width, quiet = picture["width_mm"], picture["quiet_mm"]
    assert isinstance(width, float)
    assert isinstance(quiet, float)
    return width - 2 * quiet


@pytest.mark.parametrize(
    ("smallest", "distance", "side"), [(0, 300, 25), (40, 300, 40), (0, 700, 70)]
)
def test_codes_are_as_large_as_their_use_asks(
    smallest: float, distance: float, side: float
) -> None:
    picture = code_picture(APP, smallest_side_mm=smallest, reading_distance_mm=distance)
    assert side_mm(picture) == pytest.approx(side)


def test_codes_of_large_print_are_30_mm_or_larger() -> None:
    assert LARGE_SIDE_MM >= 30


def test_codes_of_a_wifi_are_30_mm_or_larger() -> None:
    assert side_mm(wifi_picture("Oak", "")) == pytest.approx(30)
    assert side_mm(wifi_picture("Help Point", "x" * 63)) >= 30


def test_an_address_is_cut_where_a_line_may_end_and_is_whole_again() -> None:
    address = "https://play.google.com/store/apps/details?id=com.nhs.online.nhsonline"
    cut = pieces(address, 18)
    assert "".join(cut) == address
    assert max(map(len, cut)) <= 18
    assert cut[:3] == ["https://", "play.google.com/", "store/"]
