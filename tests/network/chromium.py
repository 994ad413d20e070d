"""Chromium as a visitor's, without JavaScript: inside a phone's namespace; prints JSON.

First as Android's sign-in window, which opens whatever address it likes; then as a normal browser.
"""

from __future__ import annotations

import json
import sys

from playwright.sync_api import Browser, Page, sync_playwright

from tests.journeys.conftest import FLAGS, PHONE
from tests.web.test_windows import WEBVIEW

PATIENCE_MS = 60_000
GUIDE = "Get the NHS App"


def _page(browser: Browser, agent: str | None) -> Page:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, user_agent=agent)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    return page


def _in_window(page: Page) -> dict[str, str]:
    page.goto("http://connectivitycheck.gstatic.com/generate_204")
    landed = page.url
    page.get_by_role("link", name=GUIDE).first.click()
    read = page.get_by_role("heading", level=1).inner_text()
    page.go_back()
    page.get_by_role("button", name="Stay connected").click()
    return {"landed": landed, "read": read, "stayed": page.url}


def _in_browser(page: Page) -> dict[str, str]:
    page.goto("http://anything.example/some/page?x=1")
    landed = page.url
    page.get_by_role("link", name=GUIDE).first.click()
    return {"landed": landed, "read": page.get_by_role("heading", level=1).inner_text()}


def main() -> dict[str, dict[str, str]]:
    """Go through both."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        return {
            "window": _in_window(_page(browser, WEBVIEW)),
            "browser": _in_browser(_page(browser, None)),
        }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()))
