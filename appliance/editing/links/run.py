"""Asks many addresses: a few hosts at once, the addresses of one host one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Event, Lock
from urllib.parse import urlsplit

from appliance.editing.links.addresses import Link
from appliance.editing.links.report import Answer, Report
from appliance.editing.links.verdict import judge
from appliance.editing.links.visit import Manners, Visitor

MOST_HOSTS = 4

Tell = Callable[[str, int, int], None]


def ask_all(
    links: Sequence[Link], moment: datetime, tell: Tell, visitor: Visitor | None = None
) -> Report:
    """Ask every address.

    Args:
        links: what to ask.
        moment: the date of the report.
        tell: told how many are done, and of how many.
        visitor: who asks; None for one with the manners that hosts on the internet deserve.
    """
    guest = visitor or Visitor(Manners())
    told = _Told(tell, len(links))
    answers: dict[str, Answer] = {}

    ended = Event()

    def ask_host(group: Sequence[Link]) -> None:
        for link in group:
            if ended.is_set():
                return
            visit = guest.visit(link.address)
            answers[link.address] = Answer(link, visit, judge(visit))
            told.one_more()

    with ThreadPoolExecutor(MOST_HOSTS) as pool:
        try:
            list(pool.map(ask_host, _by_host(links)))
        finally:
            # After Ctrl+C nothing more is asked than what is under way.
            ended.set()
    return Report(moment, tuple(answers[link.address] for link in links))


def _by_host(links: Sequence[Link]) -> list[list[Link]]:
    """Group the addresses by host; the largest group first, for it takes longest."""
    groups: dict[str, list[Link]] = {}
    for link in links:
        groups.setdefault(urlsplit(link.address).hostname or "", []).append(link)
    return sorted(groups.values(), key=len, reverse=True)


class _Told:
    """Counts what is done, from several threads."""

    def __init__(self, tell: Tell, total: int) -> None:
        self._tell = tell
        self._total = total
        self._done = 0
        self._lock = Lock()
        tell("asking addresses", 0, total)

    def one_more(self) -> None:
        with self._lock:
            self._done += 1
            self._tell("asking addresses", self._done, self._total)
