from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask, session
from werkzeug.test import Client, TestResponse

from appliance.web.staff.sessions import (
    COOKIE,
    IDLE_S,
    LONGEST_S,
    MOST_STRANGERS,
    DeskSession,
    Sessions,
)


@dataclass
class Watch:
    """Seconds that pass only when told to."""

    seconds: float = 100.0

    def now(self) -> float:
        return self.seconds


@dataclass
class Desk:
    """An application whose every page says whether its visitor is logged in."""

    app: Flask
    sessions: Sessions
    watch: Watch

    def browser(self) -> Client:
        return self.app.test_client()


def _own() -> DeskSession:
    own = session._get_current_object()  # type: ignore[attr-defined]
    assert isinstance(own, DeskSession)
    return own


@pytest.fixture
def desk() -> Desk:
    watch = Watch()
    sessions = Sessions(watch.now)
    app = Flask(__name__)
    app.session_interface = sessions

    @app.get("/who")
    def who() -> str:
        return "staff" if _own().is_staff else "nobody"

    @app.get("/token")
    def token() -> str:
        _own()["token"] = "x"
        return "kept"

    @app.get("/in")
    def log_in() -> str:
        sessions.log_in(_own())
        return "in"

    @app.get("/out")
    def log_out() -> str:
        sessions.log_out(_own())
        return "out"

    return Desk(app, sessions, watch)


def _cookie(response: TestResponse) -> str:
    return response.headers.get("Set-Cookie", "")


def test_who_only_looks_gets_no_cookie(desk: Desk) -> None:
    response = desk.browser().get("/who")
    assert response.text == "nobody"
    assert f"{COOKIE}=;" in _cookie(response) or not _cookie(response)


def test_the_cookie_is_for_this_desk_and_no_script_or_other_site(desk: Desk) -> None:
    cookie = _cookie(desk.browser().get("/in"))
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Max-Age" not in cookie
    assert "Expires" not in cookie
    assert "Secure" not in cookie
    over_tls = desk.browser().get("/in", base_url="https://localhost")
    assert "Secure" in _cookie(over_tls)


def test_logging_in_gives_a_new_number(desk: Desk) -> None:
    """Who has put a number into somebody's browser before gains nothing by it."""
    browser, other = desk.browser(), desk.browser()
    before = _cookie(browser.get("/token")).split(";")[0]
    after = _cookie(browser.get("/in")).split(";")[0]
    assert before != after
    assert browser.get("/who").text == "staff"
    assert other.get("/who", headers={"Cookie": before}).text == "nobody"


def test_after_a_quarter_of_an_hour_without_a_click_it_ends(desk: Desk) -> None:
    browser = desk.browser()
    browser.get("/in")
    for _ in range(3):
        desk.watch.seconds += IDLE_S
        assert browser.get("/who").text == "staff"
    desk.watch.seconds += IDLE_S + 1
    assert browser.get("/who").text == "nobody"


def test_however_busy_it_ends_after_half_a_day(desk: Desk) -> None:
    browser = desk.browser()
    browser.get("/in")
    for _ in range(int(LONGEST_S / IDLE_S)):
        desk.watch.seconds += IDLE_S
        assert browser.get("/who").text == "staff"
    desk.watch.seconds += 1
    assert browser.get("/who").text == "nobody"


def test_logging_out_ends_it_for_that_number(desk: Desk) -> None:
    browser = desk.browser()
    number = _cookie(browser.get("/in")).split(";")[0]
    browser.get("/out")
    assert desk.browser().get("/who", headers={"Cookie": number}).text == "nobody"


def test_all_can_be_ended_at_once(desk: Desk) -> None:
    browsers = [desk.browser() for _ in range(3)]
    for browser in browsers:
        browser.get("/in")
    desk.sessions.end_all()
    assert [browser.get("/who").text for browser in browsers] == ["nobody"] * 3


def test_a_flood_of_strangers_ends_no_session_of_staff(desk: Desk) -> None:
    staff = desk.browser()
    staff.get("/in")
    for _ in range(MOST_STRANGERS + 50):
        desk.browser().get("/token")
    assert staff.get("/who").text == "staff"
    assert len(desk.sessions._strangers) == MOST_STRANGERS


@pytest.mark.parametrize("number", ["", "x", "a" * 5000, "é", "is_staff=True"])
def test_an_invented_number_is_nobody(desk: Desk, number: str) -> None:
    client = desk.browser()
    assert client.get("/who", headers={"Cookie": f"{COOKIE}={number}"}).text == "nobody"
