"""The walled garden as a browser meets it: http to TLS, and the pages' own words."""

from __future__ import annotations

from typing import Any

from appliance.config import ON_WIFI
from appliance.hotspot import firewall
from appliance.hotspot.model import BOX, PORTAL, Hotspot
from tests.network.lab import Lab
from tests.network.questions import request

BROWSER = {"Accept": "text/html", "User-Agent": "Mozilla/5.0"}
ONLINE = '<p class="note" data-when="online">'
OFFLINE = '<p class="note" data-when="offline">'


def _visit(lab: Lab, host: str, path: str = "/a/page?q=1") -> Any:
    (came,) = lab.many("phone1", [("visit", BOX, host, request(host, path, BROWSER))])
    return came.of_it


def test_with_an_uplink_an_old_link_to_a_trusted_site_leads_through_the_gate(
    real: Lab, uplink: None
) -> None:
    for host in ("www.nhs.uk", "www.mind.org.uk"):
        answer = _visit(real, host)
        assert (answer["address"], answer["status"]) == (PORTAL, 301)
        assert answer["headers"]["location"] == f"https://{host}/a/page?q=1"
        assert answer["headers"]["cache-control"] == "no-store"
        assert real.phone(1, "greet", answer["address"], host) == f"CN={host}"
    assert _visit(real, "other.example")["headers"]["location"] == ON_WIFI
    assert ONLINE in _visit(real, "10.66.0.1", "/en/")["body"]


def test_when_the_uplink_goes_the_same_link_leads_to_the_help_point(real: Lab) -> None:
    answer = _visit(real, "www.nhs.uk")
    assert (answer["status"], answer["headers"]["location"]) == (302, ON_WIFI)
    assert OFFLINE in _visit(real, "10.66.0.1", "/en/")["body"]


def test_with_the_gate_shut_tls_is_refused_and_a_page_being_read_goes_on(
    real: Lab, uplink: None
) -> None:
    file = real.folder / "shut.conf"
    file.write_text(firewall.render(Hotspot()))
    real.run("box", "nft", "-f", str(file))
    try:
        assert real.phone(1, "knock", PORTAL, "443") == "ECONNREFUSED"
        assert ONLINE in _visit(real, "10.66.0.1", "/en/")["body"]
    finally:
        real.run("box", "nft", "-f", str(real.root / firewall.PATH))
    assert real.phone(1, "greet", PORTAL, "www.nhs.uk") == "CN=www.nhs.uk"
