"""Cold start to the first page, beside what loading Flask and waitress alone takes."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

from tests.bench.box import Box
from tests.bench.figure import Figure, at_most
from tests.bench.processes import python, run, running, wait_until_ready
from tests.bench.web import free_port

ROUNDS = 9
TIMES_IMPORT, ALLOWANCE_S = 1.5, 0.5


def measure(box: Box, _folder: Path) -> list[Figure]:
    """Return the time to the first page; its bound moves with the machine's speed."""
    guide = box.usual_guide()
    imports, starts = [], []
    for _ in range(ROUNDS):
        imports.append(_import_s())
        starts.append(_start_s(box, guide))
    base, start = median(imports), median(starts)
    note = (
        f"median of {ROUNDS}, files in the page cache; the bound is {TIMES_IMPORT} times the"
        f" {base:.2f} s of importing flask and waitress, plus {ALLOWANCE_S} s"
    )
    limit = round(TIMES_IMPORT * base + ALLOWANCE_S, 2)
    return [
        at_most("cold start to first page", start, "s", limit, note),
        Figure("cold start against the two imports", start / base, "times"),
    ]


def _import_s() -> float:
    begun = time.perf_counter()
    run(python("-c", "import flask, waitress"))
    return time.perf_counter() - begun


def _start_s(box: Box, guide: str) -> float:
    port = free_port()
    begun = time.perf_counter()
    with running(box.serve_command(port)) as process:
        wait_until_ready(process, port, guide)
        return time.perf_counter() - begun
