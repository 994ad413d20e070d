"""Search: how fast on libraries of three sizes, and how fast and good beside kiwix-serve."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

from appliance.site.search.find import Question, find
from appliance.site.search.index import write_index
from tests.bench import box as help_point
from tests.bench import kiwix
from tests.bench.box import Box
from tests.bench.figure import BenchError, Figure, at_least
from tests.bench.invented import guides
from tests.bench.results import addresses
from tests.bench.web import get
from tests.site.search.recall import Asked, queries, recall

SIZES = (26, 1_000, 10_000)
# What the founders asked for; kiwix-serve's figures are told beside ours.
RECALL_ENGLISH, RECALL_ELSEWHERE = 0.95, 0.85
# kiwix-serve is asked in these: each needs a ZIM of its own, as Xapian stems by one language.
SIDE_BY_SIDE = ("en", "pl", "ur", "ar", "bn", "zh-Hans")
WARM_UP = 10


def measure(box: Box, folder: Path) -> list[Figure]:
    """Return times on three sizes of libraries; then recall, and time, beside kiwix-serve."""
    figures = [figure for size in SIZES for figure in _of_size(box, folder, size)]
    with ExitStack() as stack:
        ours = stack.enter_context(help_point.serving(box)).port
        for language in SIDE_BY_SIDE:
            print(f"  beside kiwix-serve: {language}", flush=True)
            inner = folder / language
            inner.mkdir()
            with kiwix.serving(box, inner, language) as theirs:
                figures += _beside(language, ours, theirs.port)
    return figures


def _of_size(box: Box, folder: Path, size: int) -> list[Figure]:
    """Ask an index of so many guides everything that people ask in English, in this process."""
    print(f"  {size:,} guides", flush=True)
    path = folder / f"{size}.db"
    begun = time.perf_counter()
    write_index(path, guides(box.catalogue, size), box.catalogue.wording, ["en"])
    made_s = time.perf_counter() - begun

    def ask(asked: Asked) -> None:
        find(path, Question("en", asked.query))

    took_ms = _times_ms(ask, [asked for asked in queries() if asked.language == "en"])
    note = f"{len(took_ms)} queries; index of {path.stat().st_size / 1e6:.1f} MB in {made_s:.1f} s"
    name = f"search in {size:,} guides"
    return [
        Figure(f"{name}, p50", median(took_ms), "ms", note=note),
        Figure(f"{name}, p95", quantiles(took_ms, n=20)[-1], "ms"),
    ]


def _beside(language: str, ours: int, theirs: int) -> list[Figure]:
    """Ask help point and kiwix-serve the same over HTTP, in turns: what disturbs one disturbs both.

    Kiwix has no addresses within a page, so a helpline is found with the page of helplines.
    """
    asked = [one for one in queries() if one.language == language]
    whole_pages = [one.without_fragments() for one in asked]

    def our_answer(code: str, query: str) -> list[str]:
        return addresses(_page(ours, f"/{code}/search", {"q": query}), code)

    def their_answer(code: str, query: str) -> list[str]:
        wanted = {"content": kiwix.NAME, "pattern": query, "pageLength": "25"}
        return addresses(_page(theirs, "/search", wanted), code)

    our_recall, their_recall = recall(asked, our_answer), recall(whole_pages, their_answer)
    mine = _times_ms(lambda one: our_answer(one.language, one.query), asked)
    other = _times_ms(lambda one: their_answer(one.language, one.query), asked)
    wanted = RECALL_ENGLISH if language == "en" else RECALL_ELSEWHERE
    note = f"{len(asked)} queries, found among the first 5; kiwix-serve {100 * their_recall:.0f} %"
    name = f"recall of search, {language}"
    ratio = median(other) / median(mine)
    return [
        at_least(name, 100 * our_recall, "%", 100 * wanted, note),
        Figure(f"{name}, by kiwix-serve", 100 * their_recall, "%"),
        Figure(
            f"search against kiwix-serve, {language}",
            ratio,
            "times as fast",
            note=f"p50 over HTTP: {median(mine):.1f} ms against {median(other):.1f} ms",
        ),
    ]


def _page(port: int, path: str, query: dict[str, str]) -> str:
    answer = get(port, f"{path}?{urlencode(query)}")
    if answer.status not in (200, 404):  # kiwix-serve says 404 when nothing is found
        raise BenchError(f"{path} was answered with {answer.status} to {query}")
    return answer.text.decode()


def _times_ms(ask: Callable[[Asked], object], asked: Sequence[Asked]) -> list[float]:
    for one in asked[:WARM_UP]:
        ask(one)
    took = []
    for one in asked:
        begun = time.perf_counter()
        ask(one)
        took.append((time.perf_counter() - begun) * 1000)
    return took
