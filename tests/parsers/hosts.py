"""Parsers of what web hosts answer: real sockets on loopback, any bytes at all."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from appliance.errors import SourceError
from appliance.hotspot.probe import Prober, Site
from appliance.links.verdict import is_definite, judge
from appliance.links.visit import Manners, Visitor
from appliance.sync.sources import HttpSource, read_all
from appliance.sync.web import Web
from tests.parsers.parser import Opened, Parser, Take

WANTED = 100
PAGE = b"<html><head><title>Page not found</title></head></html>"
CONTENT = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwords",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwords\r\n0\r\n\r\n",
)
# In place of content it is somebody's log-in page.
ANSWERS = (*CONTENT, b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE)
BROKEN_OFF = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome"
REST = (
    b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 4-8/9\r\nContent-Length: 5\r\n\r\nwords"
)
REFUSALS = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Encoding: gzip\r\n\r\nwords",
    b"HTTP/1.1 301 Gone\r\nLocation: https://[\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nwords\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nwords",
)


class _Host:
    """Says the same bytes to everyone, and hangs up."""

    def __init__(self) -> None:
        self.says = b""
        # What is said first, once.
        self.begins = b""
        self._line = socket.create_server(("127.0.0.1", 0))
        self.port = self._line.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def serve(self) -> None:
        with suppress(OSError):  # The line is shut at the end.
            while True:
                self._answer(self._line.accept()[0])

    def _answer(self, guest: socket.socket) -> None:
        with guest, suppress(OSError):
            guest.settimeout(5)
            guest.recv(65_536)
            says, self.begins = self.begins or self.says, b""
            guest.sendall(says)

    def close(self) -> None:
        self._line.shutdown(socket.SHUT_RDWR)
        self._line.close()


def _asking(make: Callable[[str, int], Callable[[], bool]], begins: bytes = b"") -> Opened:
    @contextmanager
    def opened(_folder: Path) -> Iterator[Take]:
        host = _Host()
        thread = threading.Thread(target=host.serve)
        thread.start()
        ask = make(host.url, host.port)

        def take(data: bytes) -> bool:
            host.says, host.begins = data, begins
            return ask()

        try:
            yield take
        finally:
            host.close()
            thread.join()

    return opened


def _source(url: str, _port: int) -> Callable[[], bool]:
    source = HttpSource(url, Web(sleep=lambda _seconds: None))

    def ask() -> bool:
        try:
            return len(read_all(source, "timestamp.json", WANTED)) <= WANTED
        except SourceError:
            return False
        finally:
            source.close()

    return ask


def _link(url: str, _port: int) -> Callable[[], bool]:
    visitor = Visitor(Manners(pause_s=0, connect_s=2, read_s=2, body_s=2))

    def ask() -> bool:
        visit = visitor.visit(f"{url}/page")
        is_definite(visit, judge(visit))
        return not visit.failure

    return ask


def _probe(url: str, port: int) -> Callable[[], bool]:
    prober = Prober(site=Site("127.0.0.1", port, port))

    def ask() -> bool:
        prober.probe([url])
        return True

    return ask


PARSERS = (
    Parser("answer of a source", _asking(_source), CONTENT, (*REFUSALS, ANSWERS[-1])),
    Parser("rest of a source's answer", _asking(_source, BROKEN_OFF), (REST,), REFUSALS),
    Parser("answer of a linked site", _asking(_link), (*ANSWERS, REFUSALS[2]), REFUSALS),
    Parser("answer to the question for the internet", _asking(_probe), ANSWERS, REFUSALS),
)
