"""Every QR code of every page, as a phone's camera would see it on the screen."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from tests.conftest import Helppoint, Server
from tests.content import real_catalogue
from tests.handouts.paper import decoded


def test_every_code_on_every_site_page_opens_just_the_address_beside_it(
    page: Page, tmp_path: Path
) -> None:
    wrong = {}
    for slug, site in real_catalogue().sites.items():
        page.goto(f"/en/go/{slug}")
        page.locator("main svg").screenshot(path=tmp_path / "code.png")
        read = decoded(tmp_path / "code.png")
        if read != [site.url] or page.locator(".address").inner_text() != site.url:
            wrong[slug] = read
    assert wrong == {}


def test_every_code_in_the_lists_and_on_handout_pages_opens_the_address_beside_it(
    page: Page, server: Server, shared_box: Helppoint, tmp_path: Path
) -> None:
    (pages,) = shared_box.home.glob("store/sites/*/pages")
    lists = [*pages.glob("en/sites/*.html"), *pages.glob("en/handouts/*.html")]
    wrong = []
    count = 0
    for path in lists:
        address = "/" + path.relative_to(pages).as_posix().removesuffix(".html")
        page.goto(address)
        for box in page.locator(".code").all():
            box.locator("svg").screenshot(path=tmp_path / "code.png")
            shown = box.locator(".address").inner_text()
            if decoded(tmp_path / "code.png") != [shown]:
                wrong.append((address, shown))
            count += 1
    assert wrong == []
    assert count >= len(real_catalogue().listed_sites())
