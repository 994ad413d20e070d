"""Measures updates, prints a table, writes bench-sync.json: python -m tests.bench.transfer."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from tests.bench.figure import BenchError, Figure
from tests.bench.processes import ROOT
from tests.bench.report import table, to_json
from tests.bench.transfer import large, rivals, updates
from tests.bench.transfer.library import library

SUBJECTS: dict[str, Callable[[Path], list[Figure]]] = {
    "updates": lambda folder: updates.measure(folder, library()),
    "rivals": lambda folder: rivals.measure(folder, library()),
    "large": large.measure,
}
RESULT = ROOT / "bench-sync.json"


@click.command()
@click.argument("subjects", nargs=-1, type=click.Choice(list(SUBJECTS)))
@click.option("--strict", is_flag=True, help="End with 1 if a bound is not met.")
def main(subjects: Sequence[str], *, strict: bool) -> None:
    """Measure SUBJECTS only, or everything in some minutes and write bench-sync.json."""
    load_before = os.getloadavg()[0]
    figures: list[Figure] = []
    try:
        with tempfile.TemporaryDirectory(prefix="helppoint-bench-") as name:
            for subject in subjects or SUBJECTS:
                print(subject, flush=True)
                (Path(name) / subject).mkdir()
                figures += SUBJECTS[subject](Path(name) / subject)
    except BenchError as error:
        sys.exit(f"The bench stopped: {error}")
    print(f"\n{table(figures)}")
    if not subjects:  # a part of the figures never takes the place of all of them
        RESULT.write_text(to_json(figures, load_before), "utf-8")
        print(f"\nWrote {RESULT}.")
    if strict and any(figure.is_met is False for figure in figures):
        sys.exit(1)


if __name__ == "__main__":
    main()
