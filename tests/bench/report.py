"""The figures as a table for people and as JSON for programs."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from tests.bench.figure import Figure

HEADINGS = ("figure", "measured", "bound", "met")
WORDS = {True: "yes", False: "NO", None: ""}


def table(figures: Sequence[Figure]) -> str:
    """Return the figures in aligned columns, and under them the notes."""
    rows = [HEADINGS, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    rows.insert(1, tuple("-" * width for width in widths))
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    notes = [f"{figure.name}: {figure.note}" for figure in figures if figure.note]
    return "\n".join([*lines, "", *notes])


def to_json(figures: Sequence[Figure], load_before: float) -> str:
    """Return the figures with what is needed to compare two runs.

    Args:
        figures: what was measured.
        load_before: the machine's load average as the run began; above 0.5, distrust the times.
    """
    machine = {
        "processor": platform.machine(),
        "processors": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load_before": load_before,
    }
    report = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine,
        "figures": [{**asdict(figure), "value": round(figure.value, 4)} for figure in figures],
    }
    return json.dumps(report, indent=1, ensure_ascii=False) + "\n"


def _row(figure: Figure) -> tuple[str, ...]:
    return (figure.name, _measured(figure), figure.bound, WORDS[figure.is_met])


def _measured(figure: Figure) -> str:
    is_whole = float(figure.value).is_integer() or figure.value >= 1000
    shown = f"{figure.value:,.0f}" if is_whole else f"{figure.value:.2f}"
    return f"{shown} {figure.unit}".rstrip()
