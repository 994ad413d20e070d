"""What `sync` costs when there is nothing new: counted between the box and a static web host."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.bench.box import Box
from tests.bench.figure import Figure, at_most
from tests.bench.meter import Meter, metering
from tests.bench.processes import run
from tests.bench.web import HOST

MAX_REQUESTS, MAX_BYTES = 2, 1_000


def measure(box: Box, _folder: Path) -> list[Figure]:
    """Return requests and bytes of a sync that finds nothing."""
    with _web_host(box.repository) as port:
        _sync(box, port)  # whatever there is to be fetched is fetched now
        meter = _sync(box, port)
    note = (
        f"{meter.bytes_up} up, {meter.bytes_down} down, all headers and http.server's error page"
        " included, TCP and TLS left out"
    )
    total = meter.bytes_up + meter.bytes_down
    return [
        at_most("requests of a sync with nothing new", meter.requests, "", MAX_REQUESTS),
        at_most("bytes of a sync with nothing new", total, "bytes", MAX_BYTES, note),
    ]


def _sync(box: Box, port: int) -> Meter:
    with metering(port) as meter:
        run(box.command("sync", "--no-links", f"http://{HOST}:{meter.port}/"))
    return meter


@contextmanager
def _web_host(folder: Path) -> Iterator[int]:
    """Serve a folder until the block ends."""
    handler = partial(_Handler, directory=str(folder))
    with ThreadingHTTPServer((HOST, 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_port
        finally:
            server.shutdown()


class _Handler(SimpleHTTPRequestHandler):
    """Keeps connections open, as any web host does, and logs nothing."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments: object) -> None:
        pass
