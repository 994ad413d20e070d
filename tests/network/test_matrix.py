"""The firewall, row by row: matrix.toml."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.hotspot.model import BOX, NETWORK, PORTAL
from tests.network.lab import BOX_ON_LAN, MIND, NHS, OTHER, ROUTER, Came, Lab

# The issue's own bound, for the best of three tries.
REFUSED_WITHIN_MS = 50
ROWS = tomllib.loads(Path(__file__).with_name("matrix.toml").read_text("utf-8"))["rows"]
ADDRESSES = {
    "box": BOX,
    "portal": PORTAL,
    "box on lan": BOX_ON_LAN,
    "router": ROUTER,
    "elsewhere in library": "192.168.7.77",
    "link local": "169.254.10.10",
    "private 172": "172.20.1.1",
    "carrier": "100.64.0.1",
    "nhs": NHS,
    "mind": MIND,
    "other": OTHER,
    "google dns": "8.8.8.8",
}
TRUSTED, OTHERS = "www.nhs.uk", "other.example"


@pytest.fixture
def addresses(real: Lab) -> Iterator[dict[str, str]]:
    other = real.newcomer(2)
    real.run("phone1", "ip", "route", "replace", f"{other}/32", "via", BOX)
    for network in (str(NETWORK), f"{PORTAL}/32"):
        real.run("library", "ip", "route", "replace", network, "via", BOX_ON_LAN)
    yield {**ADDRESSES, "phone2 by box": other}
    real.run("phone1", "ip", "route", "delete", f"{other}/32", "via", BOX)
    for network in (str(NETWORK), f"{PORTAL}/32"):
        real.run("library", "ip", "route", "delete", network, "via", BOX_ON_LAN)


def test_there_are_enough_rows_and_none_twice() -> None:
    assert len(ROWS) >= 60
    assert len({tuple(row) for row in ROWS}) == len(ROWS)


def test_everybody_gets_what_the_matrix_says_and_no_more(
    real: Lab, addresses: dict[str, str]
) -> None:
    by_source = defaultdict(list)
    for row in ROWS:
        by_source[row[0]].append(row)
    wrong = []
    for where, rows in by_source.items():
        words = [_words(addresses[to], *rest) for _, to, *rest in rows]
        for row, came in zip(rows, real.many(where, words, tries=3), strict=True):
            if not _is(row[4], came):
                wrong.append(f"{row}: {came}")
    assert wrong == []


def _words(address: str, protocol: str, port: int, expected: str) -> tuple[str, ...]:
    if expected in {"pages", "portal"}:
        return ("fetch", address, "/healthz")
    if expected == "names":
        return ("ask" if protocol == "udp" else "ask_tcp", address, TRUSTED, "1")
    if expected in {"gate", "cut"}:
        return ("greet", address, TRUSTED if expected == "gate" else OTHERS)
    return ("knock" if protocol == "tcp" else "shout", address, str(port))


def _is(expected: str, came: Came) -> bool:
    what = came.of_it
    if expected in {"pages", "portal"}:
        wanted = 200 if expected == "pages" else 511
        return isinstance(what, dict) and what["status"] == wanted
    if expected == "names":
        return isinstance(what, dict) and what["address"] == PORTAL
    if expected == "refused":
        return what in REFUSALS and came.took_ms < REFUSED_WITHIN_MS
    return bool(what == WORDS[expected])


REFUSALS = ("ECONNREFUSED", ["EHOSTUNREACH"], ["ECONNREFUSED"])
WORDS = {"gate": f"CN={TRUSTED}", "cut": "cut off", "open": "open", "nobody": "silence"}
