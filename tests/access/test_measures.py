"""What measures.js and axe-core must find: a page without findings proves nothing otherwise."""

from __future__ import annotations

import pytest

from tests.access import axe
from tests.access.axe import Look
from tests.access.sweep import MEASURES, NARROW, Tab, sweep
from tests.access.tools import AXE, need
from tests.conftest import Server

ADDRESS = "/en/get-nhs-app"


def _style(css: str, rules: str) -> str:
    return f"document.querySelector('{css}').style.cssText = '{rules}'"


@pytest.mark.parametrize(
    ("measure", "broken", "finding"),
    [
        ("sideways", _style("h1", "width: 40rem"), "px wide in 320"),
        ("cutOff", _style("h1", "overflow: hidden; height: 1rem"), "cuts off"),
        ("overlaps", _style("h1", "margin-bottom: -2rem"), "runs into"),
        ("written", _style(".steps > li", "padding: 0"), "covers text"),
        ("written", _style("html", "--plum: #fff; --card: #fff"), "contrast 1.00 of ::before"),
    ],
)
def test_a_broken_page_is_measured(server: Server, measure: str, broken: str, finding: str) -> None:
    async def look(tab: Tab, address: str) -> tuple[list[str], list[str]]:
        await tab.open(address)
        before = await tab.measure(measure)
        await tab.page.evaluate(broken)
        return before, await tab.measure(measure)

    before, after = sweep(server.url, [ADDRESS], look)[ADDRESS]
    assert before == []
    assert finding in after[0]


@pytest.mark.parametrize(
    ("broken", "forced", "finding"),
    [
        ("document.querySelector('input').ariaLabel = ''", False, "label at"),
        (_style("h1", "color: #ccc"), False, "color-contrast at"),
        (_style("h1", "color: #ccc; forced-color-adjust: none"), True, "color-contrast at"),
        (_style("main nav ul", "font-size: 4px; line-height: 1"), False, "target-size at"),
        ("document.documentElement.lang = 'xx'", False, "html-lang-valid at"),
    ],
)  # fmt: skip
def test_axe_finds_a_broken_page(server: Server, broken: str, finding: str, forced: bool) -> None:
    need(AXE)

    async def look(tab: Tab, address: str) -> tuple[list[str], list[str]]:
        await tab.open(address)
        await axe.show(tab, Look("light", forced, NARROW))
        before = await axe.faults(tab)
        await tab.page.evaluate(broken)
        return before, await axe.faults(tab)

    before, after = sweep(server.url, [ADDRESS], look, scripts=(MEASURES, axe.script()))[ADDRESS]
    assert before == []
    assert any(one.startswith(finding) for one in after), after


def test_every_request_and_its_bytes_are_counted(server: Server) -> None:
    async def look(tab: Tab, address: str) -> tuple[int, int]:
        await tab.open(address)
        await tab.network.arrived()
        one = tab.network.bytes
        await tab.page.goto("/en/privacy")
        await tab.network.arrived()
        assert len(tab.network.requests) == 2
        return one, tab.network.bytes

    one, two = sweep(server.url, [ADDRESS], look)[ADDRESS]
    assert two > one > 0
