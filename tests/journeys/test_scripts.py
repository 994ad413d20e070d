"""What the two small scripts add where there is JavaScript: a voice, and a countdown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.conftest import Server
from tests.journeys.conftest import PHONE

# Headless Chromium has no voices: one of the phone's own, and one that would ask the internet.
VOICES = """
window.spoken = [];
const voices = [{name: "cloud", lang: "en-GB", localService: false},
                {name: "own", lang: "LANG", localService: true}];
const speech = {speaking: false, getVoices: () => voices, addEventListener() {},
  speak(words) { window.spoken.push([words.voice.name, words.text]); setTimeout(words.onend); },
  cancel() {}};
Object.defineProperty(window, "speechSynthesis", {value: speech});
window.SpeechSynthesisUtterance = function (text) { this.text = text; };
"""


@pytest.fixture
def visitor(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    """A phone with JavaScript."""
    context = browser.new_context(base_url=server.url, viewport=PHONE)
    yield context
    context.close()


def refused(page: Page) -> list[str]:
    """Gather what the browser says against the page, such as a script that its policy forbids."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def test_a_guide_is_read_aloud_from_its_title_on_by_the_phones_own_voice(page: Page) -> None:
    said = refused(page)
    page.add_init_script(VOICES.replace("LANG", "en_US"))
    page.goto("/en/get-nhs-app")
    page.get_by_role("button", name="Read this page aloud").click()
    expect(page.get_by_role("button", name="Read this page aloud")).to_be_visible()
    spoken = page.evaluate("window.spoken")
    assert len(spoken) > 20
    assert spoken[0] == ["own", "Get the NHS App on your phone"]
    assert {voice for voice, _ in spoken} == {"own"}
    assert said == []


def test_no_voice_in_the_language_no_button(page: Page) -> None:
    page.add_init_script(VOICES.replace("LANG", "fr-FR"))
    page.goto("/en/get-nhs-app")
    expect(page.get_by_role("button", name="Read this page aloud")).to_have_count(0)


def test_an_idle_kiosk_goes_back_to_the_start_and_forgets(page: Page) -> None:
    said = refused(page)
    page.clock.install()
    page.goto("/kiosk")
    page.get_by_role("link", name="I cannot log in").click()
    page.get_by_role("link", name="Add to my list").click()
    countdown = page.locator("#idle")
    expect(countdown).to_contain_text("60 seconds")
    page.clock.run_for(50_000)
    expect(countdown).to_contain_text("10 seconds")
    page.mouse.move(50, 50)
    page.mouse.move(60, 60)
    expect(countdown).to_contain_text("60 seconds")
    page.clock.run_for(60_000)
    expect(page).to_have_url("/~kiosk/")
    expect(page.get_by_role("link", name="My list")).to_have_count(0)
    assert said == []


def test_the_start_of_a_kiosk_waits(page: Page) -> None:
    page.goto("/kiosk")
    expect(page.locator("#idle")).to_be_hidden()
