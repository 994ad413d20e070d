"""Asks many addresses: a few hosts at once, the addresses of one host one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Event, Thread
from urllib.parse import urlsplit

from appliance.links.addresses import Link
from appliance.links.report import Answer, Report
from appliance.links.verdict import judge
from appliance.links.visit import Manners, Visitor

MOST_HOSTS = 4
THREAD_NAME = "asking addresses"

Tell = Callable[[str, int, int], None]


def ask_all(
    links: Sequence[Link],
    moment: datetime,
    tell: Tell,
    visitor: Visitor | None = None,
    limit_s: float | None = None,
) -> Report:
    """Ask every address.

    Args:
        links: what to ask, each address once; of one host, in this order.
        moment: the date of the report.
        tell: told how many are done, and of how many.
        visitor: who asks; None for one with the manners that hosts on the internet deserve.
        limit_s: when to stop, however slow a host is; what has not answered by then is not in the
            report. None: ask to the end.
    """
    asking = _Asking(links, visitor or Visitor(Manners()))
    answers: dict[str, Answer] = {}
    tell("asking addresses", 0, len(links))
    try:
        for answer in asking.answers(limit_s):
            answers[answer.link.address] = answer
            tell("asking addresses", len(answers), len(links))
    finally:
        asking.end()
    if len(answers) < len(links):
        tell("asking addresses", len(answers), len(answers))  # time was up: that is all
    return Report(moment, tuple(answers[link.address] for link in links if link.address in answers))


class _Asking:
    """A few threads that take one host after the other, until nothing is left or time is up."""

    def __init__(self, links: Sequence[Link], visitor: Visitor) -> None:
        self._total = len(links)
        self._visitor = visitor
        self._groups: SimpleQueue[list[Link]] = SimpleQueue()
        for group in _by_host(links):
            self._groups.put(group)
        self._said: SimpleQueue[Answer | BaseException] = SimpleQueue()
        self._ended = Event()

    def answers(self, limit_s: float | None) -> Iterator[Answer]:
        """Yield what each address answers, as it comes."""
        for _ in range(min(MOST_HOSTS, self._groups.qsize())):
            # A daemon: a host that drips its answer for ever must not hold the process.
            Thread(target=self._work, name=THREAD_NAME, daemon=True).start()
        end = None if limit_s is None else time.monotonic() + limit_s
        for _ in range(self._total):
            left_s = None if end is None else max(0.0, end - time.monotonic())
            try:
                said = self._said.get(timeout=left_s)
            except Empty:
                return
            if isinstance(said, BaseException):
                raise said
            yield said

    def end(self) -> None:
        """Ask nothing more than what is under way."""
        self._ended.set()

    def _work(self) -> None:
        try:
            while True:
                for link in self._groups.get_nowait():
                    if self._ended.is_set():
                        return
                    visit = self._visitor.visit(link.address)
                    self._said.put(Answer(link, visit, judge(visit)))
        except Empty:
            return
        except BaseException as error:  # noqa: BLE001 - raised again by who waits for answers
            self._said.put(error)


def _by_host(links: Sequence[Link]) -> list[list[Link]]:
    """Group the addresses by host; the largest group first, for it takes longest."""
    groups: dict[str, list[Link]] = {}
    for link in links:
        groups.setdefault(urlsplit(link.address).hostname or "", []).append(link)
    return sorted(groups.values(), key=len, reverse=True)
