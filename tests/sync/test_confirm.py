from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from appliance.sync.confirm import EVERY, asks_health, refusal

REFUSED = {"refused": {"site": "r8-1", "why": "no home page"}, "release": 7}


@contextmanager
def _answering(body: bytes) -> Iterator[int]:
    """A public process that says `body`. Yields its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert (self.path, self.headers["Host"]) == ("/healthz", "localhost")
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def test_the_public_process_says_that_it_cannot_show_these_pages() -> None:
    with _answering(json.dumps(REFUSED).encode()) as port:
        assert refusal("r8-1", asks_health(EVERY, port)) == "no home page"


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"refused": None}).encode(),
        json.dumps({"refused": {"site": "r7-1", "why": "long ago"}}).encode(),
        b"<html>another program</html>",
        b"[" * 5000,
        b"",
    ],
)
def test_anything_else_is_no_verdict(body: bytes) -> None:
    with _answering(body) as port:
        assert refusal("r8-1", asks_health("127.0.0.1", port)) == ""


def test_nobody_there_is_no_verdict() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert refusal("r8-1", asks_health("127.0.0.1", free.getsockname()[1])) == ""
