"""Many pages in a few tabs of Debian's Chromium at once: load, look, next."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from playwright.async_api import BrowserContext, Page, Route, async_playwright

from tests.access.tools import CHROMIUM, HERE
from tests.journeys.conftest import FLAGS

# One more than the processors of the machine that this must be quick on: one tab loads meanwhile.
TABS = 3
NARROW, WIDE = 320, 1280
LOAD_TIMEOUT_MS = 30_000
_ARRIVAL_STEPS, _ARRIVAL_STEP_S = 200, 0.01

MEASURES = (HERE / "measures.js").read_text("utf-8")
NO_PAGES: Mapping[str, str] = {}

Found = TypeVar("Found")


@dataclass
class Network:
    """What the last page took, by the DevTools protocol; `bytes` with the answer's headers."""

    requests: list[str] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)
    bytes: int = 0

    def clear(self) -> None:
        """Forget what was counted."""
        self.requests.clear()
        self.waiting.clear()
        self.bytes = 0

    def sent(self, event: Mapping[str, Any]) -> None:
        """Count a request; what is written out inside the page needs none."""
        if not event["request"]["url"].startswith("data:"):
            self.requests.append(event["request"]["url"])
            self.waiting.add(event["requestId"])

    def done(self, event: Mapping[str, Any]) -> None:
        """Count an answer that came over the network."""
        if event["requestId"] in self.waiting:
            self.waiting.remove(event["requestId"])
            self.bytes += int(event["encodedDataLength"])

    async def arrived(self) -> None:
        """Wait for the word of it, which may come after the page itself.

        Raises:
            TimeoutError: Chromium did not tell that the answer has ended.
        """
        for _ in range(_ARRIVAL_STEPS):
            if self.requests and not self.waiting:
                return
            await asyncio.sleep(_ARRIVAL_STEP_S)
        raise TimeoutError(f"Chromium saw no end of {self.requests}")


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab and what it takes from the network."""

    page: Page
    network: Network

    async def open(self, address: str) -> int:
        """Load a page as somebody who was never here before. Returns the answer's status."""
        self.network.clear()
        response = await self.page.goto(address, timeout=LOAD_TIMEOUT_MS)
        if response is None:
            raise OSError(f"there was no answer at {address}")
        return response.status

    async def measure(self, *names: str) -> list[str]:
        """Return the findings of measures by their names in measures.js."""
        calls = ", ".join(f"...measures.{name}()" for name in names)
        findings: list[str] = await self.page.evaluate(f"[{calls}]")
        return findings


Look = Callable[[Tab, str], Awaitable[Found]]


def sweep(
    url: str,
    addresses: Sequence[str],
    look: Look[Found],
    *,
    scripts: Sequence[str] = (MEASURES,),
    instead: Mapping[str, str] = NO_PAGES,
) -> dict[str, Found]:
    """Open every address and return what `look` found there.

    Args:
        url: where the box is served.
        addresses: which pages.
        look: given a tab and the address to open in it.
        scripts: put into every page by the browser; sending axe-core each time costs more.
        instead: pages that nobody can bring about, address -> HTML.
    """
    return asyncio.run(_sweep(url, addresses, look, scripts, instead))


async def _sweep(
    url: str,
    addresses: Sequence[str],
    look: Look[Found],
    scripts: Sequence[str],
    instead: Mapping[str, str],
) -> dict[str, Found]:
    waiting = list(reversed(addresses))
    found: dict[str, Found] = {}

    async def work(context: BrowserContext) -> None:
        tab = await _tab(context, scripts, instead)
        while waiting:
            address = waiting.pop()
            found[address] = await look(tab, address)

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        contexts = [
            await browser.new_context(base_url=url, viewport={"width": NARROW, "height": 800})
            for _ in range(TABS)
        ]
        async with asyncio.TaskGroup() as group:
            for context in contexts:
                group.create_task(work(context))
        await browser.close()
    return {address: found[address] for address in addresses}


async def _tab(context: BrowserContext, scripts: Sequence[str], instead: Mapping[str, str]) -> Tab:
    async def fulfil(route: Route) -> None:
        address = "/" + route.request.url.split("/", 3)[3]
        await route.fulfill(body=instead[address], content_type="text/html; charset=utf-8")

    for address in instead:
        await context.route(f"**{address}", fulfil)
    for script in scripts:
        await context.add_init_script(script)
    page = await context.new_page()
    network = Network()
    session = await context.new_cdp_session(page)
    session.on("Network.requestWillBeSent", network.sent)
    session.on("Network.loadingFinished", network.done)
    await session.send("Network.enable")
    await session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    return Tab(page, network)
