"""Lines to web hosts on which no answer lasts longer, or is larger, than we allow.

A time limit for each read is not enough: a host that sends one byte before each limit is up holds a
reader for ever, and HTTP has places where it may do so before a single byte of a file has come
(headers, interim answers, chunk sizes, trailers). So the socket itself keeps the account, for plain
lines and for TLS alike.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import SKIP_HEADER

CONNECT_TIMEOUT_S = 10
READ_TIMEOUT_S = 20


class EndlessAnswerError(urllib3.exceptions.HTTPError):
    """A host sent more bytes in one answer than are ever read."""


class _Line(socket.socket):
    """A connected socket: what is received counts from the last request that was sent."""

    answer_s = 0.0
    most_bytes = 0
    _ends_at = 0.0
    _bytes_left = 0

    def sendall(self, *args: Any, **named: Any) -> None:
        """Send a request; see `socket.sendall`."""
        self._ends_at = time.monotonic() + self.answer_s
        self._bytes_left = self.most_bytes
        super().sendall(*args, **named)

    def recv_into(self, *args: Any, **named: Any) -> int:
        """Receive what has arrived, or wait for it; see `socket.recv_into`.

        Raises:
            TimeoutError: nothing came in time, or the answer as a whole takes too long.
            EndlessAnswerError: the answer as a whole is too large.
        """
        left_s = self._ends_at - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("the answer took too long")
        self.settimeout(min(READ_TIMEOUT_S, left_s))
        count = super().recv_into(*args, **named)
        self._bytes_left -= count
        if self._bytes_left < 0:
            raise EndlessAnswerError(f"the answer goes on after {self.most_bytes} bytes")
        return count


class _TlsLine(_Line, ssl.SSLSocket):
    """The same over TLS."""


def connections(
    *,
    at_once: int,
    answer_s: float,
    most_bytes: int,
    ca_file: Path | None,
    socket_options: Sequence[tuple[int, int, int | bytes]],
) -> urllib3.PoolManager:
    """Return connections to web hosts, kept alive; nothing is retried or redirected by itself.

    Args:
        at_once: how many are kept for each host.
        answer_s: how long one answer may last, from its request to its last byte.
        most_bytes: how large one answer may be, headers and all.
        ca_file: certificates to believe instead of the system's, in PEM.
        socket_options: set before connecting, such as the card to go by.
    """
    context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    context.sslsocket_class = _TlsLine
    pool = urllib3.PoolManager(
        maxsize=at_once,
        timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S),
        retries=False,
        ssl_context=context,
        # Without Accept-Encoding hosts send files as they are, as with "identity"; every request of
        # every box is 27 bytes shorter.
        headers={"User-Agent": "helppoint", "Accept-Encoding": SKIP_HEADER},
        socket_options=socket_options,
    )

    def limit(line: _Line) -> None:
        line.answer_s, line.most_bytes = answer_s, most_bytes

    pool.pool_classes_by_scheme = _pool_classes(limit)
    return pool


def _pool_classes(
    limit: Callable[[_Line], None],
) -> dict[str, type[urllib3.HTTPConnectionPool]]:
    """Return urllib3's own pools, with connections whose sockets keep the account."""

    class Plain(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            timeout = self.sock.gettimeout()
            self.sock = _Line(fileno=self.sock.detach())
            self.sock.settimeout(timeout)
            limit(self.sock)

    class Tls(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            if not isinstance(self.sock, _TlsLine):
                raise TypeError(f"{self.sock!r} is not a line of ours")
            limit(self.sock)

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Plain

    class TlsPool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Tls

    return {"http": PlainPool, "https": TlsPool}
