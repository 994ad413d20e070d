from __future__ import annotations

import pytest

from appliance.hotspot.uplink import Cause
from appliance.state.network import Facts
from appliance.sync.status import Status
from appliance.web.staff.health import Health, box_lines, network_lines
from tests.web.staff.conftest import Browser

CONTENT = Status(3, "1 May 2026", 0, "", "", "", None, None, ())
WATCHED = "2026-11-23T09:00:00+00:00"


def _health(network: Facts | None = None, temperature_c: float | None = 50.0) -> Health:
    return Health(CONTENT, network, temperature_c, 4_200_000_000)


def test_a_box_that_is_well_has_no_problem() -> None:
    well = Facts(hotspot=True, uplink="up", garden=True, radio="serving", checked=WATCHED)
    assert _health(well).problems == ()


@pytest.mark.parametrize(
    ("network", "says"),
    [
        (Facts(radio="silent", checked=WATCHED), "cannot be heard"),
        (
            Facts(trouble="The gate cannot be opened.", checked=WATCHED),
            "The gate cannot be opened.",
        ),
        (Facts(uplink="portal", cause=Cause.SIGN_IN.value, checked=WATCHED), "sign"),
    ],
)
def test_what_is_wrong_with_the_network_is_said(network: Facts, says: str) -> None:
    (problem,) = _health(network).problems
    assert says in problem


def test_no_way_to_the_internet_is_no_problem() -> None:
    """A help point is made for that."""
    offline = Facts(hotspot=True, uplink="down", radio="serving", checked=WATCHED)
    assert _health(offline).problems == ()
    assert "takes away" not in network_lines(offline)[-1]
    assert "take away" in network_lines(offline)[-1]


def test_a_box_that_is_too_hot_says_what_to_do() -> None:
    (problem,) = _health(temperature_c=81.4).problems
    assert "81 °C" in problem
    assert "Give it air" in problem


def test_what_nobody_knows_is_not_said() -> None:
    assert box_lines(Health(CONTENT, None, None, None)) == []
    assert box_lines(_health()) == ["Free on the card: 4.2 GB.", "Temperature: 50 °C."]


def test_content_comes_before_heat() -> None:
    content = Status(0, "", 0, "", "", "", None, None, ("Nothing is shown yet.",))
    problems = Health(content, None, 90.0, None).problems
    assert problems[0] == "Nothing is shown yet."


def test_staff_read_it_at_the_desk(member: Browser) -> None:
    page = member.get("/health").text
    assert "Shown: release 1 of" in page
    assert "Everything works." in page
