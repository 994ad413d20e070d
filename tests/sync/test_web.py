"""Fetching over lines that break: nothing that has arrived is asked for twice."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from appliance.errors import SourceError
from appliance.sync.web import BARREN_TRIES, Web

CUT_AFTER = 20_000


@dataclass
class Line:
    """A host whose connections break after CUT_AFTER bytes of a body, and what it sent in all."""

    body: bytes
    knows_ranges: bool = True
    shift: int = 0  # how much further an answer begins than was asked for; may be negative
    cut_after: int = CUT_AFTER
    sent: int = 0
    asked: list[str] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, line: Line, *args: object) -> None:
        self._line = line
        super().__init__(*args)  # type: ignore[arg-type]  # as the base class has it

    def do_GET(self) -> None:
        line = self._line
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(wanted[1]) if wanted and line.knows_ranges else 0
        line.asked.append(self.headers.get("Range", "all"))
        self.send_response(206 if start else 200)
        if start:
            start, last = start + line.shift, len(line.body) - 1
            self.send_header("Content-Range", f"bytes {start}-{last}/{len(line.body)}")
        self.send_header("Content-Length", str(len(line.body) - start))
        self.end_headers()
        part = line.body[start : start + line.cut_after]
        self.wfile.write(part)
        line.sent += len(part)
        self.close_connection = True

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@contextmanager
def serving(line: Line) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, line)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/file"
        finally:
            server.shutdown()
            thread.join()


def fetched(line: Line) -> bytes:
    web = Web(sleep=lambda _seconds: None)
    with serving(line) as url:
        try:
            return b"".join(web.chunks(url))
        finally:
            web.close()


def test_a_line_that_breaks_every_20_kb_costs_at_most_2_percent_more() -> None:
    line = Line(os.urandom(1_000_000))
    assert fetched(line) == line.body
    assert len(line.asked) == 50
    assert line.sent <= 1.02 * len(line.body)


def test_a_host_that_knows_no_ranges_is_read_from_the_start_again() -> None:
    """It can get no further than one connection carries, and that is said."""
    line = Line(os.urandom(30_000), knows_ranges=False)
    with pytest.raises(SourceError, match="could not be fetched"):
        fetched(line)
    # A longer breath, and it gets there, each byte handed on once.
    line.cut_after = 30_000
    assert fetched(line) == line.body


def test_what_a_host_sends_twice_is_handed_on_once() -> None:
    line = Line(os.urandom(50_000), shift=-3_000)
    assert fetched(line) == line.body


def test_other_bytes_than_were_asked_for_are_refused() -> None:
    line = Line(os.urandom(50_000), shift=7)
    with pytest.raises(SourceError, match="other bytes"):
        fetched(line)


def test_tries_that_bring_nothing_end_and_wait_longer_each_time() -> None:
    line = Line(os.urandom(50_000))
    pauses: list[float] = []
    web = Web(sleep=pauses.append)
    with serving(line) as url:
        chunks = web.chunks(url)
        next(chunks)
        line.cut_after = 0
        with pytest.raises(SourceError, match="could not be fetched"):
            list(chunks)
    web.close()
    assert len(pauses) == BARREN_TRIES
    assert pauses[-1] > pauses[0]
