"""Measures everything, prints a table, writes bench.json. Usage: python -m tests.bench."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from tests.bench import browser, growth, memory, paper, phones, search, start, sync, throughput
from tests.bench.box import Box, make_box
from tests.bench.figure import BenchError, Figure
from tests.bench.processes import ROOT
from tests.bench.report import table, to_json

Measure = Callable[[Box, Path], list[Figure]]

SUBJECTS: dict[str, Measure] = {
    "throughput": throughput.measure,
    "start": start.measure,
    "memory": memory.measure,
    "paper": paper.measure,
    "sync": sync.measure,
    "phones": phones.measure,
    "search": search.measure,
    "browser": browser.measure,
}
# Only by name: it makes some 60,000 pages.
ON_DEMAND: dict[str, Measure] = {"growth": growth.measure}
RESULT = ROOT / "bench.json"


@click.command()
@click.argument("subjects", nargs=-1, type=click.Choice([*SUBJECTS, *ON_DEMAND]))
@click.option("--strict", is_flag=True, help="End with 1 if a bound is not met.")
def main(subjects: Sequence[str], *, strict: bool) -> None:
    """Measure SUBJECTS only, or everything in about five minutes and write bench.json."""
    load_before = os.getloadavg()[0]
    try:
        figures = _measure(subjects or list(SUBJECTS))
    except BenchError as error:
        sys.exit(f"The bench stopped: {error}")
    print(f"\n{table(figures)}")
    if not subjects:  # a part of the figures never takes the place of all of them
        RESULT.write_text(to_json(figures, load_before), "utf-8")
        print(f"\nWrote {RESULT}.")
    if strict and any(figure.is_met is False for figure in figures):
        sys.exit(1)


def _measure(subjects: Sequence[str]) -> list[Figure]:
    figures: list[Figure] = []
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="helppoint-bench-") as name:
        _tell(begun, "making a box")
        box = make_box(Path(name))
        for subject in subjects:
            _tell(begun, subject)
            folder = Path(name) / subject
            folder.mkdir()
            figures += {**SUBJECTS, **ON_DEMAND}[subject](box, folder)
    _tell(begun, "done")
    return figures


def _tell(begun: float, what: str) -> None:
    print(f"{time.monotonic() - begun:4.0f} s  {what}", flush=True)


if __name__ == "__main__":
    main()
