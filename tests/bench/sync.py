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
    """Return requests and bytes of a sync that finds nothing, at a host that is known."""
    with _web_host(box.repository) as port, metering(port) as meter:
        _sync(box, meter)  # whatever there is to be fetched is fetched now
        with meter.counting() as passed:
            _sync(box, meter)
    note = f"{passed[0].up} up, {passed[0].down} down, all headers included, TCP and TLS left out"
    return [
        at_most("requests of a sync with nothing new", passed[0].requests, "", MAX_REQUESTS),
        at_most("bytes of a sync with nothing new", passed[0].total, "bytes", MAX_BYTES, note),
    ]


def _sync(box: Box, meter: Meter) -> None:
    run(box.command("sync", "--no-links", f"http://{HOST}:{meter.port}/"))


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
