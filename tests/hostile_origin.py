"""A web host on loopback that answers as an attacker would: real HTTP on raw sockets.

What no entry of `answers` speaks for is served as it lies in the folder, so that an attack stands
alone in an otherwise honest repository.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

# More than any limit of ours: who reads this much would have read for ever.
ENOUGH_BYTES = 64_000_000
PIECE = 16_384


@dataclass(frozen=True)
class Asked:
    """A request: its path, the first byte that is wanted, and which time this path is asked."""

    path: str
    start: int
    times: int


@dataclass
class Line:
    """One connection to a client; `sent` counts the bytes that it took."""

    connection: socket.socket
    is_over: threading.Event
    sent: int = 0

    def send(self, data: bytes) -> None:
        """Send all of it, or raise OSError once the client has hung up."""
        if self.is_over.is_set():
            raise ConnectionAbortedError
        for place in range(0, len(data), PIECE):
            piece = data[place : place + PIECE]
            self.connection.sendall(piece)
            self.sent += len(piece)

    def send_for_ever(self, data: bytes, *, pause_s: float = 0) -> None:
        """Send it again and again, until the client hangs up or has taken ENOUGH_BYTES."""
        while self.sent < ENOUGH_BYTES:
            self.send(data)
            if pause_s:
                time.sleep(pause_s)


# Given the request, what honestly lies there (None: nothing) and the line to answer on.
Answer = Callable[[Asked, bytes | None, Line], None]


def ok(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """A whole answer of HTTP/1.1."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def honest(asked: Asked, body: bytes | None, line: Line) -> None:
    """Answer as any static host does."""
    if body is None:
        line.send(ok(b"not here", status="404 Not Found"))
    elif asked.start:
        told = f"Content-Range: bytes {asked.start}-{len(body) - 1}/{len(body)}"
        line.send(ok(body[asked.start :], told, status="206 Partial Content"))
    else:
        line.send(ok(body))


@dataclass
class HostileOrigin:
    """Serves `folder`, but for the paths with a part that `answers` names.

    Args:
        hangs_up: on the second request of a line, as hosts do that keep lines alive for a while.
        tls: speaks TLS by this, if given.
    """

    folder: Path
    answers: dict[str, Answer] = field(default_factory=dict)
    hangs_up: bool = False
    tls: ssl.SSLContext | None = None
    paths: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    url: str = ""
    _times: Counter[str] = field(default_factory=Counter)
    _is_over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[HostileOrigin]:
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0.05)
            scheme = "http" if self.tls is None else "https"
            self.url = f"{scheme}://127.0.0.1:{server.getsockname()[1]}"
            self._start(self._accept, server)
            try:
                yield self
            finally:
                self._is_over.set()
                for thread in self._threads:
                    thread.join()

    def most_sent(self) -> int:
        """How many bytes went over the line that took most."""
        return max((line.sent for line in self.lines), default=0)

    def _start(self, work: Callable[[socket.socket], None], given: socket.socket) -> None:
        thread = threading.Thread(target=work, args=(given,))
        self._threads.append(thread)
        thread.start()

    def _accept(self, server: socket.socket) -> None:
        while not self._is_over.is_set():
            with suppress(TimeoutError):
                self._start(self._serve, server.accept()[0])

    def _serve(self, connection: socket.socket) -> None:
        # A buffer of the kernel's own choice would take megabytes that nobody reads.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * PIECE)
        connection.settimeout(5)
        with suppress(OSError), connection:
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
            line = Line(connection, self._is_over)
            self.lines.append(line)
            with connection:
                while self._answered(line):
                    pass

    def _answered(self, line: Line) -> bool:
        request = _request(line)
        if request is None or (self.hangs_up and line.sent):
            return False
        path, start = request
        self.paths.append(path)
        self._times[path] += 1
        file = self.folder / path.lstrip("/")
        body = file.read_bytes() if file.is_file() else None
        answer = next((given for part, given in self.answers.items() if part in path), honest)
        answer(Asked(path, start, self._times[path]), body, line)
        return answer is honest


def _request(line: Line) -> tuple[str, int] | None:
    """Read a request's head. Returns its path and the first byte wanted; None if none came."""
    head = b""
    while b"\r\n\r\n" not in head:
        if line.is_over.is_set():
            return None
        line.connection.settimeout(0.1)
        try:
            more = line.connection.recv(4096)
        except TimeoutError:
            continue
        if not more:
            return None
        head += more
    line.connection.settimeout(5)
    wanted = re.search(rb"(?mi)^range: bytes=(\d+)-", head)
    return head.split(b" ")[1].decode(), int(wanted[1]) if wanted else 0
