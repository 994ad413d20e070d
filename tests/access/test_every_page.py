"""Every page that patrons see, in every language, as a narrow phone shows it."""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass

import pytest

from tests.access.findings import nothing
from tests.access.results import Results
from tests.access.site_pages import PROBLEM, Place
from tests.access.sweep import Tab, sweep
from tests.access.tools import HERE
from tests.conftest import Server

WEIGHTS = HERE / "weights.csv"
# docs/sources.md#weight
MAX_BYTES = 14_000
HEAVIEST = 10


@dataclass(frozen=True, slots=True)
class View:
    """What one page took and what was found on it."""

    requests: tuple[str, ...]
    wire_bytes: int
    shape: list[str]
    spaced: list[str]


async def _look(tab: Tab, address: str) -> View:
    await tab.open(address)
    shape = await tab.measure("sideways", "cutOff", "overlaps", "written")
    await tab.page.evaluate("measures.space()")
    spaced = await tab.measure("sideways", "cutOff", "overlaps")
    # Last, so that what a page asks for late is counted too.
    await tab.network.arrived()
    return View(tuple(tab.network.requests), tab.network.bytes, shape, spaced)


@pytest.fixture(scope="module")
def places(made: list[Place], asked: list[Place]) -> list[Place]:
    """All that a box serves; a fault of ours cannot be brought about."""
    return [*made, *(place for place in asked if not place.address.endswith(PROBLEM))]


@pytest.fixture(scope="module")
def views(places: list[Place], whole_server: Server) -> dict[str, View]:
    return sweep(whole_server.url, [place.address for place in places], _look)


def _summary(by_weight: list[tuple[str, View]]) -> str:
    first = f"\nThe heaviest of {len(by_weight)} pages; all of them are in {WEIGHTS}:\n"
    lines = (f"{v.wire_bytes:7,} bytes  {address}\n" for address, v in by_weight[:HEAVIEST])
    return first + "".join(lines)


def test_every_page_is_one_request_of_at_most_14_kb(
    views: dict[str, View], results: Results, capsys: pytest.CaptureFixture[str]
) -> None:
    by_weight = sorted(views.items(), key=lambda item: -item[1].wire_bytes)
    with WEIGHTS.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(("address", "requests", "bytes"))
        lines.writerows((a, len(view.requests), view.wire_bytes) for a, view in by_weight)
    with capsys.disabled():
        sys.stdout.write(_summary(by_weight))
    assert {a: v.requests for a, v in views.items() if len(v.requests) != 1} == {}
    assert {a: v.wire_bytes for a, v in by_weight if not 0 < v.wire_bytes <= MAX_BYTES} == {}
    results.record("heaviest_bytes", by_weight[0][1].wire_bytes)
    results.record("pages", len(views))


def test_no_page_scrolls_sideways_cuts_off_or_overlaps_at_320_px(views: dict[str, View]) -> None:
    """WCAG 1.4.4 and 1.4.10: 320 px is what 400 % zoom leaves of 1,280."""
    nothing({address: view.shape for address, view in views.items()})


def test_no_page_breaks_when_lines_words_and_letters_get_more_room(views: dict[str, View]) -> None:
    """WCAG 1.4.12."""
    nothing({address: view.spaced for address, view in views.items()})
