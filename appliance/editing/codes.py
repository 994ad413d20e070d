"""Whether the QR codes on handouts are printed large enough for their addresses."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.catalogue.load import Reading
from appliance.catalogue.model import Problem
from appliance.catalogue.schema import Table
from appliance.handouts import qr

# Longer addresses were not read reliably from smaller codes: docs/sources.md#qr.
LONG_ADDRESS = 40
SIDE_OF_LONG_MM = 30


def check_codes(found: Reading) -> Iterator[Problem]:
    """Yield a warning for each long address whose code comes out small."""
    for name, handout in found.catalogue.handouts.items():
        table = found.tables["handouts", name]
        for number, slug in enumerate(handout.codes):
            site = found.catalogue.sites.get(slug)
            if site is not None:
                yield from _too_small(site.url, table, number)


def _too_small(url: str, table: Table, number: int) -> Iterator[Problem]:
    side = qr.side_mm(len(qr.matrix(url)))
    if len(url) > LONG_ADDRESS and side < SIDE_OF_LONG_MM:
        message = f"The address {url} has {len(url)} characters; its code is {side:.0f} mm wide."
        mend = f"Find one of {LONG_ADDRESS} or fewer, or have it printed {SIDE_OF_LONG_MM} mm wide."
        yield table.problem("warning", message, mend, "codes", number)
