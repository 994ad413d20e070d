"""Parsers of what visitors' phones send: the whole public application, behind waitress itself."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote_from_bytes

from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer

from appliance.site.published import Published
from appliance.site.render import render_site
from appliance.site.view import split
from appliance.state.state import Settings
from appliance.store.store import Store
from appliance.sync.sources import FolderSource
from appliance.sync.trust import Trust
from appliance.sync.update import Device, update
from appliance.web.app import public_site
from appliance.web.portal.portal import Portal
from appliance.web.portal.visitors import Visitors
from appliance.web.serve import listener
from tests.catalogue.trees import good, in_polish
from tests.parsers.parser import Parser, Take, pure
from tests.publisher import SIGNED_AT, Publisher

PHONE = ("10.66.0.9", 40_000)
TOP = b"HTTP/1.1\r\nHost: 10.66.0.1\r\nAccept-Encoding: gzip\r\n"
REQUESTS = (
    b"GET /en/ " + TOP + b"\r\n",
    b"GET / " + TOP + b"Accept-Language: pl,en;q=0.8\r\n\r\n",
    b"GET /en/search?q=app&topic=nhs-account&page=2 " + TOP + b"\r\n",
    b"GET /~large.contrast.g-get-nhs-app/en/list " + TOP + b'If-None-Match: "1"\r\n\r\n',
    b"POST /en/stay " + TOP + b"Content-Length: 5\r\n\r\na=b&c",
    b"HEAD /en/get-nhs-app HTTP/1.0\r\nHost: 10.66.0.1\r\nRange: bytes=0-4,9-\r\n\r\n",
    b"GET /generate_204 HTTP/1.1\r\nHost: connectivitycheck.gstatic.com\r\n\r\n",
    b"GET /hotspot-detect.html HTTP/1.1\r\nHost: captive.apple.com\r\nUser-Agent: x\r\n\r\n",
    b"GET /a?b HTTP/1.1\r\nHost: www.nhs.uk\r\nAccept: text/html\r\n\r\n",
    b"GET /en/ "
    + TOP
    + b"Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    b"GET /healthz " + TOP + b"\r\n" + b"GET /pl/ " + TOP + b"\r\n",
)


class _Errors(logging.Handler):
    """Gathers what the application says of requests that failed."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@contextmanager
def _portal(folder: Path) -> Iterator[Portal]:
    """A box that shows two languages, and reaches one site."""
    publisher = Publisher.new(folder)
    publisher.pack(in_polish(good()))
    store = Store(folder / "store")
    device = Device(
        store,
        lambda catalogue, release, into: render_site(
            catalogue, release, Settings(), into, lambda *_: None
        ),
        lambda *_: None,
    )
    trust = Trust(publisher.anchor(), store.metadata, {}, SIGNED_AT)
    update(FolderSource(publisher.repository), trust, device)
    pages = public_site(Published(store), store.last_check, lambda _address: None)
    yield Portal(
        pages, Visitors(), imitates_success=lambda: True, garden=lambda: {"www.mind.org.uk"}
    )


@contextmanager
def _requests(folder: Path) -> Iterator[Take]:
    """Bytes on a connection, as waitress reads them; nothing may fail inside."""
    errors = _Errors()
    log = logging.getLogger("appliance.web.app")
    with _portal(folder) as portal:
        server = listener(portal, "127.0.0.1", 0, threads=0)
        # Its loop, which would be woken by it, does not run: after 65,536 answers the pipe is full.
        server.pull_trigger = lambda: None
        log.addHandler(errors)
        try:
            yield lambda data: _answered(server, data, errors)
        finally:
            log.removeHandler(errors)
            server.close()


def _answered(server: BaseWSGIServer, data: bytes, errors: _Errors) -> bool:
    ours, theirs = socket.socketpair()
    said = b""
    with ours, theirs:
        ours.setblocking(False)
        channel = HTTPChannel(server, ours, PHONE, server.adj, map={})
        channel.received(data)
        while server.task_dispatcher.queue:
            server.task_dispatcher.queue.popleft().service()
        channel.cancel()
        theirs.setblocking(False)
        with suppress(BlockingIOError):
            said = theirs.recv(1_000_000)
        assert errors.said == []
        return _is_sound(said)


def _is_sound(said: bytes) -> bool:
    """Whether there is an answer; no answer is that something failed."""
    assert b"unexpected internal server error" not in said
    if not said.startswith(b"HTTP/1."):
        assert not said
        return False
    status = int(said[9:12])
    assert status != 500
    return True


@contextmanager
def _addresses(folder: Path) -> Iterator[Take]:
    """An address of any bytes, quoted as browsers do: first line path, then query, then headers."""
    with _requests(folder) as take:

        def asked(data: bytes) -> bool:
            path, query, host, language, *_ = [*data.split(b"\n"), b"", b"", b""]
            lines = (
                b"GET /" + quote_from_bytes(path).encode() + b"?" + _query(query) + b" HTTP/1.1",
                b"Host: " + (_header(host) or b"10.66.0.1"),
                b"Accept-Language: " + _header(language),
                b"Accept: text/html",
            )
            return take(b"\r\n".join(lines) + b"\r\n\r\n")

        yield asked


def _query(data: bytes) -> bytes:
    return quote_from_bytes(data, safe="&=+%;").encode()


def _header(data: bytes) -> bytes:
    return data.replace(b"\r", b"").replace(b"\0", b"")


def _view(data: bytes) -> bool:
    """An address in a view is the same address in the same view again.

    A view within a view leads to no page, and may be read as one when it is put together anew.
    """
    address = data.decode(errors="replace")
    view, plain = split(address)
    if plain.startswith("/") and not plain.startswith("/~"):
        assert split(view.prefix + plain) == (view, plain)
    view.changed(address)
    return bool(view.prefix)


PARSERS = (
    Parser("request of a phone", _requests, REQUESTS),
    Parser(
        "address, query, host and language",
        _addresses,
        (
            b"en/search\nq=app&topic=nhs-account&page=2&as-typed=1\n10.66.0.1\npl,en;q=0.8",
            b"~largest.g-get-nhs-app.s-mind/pl/list\n\nhelppoint.lan:80\n*",
            b"path\nquery\nwww.mind.org.uk\nfr",
        ),
        # Longer than the name of any file.
        (b"en/" + b"a" * 400,),
    ),
    Parser(
        "view in an address", pure(_view), (b"/~large.contrast.kiosk.g-a.s-b/en/",), (b"/~/~l/~.k",)
    ),
)
