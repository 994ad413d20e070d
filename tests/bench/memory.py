"""Memory of the server after a thousand requests of every kind, from eight visitors at once."""

from __future__ import annotations

import http.client
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path

from tests.bench.box import Box, serving
from tests.bench.figure import BenchError, Figure, at_most
from tests.bench.processes import megabytes
from tests.bench.web import HOST, TIMEOUT_S, ask

REQUESTS, VISITORS = 1_000, 8
MAX_RSS_MB = 60
SEARCH_EVERY = 5
WORDS = ("nhs", "app", "password", "mental+health", "pain", "xyzzy", "prescription", "b")


def measure(box: Box, _folder: Path) -> list[Figure]:
    """Return the resident memory, and its share once what is shared is divided."""
    with serving(box) as server:
        pid = server.process.pid
        before = megabytes(pid, "status", "VmRSS")
        visit(server.port, _addresses(box))
        rss, peak = megabytes(pid, "status", "VmRSS"), megabytes(pid, "status", "VmHWM")
        note = f"before {before:.1f}, peak {peak:.1f}"
        pss = megabytes(pid, "smaps_rollup", "Pss")
    return [
        at_most(f"memory after {REQUESTS:,} requests (RSS)", rss, "MB", MAX_RSS_MB, note),
        Figure(f"memory after {REQUESTS:,} requests (PSS)", pss, "MB"),
    ]


def _addresses(box: Box) -> list[str]:
    """Mix every page with searches in every language."""
    pages, words = cycle(box.page_addresses()), cycle(WORDS)
    searches = (
        f"/{language}/search?q={next(words)}" for language in cycle(box.catalogue.languages)
    )
    return [
        next(searches) if number % SEARCH_EVERY == 0 else next(pages) for number in range(REQUESTS)
    ]


def visit(port: int, addresses: list[str]) -> None:
    """Ask for every address once, from eight visitors at a time."""
    shares = [list(islice(addresses, first, None, VISITORS)) for first in range(VISITORS)]
    with ThreadPoolExecutor(VISITORS) as visitors:
        for done in [visitors.submit(_visit_share, port, share) for share in shares]:
            done.result()


def _visit_share(port: int, addresses: list[str]) -> None:
    connection = http.client.HTTPConnection(HOST, port, timeout=TIMEOUT_S)
    try:
        for address in addresses:
            status = ask(connection, address).status
            if status != 200:
                raise BenchError(f"{address} was answered with {status}")
    finally:
        connection.close()
