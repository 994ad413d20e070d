"""Every system's own question, through the box's DNS, firewall and portal: before and after."""

from __future__ import annotations

from typing import Any

from appliance.config import ON_WIFI
from appliance.hotspot.model import BOX, PORTAL
from appliance.web.portal.probes import Probe
from tests.network.lab import Lab
from tests.network.questions import Question, questions, request

BUTTON = "POST /en/stay HTTP/1.1\r\nHost: 10.66.0.1\r\nContent-Length: 0\r\n\r\n"


def test_each_system_finds_a_portal_and_after_the_button_success_on_that_phone_only(
    real: Lab,
) -> None:
    asked = questions()
    for number in (1, 2):
        real.newcomer(number)
        assert _wrong(real, number, asked, is_staying=False) == []
    (pressed,) = real.many("phone1", [("visit", BOX, "helppoint.lan", BUTTON)])
    assert pressed.of_it["headers"]["location"] == "/en/stayed"
    assert _wrong(real, 1, asked, is_staying=True) == []
    assert _wrong(real, 2, asked, is_staying=False) == []


def _wrong(lab: Lab, number: int, asked: list[Question], *, is_staying: bool) -> list[str]:
    rows = [("visit", BOX, question.host, question.request) for question in asked]
    came = [each.of_it for each in lab.many(f"phone{number}", rows)]
    return [
        f"{question.probe.name}: {question.host}{question.path}: {answer}"
        for question, answer in zip(asked, came, strict=True)
        if not _is_right(question.probe, answer, is_staying=is_staying)
    ]


def _is_right(probe: Probe, answer: Any, *, is_staying: bool) -> bool:
    if not isinstance(answer, dict) or answer["address"] != PORTAL:
        return False
    headers = answer["headers"]
    if headers.get("cache-control") != "no-store":
        return False
    if is_staying:
        return (
            answer["status"] == probe.status
            and answer["body"] == probe.body.decode()
            and headers.get("content-type", "").partition(";")[0] == probe.type
            and all(headers.get(n.lower()) == value for n, value in probe.headers.items())
        )
    if probe.before == "page":
        # No success in it, and its links lead to the box's own name.
        return (
            answer["status"] == 200
            and "<BODY>Success" not in answer["body"]
            and f'href="{ON_WIFI}' in answer["body"]
        )
    return answer["status"] == 302 and headers["location"] == ON_WIFI and not answer["body"]


def test_what_is_no_probe_reaches_no_page_and_no_success(real: Lab) -> None:
    real.newcomer(1)
    browser = {"Accept": "text/html,application/xhtml+xml", "Accept-Encoding": "gzip"}
    rows = [
        ("visit", BOX, host, request(host, path, headers))
        for host in ("www.msftconnecttest.com", "other.example", "update.example")
        for path in ("/redirect", "/en/get-nhs-app")
        for headers in (browser, {})
    ]
    for row, came in zip(rows, real.many("phone1", rows), strict=True):
        answer = came.of_it
        expected = 302 if "text/html" in row[3] else 511
        assert (answer["address"], answer["status"]) == (PORTAL, expected), row
        assert answer["headers"].get("location") == (ON_WIFI if expected == 302 else None)
