"""Handouts as PDFs, once the fonts are loaded: every one, on every paper."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

from appliance.handouts.layout import lay_out
from appliance.handouts.paper import Paper
from appliance.handouts.sheet import Sheet, sheet
from tests.bench.box import Box
from tests.bench.figure import Figure, at_most

TIMES = 7
MAX_MS = 50
LIBRARY = "Anytown Library"


def measure(box: Box, _folder: Path) -> list[Figure]:
    """Return the time of the slowest handout and of the usual one."""
    sheets = [sheet(h, box.catalogue, LIBRARY) for h in box.catalogue.handouts.values()]
    took = {(made.slug, paper): _warm_ms(made, paper) for made in sheets for paper in Paper}
    slowest = max(took, key=lambda key: took[key])
    note = f"{slowest[0]} on {slowest[1].value.upper()}, median of {TIMES}; {len(took)} PDFs in all"
    return [
        at_most("warm handout PDF, slowest", took[slowest], "ms", MAX_MS, note),
        Figure("warm handout PDF, median", median(took.values()), "ms"),
    ]


def _warm_ms(content: Sheet, paper: Paper) -> float:
    lay_out(content, paper)
    return median(_once_ms(content, paper) for _ in range(TIMES))


def _once_ms(content: Sheet, paper: Paper) -> float:
    begun = time.perf_counter()
    lay_out(content, paper)
    return (time.perf_counter() - begun) * 1000
