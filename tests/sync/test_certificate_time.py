"""A device whose clock is wrong can still fetch what is signed, and only then without TLS."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from appliance.errors import SourceError
from appliance.sync.sources import HttpSource, read_all
from appliance.sync.web import Web
from tests.links.host import certificate, serving_with

TLS_HANDSHAKE = b"\x16"  # RFC 8446, 5.1: the first byte of a TLS connection


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Say nothing."""


class _Host(ThreadingHTTPServer):
    """Speaks TLS to those who begin with it, and plain HTTP to others, on one port."""

    def __init__(self, folder: Path, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
        self._context = context

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        if connection.recv(1, socket.MSG_PEEK) == TLS_HANDSHAKE:
            connection = self._context.wrap_socket(connection, server_side=True)
        return connection, address

    def handle_error(self, *_args: object) -> None:
        """A client that hangs up on a certificate is what these tests are about."""


@contextmanager
def host(folder: Path, file: Path) -> Iterator[str]:
    with _Host(folder, serving_with(file)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def read(folder: Path, file: Path, believed: Path | None) -> bytes:
    (folder / "a").write_bytes(b"signed")
    with host(folder, file) as url:
        source = HttpSource(url, Web(ca_file=believed, sleep=lambda _seconds: None))
        try:
            return read_all(source, "a", 100)
        finally:
            source.close()


def test_a_certificate_that_holds_is_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = certificate(tmp_path, "127.0.0.1")
    assert read(tmp_path, file, file) == b"signed"
    assert caplog.text == ""


@pytest.mark.parametrize("days", [-1, 90])
def test_with_the_date_wrong_it_goes_on_without_tls(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, days: int
) -> None:
    """`-1` has expired by this clock, `90` begins in a month."""
    file = certificate(tmp_path, "127.0.0.1", days=days)
    assert read(tmp_path, file, file) == b"signed"
    assert "going on without TLS" in caplog.text


def test_a_certificate_that_is_wrong_otherwise_is_refused(tmp_path: Path) -> None:
    for name in ("127.0.0.1", "127.0.0.2"):
        file = certificate(tmp_path, name, days=-1 if name == "127.0.0.1" else 30)
        with pytest.raises(SourceError, match="could not be fetched"):
            read(tmp_path, file, file if name == "127.0.0.2" else None)
