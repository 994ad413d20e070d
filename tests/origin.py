"""A static web host for tests, on loopback, that can misbehave."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer waits 40 ms for the client's acknowledgement

    def __init__(self, origin: Origin, *args: object) -> None:
        self._origin = origin
        super().__init__(*args, directory=str(origin.folder))  # type: ignore[arg-type]  # as the base class has it

    def do_HEAD(self) -> None:
        self._origin.paths.append(self.path)
        if not self._origin.knows_head:
            self.send_error(501)
        elif self.path.rpartition("/")[2] in self._origin.hidden_from_head:
            self.send_error(404)
        else:
            super().do_HEAD()

    def do_GET(self) -> None:
        self._origin.paths.append(self.path)
        self._origin.etags.append(self.headers.get("If-None-Match", ""))
        fault = next((f for part, f in self._origin.faults.items() if part in self.path), None)
        if fault is None:
            super().do_GET()
        else:
            self.close_connection = True
            self.wfile.write(fault)

    def log_message(self, *_args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_args: object) -> None:
        """A client that hangs up is part of the tests."""


class Origin:
    """Serves `folder`. `paths` are the requests so far.

    `etags` are what the requests with GET named, empty for none.
    `faults` maps a part of a path to the raw answer sent instead; then the connection is closed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths: list[str] = []
        self.etags: list[str] = []
        self.faults: dict[str, bytes] = {}
        self.knows_head = True
        self.hidden_from_head: set[str] = set()
        self._server = _Server(("127.0.0.1", 0), partial(_Handler, self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def running(self) -> Iterator[Origin]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


@contextmanager
def origin(folder: Path) -> Iterator[Origin]:
    with Origin(folder).running() as running:
        yield running
