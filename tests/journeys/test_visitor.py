"""What a visitor does, in a real browser, without JavaScript."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Request, expect

from tests.conftest import Server
from tests.handouts.paper import codes, decoded
from tests.journeys.conftest import PHONE


def test_from_home_to_a_guide_to_a_code_to_paper(page: Page, tmp_path: Path) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("What do you need?")
    page.get_by_role("link", name="Get the NHS App on your phone").click()
    expect(page).to_have_url("/en/get-nhs-app")
    page.locator('a[href="/en/go/nhs-app-download"]').last.click()
    expect(page.locator(".address").first).to_have_text(
        "https://www.nhs.uk/nhs-app/setting-up/downloading/"
    )
    page.screenshot(path=tmp_path / "code.png", full_page=True)
    assert decoded(tmp_path / "code.png") == ["https://www.nhs.uk/nhs-app/setting-up/downloading/"]
    page.go_back()
    page.locator('a[href="/en/handouts/get-the-app"]').last.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="print: A4").click()
    download.value.save_as(tmp_path / "sheet.pdf")
    on_paper = codes((tmp_path / "sheet.pdf").read_bytes(), dpi=150)
    assert "https://www.nhs.uk/nhs-app/setting-up/downloading/" in on_paper


def test_search_from_any_page(page: Page) -> None:
    page.goto("/en/privacy")
    page.get_by_role("searchbox").fill("prescription")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Order repeat prescriptions").first.click()
    expect(page).to_have_url("/en/repeat-prescriptions")


def test_a_lost_visitor_is_helped(page: Page) -> None:
    response = page.goto("/en/no-such-page")
    assert response is not None
    assert response.status == 404
    page.locator("main").get_by_role("searchbox").fill("password")
    page.locator("main").get_by_role("button").click()
    expect(page.locator("main ul.cards li").first).to_be_visible()


def test_the_keyboard_reaches_the_main_part_first(page: Page) -> None:
    page.goto("/en/get-nhs-app")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the main part")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_a_page_is_one_request_and_leaves_nothing_behind(
    visitor: BrowserContext, page: Page
) -> None:
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request))
    for path in ("/", "/en/prove-id-photo", "/en/go/nhs-app", "/en/sites", "/en/search?q=app"):
        requests.clear()
        page.goto(path)
        assert [r.url.partition("?")[0].endswith(path.partition("?")[0]) for r in requests] == [
            True
        ]
    assert visitor.cookies() == []


def test_no_page_scrolls_sideways_on_the_narrowest_phone(
    visitor: BrowserContext, server: Server, page: Page
) -> None:
    page.set_viewport_size({"width": 320, "height": 600})
    for path in ("/", "/en/login-problems", "/en/go/google-play", "/en/sites", "/en/helplines",
                 "/en/handouts/who-to-contact", "/en/search?q=prescription"):  # fmt: skip
        page.goto(path)
        cdp = visitor.new_cdp_session(page)
        metrics = cdp.send("Page.getLayoutMetrics")
        assert metrics["cssContentSize"]["width"] <= 320, path


def test_the_browser_accepts_the_stylesheet(page: Page) -> None:
    """A wrong hash in the policy would leave every page bare."""
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    for path in ("/", "/en/prove-id-photo", "/en/search?q=app", "/en/no-such-page"):
        page.goto(path)
        strip = page.locator("aside.strip").bounding_box()
        assert strip is not None
        assert strip["width"] == PHONE["width"]
    assert [text for text in messages if "Content Security Policy" in text] == []


def test_a_list_is_collected_carried_and_emptied(page: Page, visitor: BrowserContext) -> None:
    page.goto("/en/get-nhs-app")
    page.get_by_role("link", name="Add to my list").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My list")
    page.locator("main").get_by_role("link", name="Get the NHS App on your phone").click()
    page.locator('a[href$="/en/go/nhs-app-download"]').last.click()
    page.get_by_role("link", name="Add to my list").click()
    expect(page.locator(".address").first).to_have_text(
        "https://www.nhs.uk/nhs-app/setting-up/downloading/"
    )
    page.get_by_role("link", name="Take it off the list").first.click()
    expect(page.locator("main h2")).to_have_count(1)
    page.get_by_role("link", name="Empty the list").click()
    expect(page).to_have_url("/en/list")
    expect(page.get_by_text("Your list is empty.")).to_be_visible()
    assert visitor.cookies() == []


def test_larger_text_and_high_contrast_stay_while_somebody_reads(page: Page) -> None:
    page.goto("/en/")
    ordinary = page.locator("h1").evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    page.get_by_text("Text and colours").click()
    page.get_by_role("link", name="Largest text").click()
    page.get_by_text("Text and colours").click()
    page.get_by_role("link", name="High contrast").click()
    page.get_by_role("link", name="I cannot log in").click()
    assert page.url.endswith("/~largest.contrast/en/login-problems")
    size = page.locator("h1").evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    assert size > 1.5 * ordinary
    expect(page.locator("h1")).to_have_css("color", "rgb(0, 0, 0)")
    expect(page.locator("html")).to_have_css("background-color", "rgb(255, 255, 255)")


def test_steps_are_ticked_off_and_forgotten(page: Page) -> None:
    page.goto("/en/get-nhs-app")
    step = page.get_by_role("checkbox", name="Step 2 is done")
    step.check()
    expect(step).to_be_checked()
    page.reload()
    expect(step).not_to_be_checked()
