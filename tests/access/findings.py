"""How findings are told: the same one on many pages is one line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import pytest

_LINES = 60


def nothing(found: Mapping[str, Iterable[str]]) -> None:
    """Fail unless no page has a finding.

    Args:
        found: address -> findings.
    """
    pages = defaultdict(list)
    for address, findings in found.items():
        for finding in findings:
            pages[finding].append(address)
    if pages:
        pytest.fail(_told(pages), pytrace=False)


def _told(pages: Mapping[str, list[str]]) -> str:
    most = sorted(pages.items(), key=lambda item: -len(item[1]))
    lines = [f"{len(on):5} x {finding}, first on {on[0]}" for finding, on in most[:_LINES]]
    more = len(most) - _LINES
    return "\n".join([*lines, f"and {more} more findings"] if more > 0 else lines)
