"""What the content's host sees of 5,000 boxes: python -m tests.bench.transfer.country.

Takes what one box costs from bench-sync.json (`make bench-sync`), and puts the tables into
docs/fleet.md, in place of those there.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence

from tests.bench.processes import ROOT
from tests.bench.transfer.fleet import (
    BOXES,
    HOUR_S,
    Cost,
    Costs,
    Day,
    Load,
    Rules,
    Seen,
    simulate,
    without_chance,
)
from tests.bench.transfer.updates import CHANGED, CHECKED, PROBED, in_bytes, in_requests

MEASURED = ROOT / "bench-sync.json"
PAGE = ROOT / "docs" / "fleet.md"
BEGIN, END = "<!-- made by `make bench-fleet` -->\n", "<!-- end of what was made -->\n"
NOON_S = 12 * HOUR_S
DAYS = (
    Day("an ordinary day"),
    Day("a release at noon, one guide changed", release_s=NOON_S),
    Day("the host is down from 10 to 14", outage_s=(10 * HOUR_S, 14 * HOUR_S)),
    Day("power comes back to all at 18, after an hour", power_cut_s=18 * HOUR_S),
)
SYNC_HEADINGS = ("syncs", "syncs", "requests", "MB", "most in a second", "in a minute")
PROBE_HEADINGS = ("trying the way out", "requests", "MB", "most in a second")


def costs_of(report: Mapping[str, Sequence[Mapping[str, str | float]]]) -> Costs:
    """Read what one box costs from the report of `make bench-sync`.

    Raises:
        KeyError: the report lacks a figure.
    """
    values = {str(figure["name"]): figure["value"] for figure in report["figures"]}

    def cost(what: str) -> Cost:
        return Cost(int(values[in_requests(what)]), int(values[in_bytes(what)]))

    return Costs(cost(CHECKED), cost(CHANGED), cost(PROBED))


def tables(costs: Costs, rules: Rules, days: Sequence[Day] = DAYS, boxes: int = BOXES) -> str:
    """Return the tables of docs/fleet.md."""
    seen = [(day, simulate(day, rules, costs, boxes)) for day in days]
    alike = [(day, simulate(day, without_chance(rules), costs, boxes)) for day in days]
    lines = [
        *_head(costs, rules, boxes),
        *_row(SYNC_HEADINGS),
        *_rule(SYNC_HEADINGS),
        *_sync_rows(seen, ""),
        *_sync_rows(alike, "; nothing left to chance"),
        "",
        *_row(PROBE_HEADINGS),
        *_rule(PROBE_HEADINGS),
        *(line for day, of_day in seen for line in _probe_row(day, of_day.probes)),
    ]
    return "\n".join(lines) + "\n"


def _head(costs: Costs, rules: Rules, boxes: int) -> Iterator[str]:
    yield f"{boxes:,} boxes. The product's rules: {rules.words()}."
    yield ""
    yield (
        f"Measured: a check with nothing new {_said(costs.check)}; one guide changed"
        f" {_said(costs.change)}; trying the way out {_said(costs.probe)}."
    )
    yield ""


def _said(cost: Cost) -> str:
    plural = "" if cost.requests == 1 else "s"
    return f"{cost.requests} request{plural}, {cost.bytes:,} bytes"


def _sync_rows(seen: Sequence[tuple[Day, Seen]], suffix: str) -> Iterator[str]:
    for day, of_day in seen:
        load = of_day.syncs
        numbers = (load.deeds, load.requests, load.bytes / 1e6, load.peak, load.busiest_minute)
        yield from _row((f"{day.name}{suffix}", *(f"{number:,.0f}" for number in numbers)))


def _probe_row(day: Day, load: Load) -> Iterator[str]:
    numbers = (load.requests, load.bytes / 1e6, load.peak)
    yield from _row((day.name, *(f"{number:,.0f}" for number in numbers)))


def _row(cells: Sequence[str]) -> Iterator[str]:
    yield f"| {' | '.join(cells)} |"


def _rule(cells: Sequence[str]) -> Iterator[str]:
    yield f"|{'---|' * len(cells)}"


def replaced(page: str, made: str) -> str:
    """Return a page with what stands between the two marks replaced."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}{made}{END}{after}"


def main() -> None:
    """Print the tables, and put them into docs/fleet.md."""
    try:
        costs = costs_of(json.loads(MEASURED.read_text("utf-8")))
    except (OSError, KeyError) as error:
        sys.exit(f"{MEASURED} has not what one box costs ({error!r}): run `make bench-sync` first")
    made = tables(costs, Rules.of_product())
    print(made)
    PAGE.write_text(replaced(PAGE.read_text("utf-8"), made), "utf-8")
    print(f"Wrote {PAGE}.")


if __name__ == "__main__":
    main()
