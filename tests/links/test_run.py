from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest

from appliance.links.addresses import Link
from appliance.links.run import MOST_HOSTS, THREAD_NAME, ask_all
from appliance.links.visit import Manners, Visit, Visitor
from tests.links.host import Host, Reply, host

MOMENT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
HASTY = Manners(pause_s=0, read_s=2)


class Heard:
    """Takes progress, and keeps it."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int, int]] = []

    def __call__(self, stage: str, done: int, total: int) -> None:
        self.told.append((stage, done, total))


def _link(address: str) -> Link:
    return Link(address, ("sites.toml:1",))


@pytest.fixture
def web() -> Iterator[Host]:
    with host() as running:
        running.replies.update({f"/{n}": Reply(delay_s=0.02) for n in range(6)})
        yield running


def test_each_address_is_answered_in_its_order_and_progress_is_told(web: Host) -> None:
    links = [_link(f"{web.url}/{path}") for path in ("3", "gone", "1")]
    heard = Heard()
    report = ask_all(links, MOMENT, heard, Visitor(HASTY))
    assert [answer.link for answer in report.answers] == links
    assert [answer.verdict.kind for answer in report.answers] == ["ok", "dead", "ok"]
    assert heard.told == [("asking addresses", n, 3) for n in range(4)]
    assert report.has_dead


def test_one_host_is_asked_one_thing_at_a_time(web: Host) -> None:
    ask_all([_link(f"{web.url}/{n}") for n in range(6)], MOMENT, Heard(), Visitor(HASTY))
    assert len(web.asked) == 12
    assert web.most_at_once == 1


def test_one_host_is_asked_one_thing_at_a_time_when_others_redirect_to_it(web: Host) -> None:
    with ExitStack() as stack:
        # Hosts by other names: 127.0.0.1 and localhost, each leading to the same third.
        other = stack.enter_context(host())
        web.replies["/away"] = Reply(302, location=f"http://localhost:{other.port}/slow")
        other.replies["/slow"] = Reply(delay_s=0.1)
        links = [_link(f"{web.url}/away"), _link(f"http://localhost:{other.port}/slow")]
        ask_all(links, MOMENT, Heard(), Visitor(HASTY))
        assert other.asked.count(("GET", "/slow")) == 2
        assert other.most_at_once == 1


class Counting(Visitor):
    """Counts how many visits are under way at once."""

    def __init__(self) -> None:
        super().__init__(HASTY)
        self.now: set[str] = set()
        self.most = 0
        self._together = threading.Barrier(MOST_HOSTS, timeout=20)

    def visit(self, address: str) -> Visit:
        self.now.add(address)
        self.most = max(self.most, len(self.now))
        self._together.wait()  # goes on only once so many are under way
        self.now.discard(address)
        return Visit(address, failure="never asked")


def test_a_few_hosts_are_asked_at_once_and_no_more() -> None:
    counting = Counting()
    ask_all(
        [_link(f"https://{n}.example/") for n in range(2 * MOST_HOSTS)], MOMENT, Heard(), counting
    )
    assert counting.most == MOST_HOSTS == 4


def test_no_address_is_a_report_too() -> None:
    report = ask_all([], MOMENT, Heard())
    assert (report.answers, report.has_dead) == ((), False)


class Stopped(Visitor):
    """Is interrupted at its first visit."""

    def __init__(self) -> None:
        super().__init__(HASTY)
        self.asked: list[str] = []

    def visit(self, address: str) -> Visit:
        self.asked.append(address)
        time.sleep(0.05)
        raise KeyboardInterrupt


def test_nothing_more_is_asked_after_an_interruption() -> None:
    stopped = Stopped()
    links = [_link(f"https://{host}.example/{n}") for host in range(9) for n in range(3)]
    with pytest.raises(KeyboardInterrupt):
        ask_all(links, MOMENT, Heard(), stopped)
    assert len(stopped.asked) <= 2 * MOST_HOSTS


class Held(Visitor):
    """Answers for all hosts but one, where it waits until it is let go."""

    def __init__(self) -> None:
        super().__init__(HASTY)
        self.let_go = threading.Event()
        self.asked: list[str] = []

    def visit(self, address: str) -> Visit:
        self.asked.append(address)
        if "slow" in address:
            self.let_go.wait(20)
        return Visit(address, failure="never asked")


def test_a_host_without_end_holds_nobody_longer_than_the_limit() -> None:
    held = Held()
    links = [_link(f"https://{name}.example/{n}") for name in ("slow", "b", "c") for n in range(2)]
    try:
        report = ask_all(links, MOMENT, Heard(), held, limit_s=2)
        assert [answer.link for answer in report.answers] == links[2:]
    finally:
        held.let_go.set()
    for thread in threading.enumerate():
        if thread.name == THREAD_NAME:
            thread.join(20)
    assert "https://slow.example/0" in held.asked
    assert "https://slow.example/1" not in held.asked


def test_an_error_in_a_thread_is_not_lost() -> None:
    class Broken(Visitor):
        def visit(self, address: str) -> Visit:
            raise RuntimeError(address)

    with pytest.raises(RuntimeError, match="https://a"):
        ask_all([_link("https://a.example/")], MOMENT, Heard(), Broken(HASTY))
