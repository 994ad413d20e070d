"""The first view of pages in Chromium: how many requests, and how much on the wire."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, sync_playwright

from tests.bench.box import Box, serving
from tests.bench.figure import BenchError, Figure, at_most
from tests.bench.meter import Meter, metering
from tests.bench.web import HOST

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MAX_BYTES = 14_000
# Pages made on request: a search that finds much, one that finds nothing, and a wrong address.
MADE_ON_REQUEST = ("search?q=the+and", "search?q=xyzzy", "search", "no-such-page")
SETTLE_S = 1.0


@dataclass(frozen=True, slots=True)
class View:
    """What the first view of an address took; `wire_bytes` with the answers' headers."""

    address: str
    requests: int
    wire_bytes: int


def measure(box: Box, _folder: Path) -> list[Figure]:
    """Return the most requests and the most bytes of any first view."""
    language = next(iter(box.catalogue.languages))
    made = [f"/{language}/{rest}" for rest in MADE_ON_REQUEST]
    with serving(box) as server, metering(server.port) as meter:
        views = _views([*box.pages_to_open(), *made], meter)
        return [
            _requests(views, meter),
            _weight("home and guides", views, [*box.homes(), *box.guides()]),
            _weight("any page opened", views, box.page_addresses()),
            _weight("search and errors", views, made),
            _cross_check(views, meter),
        ]


def _views(addresses: Sequence[str], meter: Meter) -> list[View]:
    views = []
    with chromium() as browser:
        for address in addresses:
            views.append(_first_view(browser, meter.port, address))
            if len(views) % 50 == 0:
                print(f"  {len(views)} of {len(addresses)} pages", flush=True)
        time.sleep(SETTLE_S)  # a favicon may be asked for late, and unseen by the page
    return views


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser for the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def _first_view(browser: Browser, port: int, address: str) -> View:
    """Open an address as somebody who was never here before."""
    context = browser.new_context()
    try:
        page = context.new_page()
        network = _Network(context.new_cdp_session(page))
        page.goto(f"http://{HOST}:{port}{address}", wait_until="load")
        for _ in range(50):  # the word of it may come after the page itself
            if network.finished:
                break
            page.wait_for_timeout(20)
        else:
            raise BenchError(f"Chromium saw no answer end at {address}")
        return View(address, network.requests, network.wire_bytes)
    finally:
        context.close()


class _Network:
    """Adds up what the DevTools protocol tells of the network.

    `encodedDataLength` of loadingFinished is what came through the socket, headers included; what
    the relay counts shows that it is so (the last figure).
    """

    def __init__(self, session: CDPSession) -> None:
        self.requests = 0
        self.finished = 0
        self.wire_bytes = 0
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.loadingFinished", self._finished)
        session.send("Network.enable")

    def _sent(self, event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith("data:"):
            self.requests += 1

    def _finished(self, event: dict[str, Any]) -> None:
        self.finished += 1
        self.wire_bytes += int(event["encodedDataLength"])


def _requests(views: Sequence[View], meter: Meter) -> Figure:
    most = max(views, key=lambda view: view.requests)
    mean = meter.requests / len(views)
    note = f"{len(views)} pages; most at {most.address}; {meter.requests} seen at the socket"
    return at_most("requests for a first view", max(most.requests, mean), "", 1, note)


def _weight(name: str, views: Sequence[View], addresses: Sequence[str]) -> Figure:
    """Return the heaviest of some pages; the note lists those above the limit."""
    chosen = sorted(
        (view for view in views if view.address in addresses), key=lambda view: -view.wire_bytes
    )
    over = [f"{v.address} {v.wire_bytes:,}" for v in chosen if v.wire_bytes > MAX_BYTES]
    note = f"heaviest is {chosen[0].address}; above {MAX_BYTES:,}: {', '.join(over) or 'none'}"
    heaviest = chosen[0].wire_bytes
    return at_most(f"wire size of {name}", heaviest, "bytes", MAX_BYTES, note)


def _cross_check(views: Sequence[View], meter: Meter) -> Figure:
    counted = sum(view.wire_bytes for view in views)
    note = f"Chromium counted {counted:,} bytes, the socket {meter.bytes_down:,}"
    return Figure("wire size by Chromium against socket", counted / meter.bytes_down, "", note=note)
