"""Answers ready-made pages as soon as waitress has read the request: no thread, no file, one send.

By a worker thread a page costs some thirty system calls, and at most of them Python's threads fight
for the interpreter lock; here it costs four (docs/sources.md#front). Only the plain case is
answered: who asks for a page already held, for a part of one, or without compression goes the
ordinary way, and gets from WhiteNoise what WhiteNoise's headers promise here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from email.utils import formatdate
from typing import TYPE_CHECKING

from waitress.channel import ClientDisconnected
from waitress.task import ThreadedTaskDispatcher

from appliance.web.windows import sign_in_window

if TYPE_CHECKING:
    from waitress.channel import HTTPChannel
    from waitress.parser import HTTPRequestParser

# Address, Host header and client's address -> header lines, empty line and compressed page; None
# goes to a thread.
WholePage = Callable[[str, str, str], bytes | None]
# Browsers ask for the next page when they have the last one. Without a limit one phone that asks
# and never reads took 50 MB with its 60 connections (docs/decisions/0053).
MOST_UNSENT_BYTES = 64_000
_NOT_PLAIN = frozenset(
    {"IF_NONE_MATCH", "IF_MODIFIED_SINCE", "RANGE", "EXPECT", "CONTENT_LENGTH", "TRANSFER_ENCODING"}
)


class Front(ThreadedTaskDispatcher):  # type: ignore[misc]  # the library has no types
    """Takes every request from waitress; what is not a whole page waits for a thread.

    It leans on how waitress 3.0 keeps a channel's requests and buffers (docs/decisions/0006); the
    tests compare its answers with the ordinary ones. It never blocks: `write_soon` waits for the
    client from 16 MB on, and whoever lets MOST_UNSENT_BYTES lie is not answered any more.
    """

    def __init__(self, whole_page: WholePage, threads: int) -> None:
        super().__init__()
        self._whole_page = whole_page
        self._status_and_date = (0, b"")
        self.set_thread_count(threads)

    def add_task(self, channel: HTTPChannel) -> None:
        """Answer a request that has been read; waitress holds the channel's lock meanwhile."""
        while channel.requests:
            if channel.total_outbufs_len > MOST_UNSENT_BYTES:
                _dismiss(channel)
                return
            answer = self._answer(channel.requests[0], channel.addr[0])
            if answer is None:
                super().add_task(channel)
                return
            with suppress(ClientDisconnected):
                channel.write_soon(answer)
            # As waitress does after each answer: the next one begins a buffer of its own.
            channel.current_outbuf_count = channel.adj.outbuf_high_watermark
            # Only now: waitress's loop sends without a lock once there is no request left, and this
            # may be a thread that has just answered the request before. Both would send this one.
            channel.requests.pop(0).close()

    def _answer(self, request: HTTPRequestParser, client: str) -> bytes | None:
        if not _is_plain(request):
            return None
        page = self._whole_page(request.path, request.headers.get("HOST", ""), client)
        return None if page is None else self._top() + page

    def _top(self) -> bytes:
        """Return the status line and the date, made anew each second."""
        second = int(time.time())
        known = self._status_and_date
        if known[0] != second:
            date = formatdate(second, usegmt=True)
            known = (second, f"HTTP/1.1 200 OK\r\nDate: {date}\r\n".encode("ascii"))
            self._status_and_date = known
        return known[1]


def _dismiss(channel: HTTPChannel) -> None:
    """Answer no more requests; the connection ends with what has been answered."""
    channel.close_when_flushed = True
    for request in channel.requests:
        request.close()
    channel.requests = []


def _is_plain(request: HTTPRequestParser) -> bool:
    """Whether the whole page, compressed, is the right answer and the connection stays open."""
    headers = request.headers
    return (
        request.error is None
        and request.command == "GET"
        and request.version == "1.1"
        and headers.get("CONNECTION", "keep-alive").lower() == "keep-alive"
        and "gzip" in headers.get("ACCEPT_ENCODING", "")
        and not sign_in_window(headers.get("USER_AGENT", ""), headers.get("X_REQUESTED_WITH", ""))
        and _NOT_PLAIN.isdisjoint(headers)
    )
