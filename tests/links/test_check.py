"""A box's checks day by day, against a real host on loopback that breaks and mends its pages."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from appliance.errors import SourceError
from appliance.links.addresses import Link
from appliance.links.check import check_once_a_day
from appliance.links.visit import Manners, Visit, Visitor
from appliance.state.links import Known, LinkCheck, LinksFile, State
from tests.links.host import Host, Reply, host
from tests.publisher import files_in

HASTY = Manners(pause_s=0, connect_s=2, read_s=0.6, body_s=0.6)
MONDAY = date(2026, 11, 23)
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=n) for n in (1, 2, 3))
PAPER = ("handout H1 Start",)


@dataclass
class Box:
    """Asks `/fine` and the paths in `printed` and `others`."""

    web: Host
    folder: Path
    printed: tuple[str, ...] = ("/a",)
    others: tuple[str, ...] = ("/fine",)
    more: tuple[Link, ...] = ()

    @property
    def file(self) -> LinksFile:
        return LinksFile(self.folder / "state" / "links.json")

    def links(self) -> list[Link]:
        return [
            *(Link(self.web.url + path) for path in self.others),
            *(Link(self.web.url + path, (), PAPER) for path in self.printed),
            *self.more,
        ]

    def check(self, day: date, hour: int = 9) -> tuple[LinkCheck, bool]:
        moment = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
        return check_once_a_day(self.links(), self.file, moment, lambda *_: None, Visitor(HASTY))

    def known(self, day: date, path: str = "/a") -> Known:
        check, is_new = self.check(day)
        assert is_new
        assert self.file.read() == check
        return next(known for known in check.addresses if known.address == self.web.url + path)


@pytest.fixture
def web() -> Iterator[Host]:
    with host() as running:
        running.replies.update({"/fine": Reply(), "/a": Reply()})
        yield running


@pytest.fixture
def box(web: Host, tmp_path: Path) -> Box:
    return Box(web, tmp_path)


def _state(known: Known) -> tuple[State, date | None]:
    return known.state, known.since


CHANCE = {
    "server error": Reply(500),
    "no answer in time": Reply(delay_s=0.9),
    "no answer of a web server": Reply(is_broken=True),
    "a page that says it is missing": Reply(body=b"<h1>Page not found</h1>"),
    "a redirect to the start page": Reply(301, location="/"),
    "a passing redirect to another owner": Reply(302, location="http://localhost:{port}/b"),
    "a ring": Reply(302, location="/a"),
}
DEFINITE = {
    "not found": Reply(404),
    "gone": Reply(410),
    "another owner for good": Reply(301, location="http://localhost:{port}/b"),
}


def _breaks(web: Host, reply: Reply) -> None:
    location = reply.location.replace("{port}", str(web.port))
    web.replies.update(
        {
            "/": Reply(),
            "/b": Reply(),
            "/a": Reply(reply.status, reply.body, location, reply.kind, reply.head, reply.delay_s,
                        reply.is_broken),
        }
    )  # fmt: skip


@pytest.mark.parametrize("reply", CHANCE.values(), ids=CHANCE)
def test_what_may_be_chance_is_news_on_the_second_day(box: Box, web: Host, reply: Reply) -> None:
    assert _state(box.known(MONDAY)) == ("answers", None)
    _breaks(web, reply)
    assert _state(box.known(TUESDAY)) == ("failed", TUESDAY)
    assert _state(box.known(WEDNESDAY)) == ("stopped", TUESDAY)
    assert _state(box.known(THURSDAY)) == ("stopped", TUESDAY)


@pytest.mark.parametrize("reply", DEFINITE.values(), ids=DEFINITE)
def test_what_is_gone_by_its_hosts_own_word_is_news_at_once(
    box: Box, web: Host, reply: Reply
) -> None:
    _breaks(web, reply)
    known = box.known(MONDAY)
    assert _state(known) == ("stopped", MONDAY)
    assert known.message
    assert known.printed_on == PAPER


def test_a_host_that_is_gone_is_news_on_the_second_day(box: Box) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        box.more = (Link(f"http://127.0.0.1:{unused.getsockname()[1]}/", (), PAPER),)
        checks = [box.check(day)[0] for day in (MONDAY, TUESDAY)]
    states = [_state(check.of("failed", "stopped")[0]) for check in checks]
    assert states == [("failed", MONDAY), ("stopped", MONDAY)]


def test_an_answer_ends_it_and_a_new_failure_begins_anew(box: Box, web: Host) -> None:
    web.replies["/a"] = Reply(500)
    assert _state(box.known(MONDAY)) == ("failed", MONDAY)
    web.replies["/a"] = Reply()
    assert _state(box.known(TUESDAY)) == ("answers", None)
    web.replies["/a"] = Reply(500)
    assert _state(box.known(WEDNESDAY)) == ("failed", WEDNESDAY)
    assert _state(box.known(THURSDAY)) == ("stopped", WEDNESDAY)


def test_an_answer_that_proves_nothing_leaves_what_was_known(box: Box, web: Host) -> None:
    web.replies["/a"] = Reply(403)
    assert _state(box.known(MONDAY)) == ("unsure", None)
    web.replies["/a"] = Reply(404)
    assert _state(box.known(TUESDAY)) == ("stopped", TUESDAY)
    web.replies["/a"] = Reply(403)
    known = box.known(WEDNESDAY)
    assert _state(known) == ("stopped", TUESDAY)
    assert known.message == "It answers 404."
    web.replies["/a"] = Reply(301, location="/fine")
    assert _state(box.known(THURSDAY)) == ("answers", None)


def test_what_has_stopped_stays_so_until_it_answers_whatever_the_clock_does(
    box: Box, web: Host
) -> None:
    web.replies["/a"] = Reply(404)
    assert _state(box.known(MONDAY)) == ("stopped", MONDAY)
    web.replies["/a"] = Reply(500)
    assert _state(box.known(THURSDAY)) == ("stopped", MONDAY)
    assert _state(box.known(MONDAY)) == ("stopped", MONDAY)


def test_no_address_is_asked_twice_in_a_day(box: Box, web: Host) -> None:
    first, _ = box.check(MONDAY, hour=1)
    asked = len(web.asked)
    assert asked > 0
    assert box.check(MONDAY, hour=23) == (first, False)
    assert len(web.asked) == asked
    assert box.check(TUESDAY, hour=0)[1] is True


def test_a_clock_that_was_ahead_does_not_end_all_checks(box: Box) -> None:
    box.check(date(2040, 1, 1))
    assert box.check(MONDAY)[1] is True


def test_where_nothing_answers_nothing_is_overwritten_and_the_next_sync_tries_again(
    box: Box, web: Host
) -> None:
    box.check(MONDAY)
    before = files_in(box.folder)
    for nothing in (Reply(500), Reply(403), Reply(302, location=f"http://localhost:{web.port}/x")):
        web.replies.update({"/fine": nothing, "/a": nothing, "/x": Reply()})
        with pytest.raises(SourceError, match="not one of 2 web addresses"):
            box.check(TUESDAY)
        assert files_in(box.folder) == before
    web.replies.update({"/fine": Reply(), "/a": Reply(404)})
    assert _state(box.known(TUESDAY)) == ("stopped", TUESDAY)


def test_a_new_box_without_an_uplink_writes_nothing(box: Box, web: Host) -> None:
    web.replies.clear()
    with pytest.raises(SourceError):
        box.check(MONDAY)
    assert box.file.read() is None


def test_content_without_addresses_is_checked_too(box: Box) -> None:
    box.printed = box.others = ()
    assert box.check(MONDAY)[0].addresses == ()


def test_what_content_no_longer_has_is_forgotten_and_what_is_new_begins_fresh(
    box: Box, web: Host
) -> None:
    web.replies["/a"] = Reply(404)
    box.check(MONDAY)
    box.printed, web.replies["/b"] = ("/b",), Reply(500)
    assert _state(box.known(TUESDAY, "/b")) == ("failed", TUESDAY)
    assert {known.address for known in box.check(TUESDAY)[0].addresses} == {
        web.url + "/fine",
        web.url + "/b",
    }


def test_papers_are_those_of_todays_content(box: Box, web: Host) -> None:
    web.replies["/a"] = Reply(404)
    box.check(MONDAY)
    box.printed, box.others = (), ("/fine", "/a")
    known = box.known(TUESDAY)
    assert (_state(known), known.printed_on) == (("stopped", MONDAY), ())


def test_what_is_on_paper_is_asked_first(box: Box, web: Host) -> None:
    box.check(MONDAY)
    assert web.asked[0][1] == "/a"


class Held(Visitor):
    """Waits at one address until it is let go, and goes on as others do elsewhere."""

    def __init__(self, address: str) -> None:
        super().__init__(HASTY)
        self._address = address
        self.let_go = threading.Event()

    def visit(self, address: str) -> Visit:
        if address != self._address:
            return super().visit(address)
        self.let_go.wait(60)
        return Visit(address, failure="it was let go too late")


def test_what_time_left_over_keeps_what_was_known_and_comes_first_next_day(
    box: Box, web: Host
) -> None:
    box.printed, box.others = ("/a", "/old"), ("/fine",)
    web.replies["/old"] = Reply(404)
    assert _state(box.known(MONDAY, "/old")) == ("stopped", MONDAY)
    stuck = Held(web.url + "/old")
    moment = datetime(2026, 11, 24, 9, tzinfo=UTC)
    box.others = ("/fine", "/new")
    try:
        check, is_new = check_once_a_day(
            box.links(), box.file, moment, lambda *_: None, stuck, limit_s=2
        )
    finally:
        stuck.let_go.set()
    states = {known.address.removeprefix(web.url): known for known in check.addresses}
    assert is_new
    assert _state(states["/old"]) == ("stopped", MONDAY)
    assert states["/old"].asked_on == MONDAY
    web.replies["/old"] = web.replies["/new"] = Reply()
    web.asked.clear()
    assert _state(box.known(WEDNESDAY, "/old")) == ("answers", None)
    assert web.asked[0][1] == "/old"
