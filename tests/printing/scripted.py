"""A printer that says what a test makes it say, for what a well-behaved simulator never does."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from pyipp.enums import IppOperation

from appliance.printing.answer import BOOLEAN, ENUM, INTEGER, JOB, PRINTER, RANGE, Value

KEYWORD = 0x44
HANG_UP = None

Said = bytes | None


def encoded(
    status: int, group: int = 0, attributes: Mapping[str, list[Value]] | None = None
) -> bytes:
    """An answer as RFC 8010 writes it."""
    body = struct.pack(">bbHi", 2, 0, status, 1)
    if group:
        body += bytes([group])
    for name, values in (attributes or {}).items():
        for place, value in enumerate(values):
            tag, raw = _raw(name, value)
            title = b"" if place else name.encode()
            body += bytes([tag]) + _counted(title) + _counted(raw)
    return body + b"\x03"


def _raw(name: str, value: Value) -> tuple[int, bytes]:
    if isinstance(value, bool):
        return BOOLEAN, bytes([value])
    if isinstance(value, int):
        return ENUM if name.endswith("-state") else INTEGER, struct.pack(">i", value)
    if isinstance(value, tuple):
        return RANGE, struct.pack(">ii", *value)
    return KEYWORD, value.encode()


def _counted(piece: bytes) -> bytes:
    return struct.pack(">H", len(piece)) + piece


READY = encoded(
    0,
    PRINTER,
    {
        "document-format-supported": ["application/pdf"],
        "printer-is-accepting-jobs": [True],
        "copies-supported": [(1, 99)],
    },
)
TAKEN = encoded(0, JOB, {"job-id": [1], "job-state": [5]})


def job_in_state(state: int, *reasons: str) -> bytes:
    return encoded(0, JOB, {"job-state": [state], "job-state-reasons": list(reasons)})


@dataclass
class Script:
    """What to say to each operation: the last line is said again and again."""

    lines: dict[IppOperation, list[Said]]
    status: int = 200
    heard: list[IppOperation] = field(default_factory=list)

    def answer(self, question: bytes) -> Said:
        operation = IppOperation(struct.unpack_from(">H", question, 2)[0])
        self.heard.append(operation)
        lines = self.lines[operation]
        return lines.pop(0) if len(lines) > 1 else lines[0]


@contextmanager
def scripted(script: Script) -> Iterator[str]:
    """Serve the script on a port of its own; yields the printer's address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["Content-Length"]))
            said = script.answer(question)
            if said is HANG_UP:
                self.close_connection = True
                return
            self.send_response(script.status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"ipp://127.0.0.1:{server.server_port}/ipp/print"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
