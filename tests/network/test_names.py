"""What the box's DNS says, to every kind of question, over UDP and TCP (facts, hotspot 2)."""

from __future__ import annotations

from itertools import product

import pytest

from appliance.hotspot.dnsmasq import ABSENT, FIXED
from appliance.hotspot.model import BOX, PORTAL
from tests.network.lab import Lab

NOERROR, NXDOMAIN = 0, 3
A, ANY = "1", "255"
# NS, SOA, PTR, MX, TXT, AAAA, SRV, NAPTR, DS, DNSKEY, SVCB, HTTPS, CAA
OTHERS = ("2", "6", "12", "15", "16", "28", "33", "35", "43", "48", "64", "65", "257")
ANY_NAMES = (
    "www.nhs.uk",
    "connectivitycheck.gstatic.com",
    "no-such-name.example",
    "single",
    "1.0.66.10.in-addr.arpa",
    "_dns.example",
    "lb._dns-sd._udp.example",
)
# Those with an address in every phone, and those that stand for encrypted DNS (RFC 9462).
BELOW_ABSENT = ("_dns.resolver.arpa", "wpad.example")


def _expected(name: str, kind: str) -> tuple[int, int, str]:
    if name in ABSENT or name == "_dns.resolver.arpa":
        return NXDOMAIN, 0, ""
    if kind in (A, ANY):
        return NOERROR, 1, FIXED.get(name, PORTAL)
    return NOERROR, 0, ""


@pytest.mark.parametrize("verb", ["ask", "ask_tcp"])
@pytest.mark.parametrize("server", [BOX, "8.8.8.8", "192.168.7.1"])
def test_every_question_has_its_answer_whoever_is_asked(
    real: Lab, uplink: None, verb: str, server: str
) -> None:
    names = (*ANY_NAMES, *ABSENT, *FIXED, *BELOW_ABSENT)
    rows = [(verb, server, name, kind) for name, kind in product(names, (A, ANY, *OTHERS))]
    wrong = []
    for (_, _, name, kind), came in zip(rows, real.many("phone1", rows), strict=True):
        code, count, address = _expected(name, kind)
        right = {"code": code, "answers": count, "address": address, "sender": server}
        if came.of_it != right:
            wrong.append(f"{name} {kind}: {came.of_it}, not {right}")
    assert wrong == []
