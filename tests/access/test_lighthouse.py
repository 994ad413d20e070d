"""Lighthouse gives full marks for accessibility and best practices."""

from __future__ import annotations

import json

import pytest

from tests.access.results import Results
from tests.access.tools import CHROMIUM, LIGHTHOUSE, need, run
from tests.conftest import Server

PAGES = ("/en/", "/en/get-nhs-app", "/en/search?q=prescription")
CATEGORIES = ("accessibility", "best-practices")
TIMEOUT_S = 240


def _audit(url: str) -> dict[str, tuple[float, list[str]]]:
    """Return for each category the mark, 0 to 1, and what took from it."""
    command = [
        "node",
        str(LIGHTHOUSE.path),
        url,
        "--quiet",
        "--output=json",
        "--output-path=stdout",
    ]
    flags = [
        f"--only-categories={','.join(CATEGORIES)}",
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
    ]
    report = json.loads(run([*command, *flags], TIMEOUT_S, {"CHROME_PATH": CHROMIUM}))
    return {
        name: (category["score"], _faults(report, category))
        for name, category in report["categories"].items()
    }


def _faults(report: dict, category: dict) -> list[str]:  # type: ignore[type-arg]  # Lighthouse's own JSON
    audits = [report["audits"][part["id"]] for part in category["auditRefs"] if part["weight"] > 0]
    return [audit["title"] for audit in audits if audit["score"] not in (None, 1)]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_gets_full_marks(whole_server: Server, address: str, results: Results) -> None:
    need(LIGHTHOUSE)
    assert _audit(whole_server.url + address) == {name: (1, []) for name in CATEGORIES}
    results.record("lighthouse_pages", len(PAGES))
