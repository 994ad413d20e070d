"""A relay on loopback that counts what passes: requests, and bytes both ways with all headers."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from tests.bench.web import HOST

CHUNK_BYTES = 64 * 1024
END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Passed:
    """What has passed between two moments."""

    requests: int
    up: int
    down: int

    @property
    def total(self) -> int:
        """Bytes both ways."""
        return self.up + self.down


class Meter:
    """What has passed so far. Requests are counted by their heads, so they must have no body."""

    def __init__(self) -> None:
        self.port = 0
        self.requests = 0
        self.bytes_up = 0
        self.bytes_down = 0
        self._lock = threading.Lock()

    @contextmanager
    def counting(self) -> Iterator[list[Passed]]:
        """Yield a list that holds what has passed once the block has ended."""
        found: list[Passed] = []
        before = self._so_far()
        yield found
        after = self._so_far()
        found.append(Passed(*(now - then for now, then in zip(after, before, strict=True))))

    def _so_far(self) -> tuple[int, int, int]:
        with self._lock:
            return self.requests, self.bytes_up, self.bytes_down

    def counter_up(self) -> Callable[[bytes], None]:
        """Return what counts the pieces of one connection on their way to the server."""
        tail = b""

        def count(piece: bytes) -> None:
            nonlocal tail
            seen = tail + piece
            tail = seen[1 - len(END_OF_HEAD) :]
            with self._lock:
                self.requests += seen.count(END_OF_HEAD)
                self.bytes_up += len(piece)

        return count

    def count_down(self, piece: bytes) -> None:
        """Count a piece on its way from the server."""
        with self._lock:
            self.bytes_down += len(piece)


@contextmanager
def metering(target_port: int, cut_after: int | None = None) -> Iterator[Meter]:
    """Relay to a port on this machine until the block ends.

    Args:
        target_port: where to.
        cut_after: how many bytes a connection brings before it breaks.
    """
    meter = Meter()

    class Relay(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection((HOST, target_port)) as upstream:
                answers = (upstream, self.request, meter.count_down, cut_after)
                back = threading.Thread(target=_pump, args=answers, daemon=True)
                back.start()
                _pump(self.request, upstream, meter.counter_up())
                back.join()

    with _Server((HOST, 0), Relay) as server:
        meter.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield meter
        finally:
            server.shutdown()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


def _pump(
    source: socket.socket,
    sink: socket.socket,
    count: Callable[[bytes], None],
    limit: int | None = None,
) -> None:
    left = limit
    with suppress(OSError):  # either side may hang up at any time, as on any network
        while (left is None or left > 0) and (piece := source.recv(CHUNK_BYTES)):
            passing = piece[:left]
            left = None if left is None else left - len(passing)
            count(passing)
            sink.sendall(passing)
    if left == 0:
        with suppress(OSError):
            source.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR if left != 0 else socket.SHUT_RDWR)
