"""Pages answered in waitress's own loop are the pages that the ordinary way gives."""

from __future__ import annotations

import gzip
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPResponse
from urllib.parse import urlsplit

import pytest
from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser

from appliance.web.front import Front
from tests.conftest import Helppoint, Server

GUIDE = "/en/get-nhs-app"
# A header that no answer depends on, but that sends a request the ordinary way.
ORDINARY = "If-Modified-Since: never\r\n"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: frozenset[tuple[str, str]]
    body: bytes


@contextmanager
def connected(server: Server) -> Iterator[socket.socket]:
    parts = urlsplit(server.url)
    assert parts.hostname is not None
    with socket.create_connection((parts.hostname, parts.port or 80), timeout=10) as connection:
        yield connection


def answer(connection: socket.socket, method: str = "GET") -> Answer:
    response = HTTPResponse(connection, method=method)
    response.begin()
    body = response.read()
    headers = {(name.lower(), value) for name, value in response.getheaders()}
    response.close()
    return Answer(response.status, frozenset((n, v) for n, v in headers if n != "date"), body)


def request(path: str, more: str = "", version: str = "1.1", method: str = "GET") -> bytes:
    return (
        f"{method} {path} HTTP/{version}\r\nHost: a\r\nAccept-Encoding: gzip\r\n{more}\r\n".encode()
    )


def ask(server: Server, raw: bytes, method: str = "GET") -> Answer:
    with connected(server) as connection:
        connection.sendall(raw)
        return answer(connection, method)


def test_every_page_is_the_same_both_ways(server: Server, shared_box: Helppoint) -> None:
    (pages,) = shared_box.home.glob("store/sites/*/pages")
    names = [path.relative_to(pages).as_posix() for path in pages.rglob("*.html")]
    assert len(names) > 100
    for name in names:
        path = "/" + name.removesuffix("index.html").removesuffix(".html")
        at_once = ask(server, request(path))
        assert at_once == ask(server, request(path, ORDINARY)), path
        assert at_once.status == 200
        assert gzip.decompress(at_once.body) == (pages / name).read_bytes()


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (request(GUIDE, version="1.0"), 200),
        (request(GUIDE, "Connection: close\r\n"), 200),
        (request(GUIDE, "Connection: Keep-Alive\r\n"), 200),
        (request(GUIDE, "Range: bytes=0-9\r\n"), 206),
        (request(GUIDE, "Range: bytes=99999999-\r\n"), 416),
        (request(GUIDE, "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n"), 304),
        (request(GUIDE, "Content-Length: 0\r\n"), 200),
        (request(f"http://elsewhere.example{GUIDE}"), 200),
        (request(f"{GUIDE}?a=b"), 200),
        (request("/en/%67et-nhs-app"), 200),
        (request("/en"), 302),
        (request("/en/get-nhs-app/"), 404),
        (request("/en/handouts/before-you-start-a4.pdf"), 200),
        (request(GUIDE, method="HEAD"), 200),
        (request(GUIDE, method="POST"), 405),
        (b"GET /en/get-nhs-app HTTP/1.1\r\n\r\n", 200),
        (b"GET /en/get-nhs-app HTTP/1.1\r\nAccept-Encoding: br\r\n\r\n", 200),
        (b"GET /en/get-nhs-app HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n", 400),
        (b"NONSENSE\r\n\r\n", 400),
    ],
)
def test_what_is_not_plain_takes_the_ordinary_way(server: Server, raw: bytes, status: int) -> None:
    method = "HEAD" if raw.startswith(b"HEAD") else "GET"
    assert ask(server, raw, method).status == status


def all_of(server: Server, raw: bytes) -> bytes:
    """Send, say that nothing follows, and return what comes back until the end."""
    with connected(server) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        received = bytearray()
        while chunk := connection.recv(1 << 16):
            received += chunk
    return bytes(received)


def test_requests_sent_together_are_answered_in_their_order(server: Server) -> None:
    paths = [GUIDE, "/en/search?q=app", "/en/", "/en/nope", "/en/about", "/healthz", GUIDE]
    received = all_of(server, b"".join(request(path) for path in paths))
    statuses = re.findall(rb"HTTP/1\.1 (\d+) ", received)
    assert statuses == [b"200", b"200", b"200", b"404", b"200", b"200", b"200"]


class _Channel:
    """As much of waitress's channel as an answer touches; notes whose turn it was."""

    def __init__(self, raw: bytes) -> None:
        self.adj = Adjustments()
        self.addr = ("127.0.0.1", 1)
        self.total_outbufs_len = self.current_outbuf_count = 0
        parser = HTTPRequestParser(self.adj)
        parser.received(raw)
        self.requests = [parser]
        self.waiting: list[int] = []

    def write_soon(self, _data: bytes) -> None:
        self.waiting.append(len(self.requests))


def test_a_request_waits_until_its_answer_is_written() -> None:
    """Without one waitress's loop sends too, and without a lock: a page went out twice."""
    channel = _Channel(request(GUIDE))
    Front(lambda *_asked: b"\r\n\r\n", 0).add_task(channel)
    assert channel.waiting == [1]
    assert channel.requests == []


def test_ten_requests_in_one_packet_are_all_answered(server: Server) -> None:
    raw = b"GET /en/ HTTP/1.1\r\nAccept-Encoding: gzip\r\n\r\n" * 10
    assert all_of(server, raw).count(b"HTTP/1.1 200 OK\r\n") == 10


@pytest.mark.parametrize("headers", [b"Accept-Encoding: gzip\r\n", b""])
def test_whoever_asks_for_thousands_and_reads_nothing_is_dismissed(
    server: Server, headers: bytes
) -> None:
    one = b"GET /en/ HTTP/1.1\r\nHost: localhost\r\n" + headers + b"\r\n"
    received = bytearray()
    with connected(server) as greedy, suppress(OSError):
        greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        greedy.settimeout(2)
        with suppress(TimeoutError):
            greedy.sendall(one * 5000)
        while chunk := greedy.recv(1 << 16):
            received += chunk
    assert received.count(b"HTTP/1.1 200 OK\r\n") < 2500
    assert ask(server, request(GUIDE)).status == 200


def test_a_request_in_pieces_is_answered(server: Server) -> None:
    raw = request(GUIDE)
    with connected(server) as connection:
        for place in range(0, len(raw), 7):
            connection.sendall(raw[place : place + 7])
        assert answer(connection).status == 200


def test_a_visitor_who_never_reads_keeps_nobody_else_waiting(server: Server) -> None:
    with connected(server) as greedy:
        greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        greedy.sendall(b"GET /en/ HTTP/1.1\r\nAccept-Encoding: gzip\r\n\r\n" * 2000)
        for _ in range(20):
            assert ask(server, request(GUIDE)).status == 200
    assert ask(server, request(GUIDE)).status == 200


def test_one_connection_can_be_used_again_and_again(server: Server) -> None:
    with connected(server) as connection:
        for path in (GUIDE, "/en/", "/en/search?q=app", GUIDE):
            connection.sendall(request(path))
            assert answer(connection).status == 200


def test_pages_made_on_request_are_compressed_too(server: Server) -> None:
    packed = ask(server, request("/en/search?q=app"))
    assert ("content-encoding", "gzip") in packed.headers
    assert b"NHS App" in gzip.decompress(packed.body)
    assert len(packed.body) < 6_000
