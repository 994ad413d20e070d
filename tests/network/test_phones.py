"""What phones on the hotspot get, and what they are refused: real programs, real packets."""

from __future__ import annotations

import json
import re
import sys

import pytest

from appliance.hotspot.dnsmasq import ABSENT, FIXED
from appliance.hotspot.gate import CONNECTIONS
from appliance.hotspot.model import BOX, NETWORK, PORTAL
from tests.network.lab import BOX_ON_LAN, HERE, NHS, ROUTER, Lab

NOERROR, NXDOMAIN = 0, 3
A, PTR, TXT, AAAA, SVCB, HTTPS = "1", "12", "16", "28", "64", "65"


def test_a_phone_gets_an_address_the_box_and_nothing_that_would_mislead_it(offline: Lab) -> None:
    lease = offline.lease(1)
    assert re.fullmatch(r"10\.66\.0\.\d+", lease["ip"])
    assert (lease["mask"], lease["router"], lease["dns"]) == ("20", BOX, BOX)
    assert lease["lease"] == "1800"
    # RFC 8910: a portal's address that is not https, which phones refuse.
    assert not {key for key in lease if "114" in key or "capport" in key}


def test_every_name_is_the_box_and_every_other_type_is_answered_empty(offline: Lab) -> None:
    for name in ("connectivitycheck.gstatic.com", "www.nhs.uk", "no-such-name.example"):
        answer = offline.phone(1, "ask", BOX, name, A)
        assert answer == {"code": NOERROR, "answers": 1, "address": PORTAL, "sender": BOX}
        for kind in (AAAA, HTTPS, SVCB, TXT):
            empty = {"code": NOERROR, "answers": 0, "address": "", "sender": BOX}
            assert offline.phone(1, "ask", BOX, name, kind) == empty


@pytest.mark.parametrize("name", ABSENT)
def test_names_that_must_not_exist_do_not(offline: Lab, name: str) -> None:
    for kind in (A, AAAA, HTTPS):
        answer = offline.phone(1, "ask", BOX, name, kind)
        assert isinstance(answer, dict)
        assert answer["code"] == NXDOMAIN


@pytest.mark.parametrize("name", FIXED)
def test_some_names_have_an_address_of_their_own(offline: Lab, name: str) -> None:
    answer = offline.phone(1, "ask", BOX, name, A)
    assert answer == {"code": NOERROR, "answers": 1, "address": FIXED[name], "sender": BOX}
    other = offline.phone(1, "ask", BOX, name, AAAA)
    assert other == {"code": NOERROR, "answers": 0, "address": "", "sender": BOX}


def test_a_question_to_any_name_server_is_answered_by_the_box(offline: Lab) -> None:
    answer = offline.phone(1, "ask", "8.8.8.8", "www.nhs.uk", A)
    assert answer == {"code": NOERROR, "answers": 1, "address": PORTAL, "sender": "8.8.8.8"}


def test_names_are_answered_after_the_access_point_started_anew(offline: Lab) -> None:
    address = f"{BOX}/{NETWORK.prefixlen}"
    for _ in range(10):
        for deed in ("del", "add"):
            offline.run("box", "ip", "address", deed, address, "dev", "wlan0")
    for number in (1, 2):
        answer = offline.phone(number, "ask", BOX, "www.nhs.uk", "1")
        assert answer == {"code": NOERROR, "answers": 1, "address": PORTAL, "sender": BOX}


def test_nobody_but_phones_is_answered(online: Lab) -> None:
    """Though dnsmasq listens on all cards."""
    library = online.run(
        "library", sys.executable, str(HERE / "phone.py"), "knock", BOX_ON_LAN, "53"
    )
    assert json.loads(library) == "ECONNREFUSED"


@pytest.mark.parametrize("host", [BOX, PORTAL, NHS, "8.8.8.8"])
def test_http_to_any_address_reaches_the_portal(offline: Lab, online: Lab, host: str) -> None:
    for lab in (offline, online):
        answer = lab.phone(1, "fetch", host, "/generate_204")
        where = (PORTAL, lab.hotspot.portal_port)
        assert answer == {"status": 200, "body": f"{host} reached {where}"}


def test_offline_tls_is_refused(offline: Lab) -> None:
    for host in (BOX, PORTAL, NHS):
        assert offline.phone(1, "knock", host, "443") == "ECONNREFUSED"


