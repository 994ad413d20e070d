"""Sixty phones on one crowded radio: how long home and a guide take, beside kiwix-serve."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles
from typing import Any

from playwright.sync_api import CDPSession

from tests.bench import box as help_point
from tests.bench import kiwix
from tests.bench.box import Box, Server
from tests.bench.browser import chromium
from tests.bench.figure import BenchError, Figure, at_most
from tests.bench.link import PHONES, shaped_link, why_not
from tests.bench.phone import PHONES as COUNT
from tests.bench.phone import Plan
from tests.bench.processes import ROOT
from tests.bench.web import HOST

TIMEOUT_S = 400
SETTLE_MS = 1500
MOST_OF_KIWIX = 0.25
PAGES = ("home", "guide")


def measure(box: Box, folder: Path) -> list[Figure]:
    """Return p50 and p95 of each page by each server, and our p95 as a part of kiwix-serve's."""
    reason = why_not()
    if reason:
        print(f"  SKIPPED: {reason}", flush=True)
        return [Figure("sixty phones on one link", 0, "", note=f"SKIPPED: {reason}")]
    guide = box.usual_guide()
    with help_point.serving(box) as server:
        ours = _seconds(server, ["/", guide])
    with kiwix.serving(box, folder) as server:
        theirs = _seconds(server, ["/", f"/viewer#{kiwix.NAME}{guide}.html"])
    figures = []
    for page, mine, other in zip(PAGES, ours, theirs, strict=True):
        figures += [
            _figure(f"{page} by help point", mine),
            _figure(f"{page} by kiwix-serve", other),
        ]
        ratio = _percentile(mine, 95) / _percentile(other, 95)
        figures.append(
            at_most(f"{page} for 60 phones against kiwix", ratio, "of p95", MOST_OF_KIWIX)
        )
    return figures


def _seconds(server: Server, addresses: Sequence[str]) -> list[list[float]]:
    """Let the phones load what a browser was seen to ask for at each address."""
    plans = [_plan(server, address) for address in addresses]
    requests = ", ".join(str(len(plan)) for plan in plans)
    print(f"  {COUNT} phones, {requests} requests a page", flush=True)
    with shaped_link(server.port) as place:
        command = ["ip", "netns", "exec", PHONES, sys.executable, "-m", "tests.bench.phone", place]
        done = subprocess.run(
            command, cwd=ROOT, input=json.dumps(plans), capture_output=True, text=True,
            timeout=TIMEOUT_S, check=False,
        )  # fmt: skip
    if done.returncode != 0:
        raise BenchError(f"the phones failed: {done.stderr[-500:]}")
    seconds: list[list[float]] = json.loads(done.stdout)
    return seconds


def _plan(server: Server, address: str) -> Plan:
    """Return the requests of a first view, each with the last one that had ended before it."""
    with chromium() as browser:
        context = browser.new_context()
        page = context.new_page()
        seen = _Seen(context.new_cdp_session(page))
        page.goto(f"http://{HOST}:{server.port}{address}", wait_until="networkidle")
        page.wait_for_timeout(SETTLE_MS)
        return seen.plan(f"http://{HOST}:{server.port}")


class _Seen:
    """What the DevTools protocol tells of each request: when it began, when it had ended."""

    def __init__(self, session: CDPSession) -> None:
        self._begun: dict[str, tuple[float, str]] = {}
        self._ended: dict[str, float] = {}
        session.on("Network.requestWillBeSent", self._begin)
        session.on("Network.loadingFinished", self._end)
        session.send("Network.enable")

    def _begin(self, event: dict[str, Any]) -> None:
        key = f"{event['requestId']}{event['request']['url']}"  # a redirect keeps its id
        self._begun[key] = (event["timestamp"], event["request"]["url"])

    def _end(self, event: dict[str, Any]) -> None:
        self._ended[event["requestId"]] = event["timestamp"]

    def plan(self, origin: str) -> Plan:
        ours = [(at, url) for at, url in self._begun.values() if url.startswith(origin)]
        order = sorted(ours)
        ends = {
            url: self._ended[key.removesuffix(url)]
            for key, (_, url) in self._begun.items()
            if key.removesuffix(url) in self._ended
        }
        plan: Plan = []
        for at, url in order:
            before = [n for n, (_, other) in enumerate(order) if ends.get(other, at) < at]
            last = max(before, key=lambda n: ends[order[n][1]], default=-1)
            plan.append((url.removeprefix(origin).partition("#")[0] or "/", last))
        return plan


def _percentile(seconds: Sequence[float], percent: int) -> float:
    return quantiles(seconds, n=100)[percent - 1]


def _figure(name: str, seconds: Sequence[float]) -> Figure:
    p50, p95 = (_percentile(seconds, percent) for percent in (50, 95))
    note = f"p50 {p50:.2f} s of {len(seconds)} first views on one link of 20 Mbit/s, 50 ms away"
    return Figure(f"{name}, p95 of 60 phones", p95, "s", note=note)