@pytest.mark.parametrize("port", ["22", "631", "853", "8000", "8001"])
def test_the_boxs_other_ports_are_refused(online: Lab, port: str) -> None:
    for host in (BOX, PORTAL, BOX_ON_LAN):
        assert online.phone(1, "knock", host, port) == "ECONNREFUSED"


@pytest.mark.parametrize("port", ["22", "853", "8080"])
def test_ports_of_the_internet_are_refused(online: Lab, port: str) -> None:
    assert online.phone(1, "knock", NHS, port) == "ECONNREFUSED"


@pytest.mark.parametrize("port", ["443", "853", "123"])
def test_quic_and_other_packets_are_refused(online: Lab, port: str) -> None:
    for host in (NHS, BOX, PORTAL):
        assert online.phone(1, "shout", host, port) == ["EHOSTUNREACH"]


def test_each_of_many_packets_is_refused_and_no_phone_waits(online: Lab) -> None:
    assert online.phone(1, "shout", NHS, "443", "20") == ["EHOSTUNREACH"] * 20


@pytest.mark.parametrize("port", ["80", "443", "631"])
def test_the_librarys_network_is_refused(online: Lab, port: str) -> None:
    for host in (ROUTER, BOX_ON_LAN):
        assert online.phone(1, "knock", host, port) == "ECONNREFUSED"


def test_a_phone_does_not_reach_another_through_the_box(online: Lab) -> None:
    other = online.lease(2)["ip"]
    assert online.phone(2, "knock", other, "8080") == "open"
    # Straight: the access point keeps them apart, so nobody even answers the question who it is.
    assert online.phone(1, "knock", other, "8080") in {"EHOSTUNREACH", "silence"}
    online.run("phone1", "ip", "route", "add", f"{other}/32", "via", BOX)
    assert online.phone(1, "knock", other, "8080") == "ECONNREFUSED"
    assert online.phone(1, "knock", other, "80") == "ECONNREFUSED"


def test_one_phone_cannot_take_all_connections(online: Lab) -> None:
    went = online.phone(1, "crowd", BOX, "80", str(CONNECTIONS + 5))
    assert went == ["open"] * CONNECTIONS + ["ECONNREFUSED"] * 5
    assert online.phone(2, "knock", BOX, "80") == "open"
    # They are counted while they are open, not for ever.
    online.wait_for(lambda: online.phone(1, "knock", BOX, "80") == "open", "a place getting free")


def test_trusted_sites_are_reached_end_to_end(online: Lab) -> None:
    for name in ("www.nhs.uk", "www.mind.org.uk"):
        assert online.phone(1, "greet", PORTAL, name) == f"CN={name}"


def test_the_name_decides_not_the_address(online: Lab) -> None:
    assert online.phone(1, "greet", "203.0.113.20", "www.nhs.uk") == "CN=www.nhs.uk"
    for name in ("other.example", "nhs.uk.example", "evilnhs.uk", "www.mind.org.uk.example"):
        assert online.phone(1, "greet", PORTAL, name) == "cut off"


def test_a_lying_name_server_does_not_lead_the_gate_into_the_library(online: Lab) -> None:
    assert online.phone(1, "greet", PORTAL, "inside.nhs.uk") == "cut off"


def test_the_box_is_found_by_name(online: Lab) -> None:
    answer = online.phone(1, "find", "helppoint.local")
    assert answer == {"code": NOERROR, "answers": 1, "address": BOX, "sender": BOX}


def test_nothing_about_phones_is_written(online: Lab) -> None:
    addresses = [online.lease(number)["ip"] for number in (1, 2)]
    online.phone(1, "greet", PORTAL, "other.example")
    written = online.logs()
    assert "Server startup complete" in written
    assert not [word for word in (*addresses, "anns-phone", "other.example") if word in written]


def test_on_the_librarys_network_the_box_is_found_and_changes_nothing_else(on_lan: Lab) -> None:
    answer = on_lan.phone(1, "find", "helppoint.local")
    assert answer == {"code": NOERROR, "answers": 1, "address": BOX, "sender": BOX}
    page = on_lan.phone(1, "fetch", BOX, "/")
    assert page == {"status": 200, "body": f"{BOX} reached ('{PORTAL}', 8000)"}
    assert on_lan.phone(1, "knock", BOX, "8001") == "open"
    assert on_lan.phone(1, "knock", BOX, "53") == "ECONNREFUSED"
