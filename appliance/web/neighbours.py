"""The listener for other boxes on the library's network: signed content as received, no more.

Every path is either in the table of what is on offer, or names a blob by its hash. Nothing is
listed, nothing is logged, and whoever comes from elsewhere is sent away.
"""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from ipaddress import IPv4Address
from pathlib import Path
from typing import IO, TYPE_CHECKING

import waitress

from appliance.hotspot.model import NETWORK
from appliance.sync.offered import STICK_TIMESTAMP_PATH, TIMESTAMP_PATH, Offered
from appliance.web.front import Front
from appliance.web.serve import CHANNEL_TIMEOUT_S, CLEANUP_INTERVAL_S, stop

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

THREADS = 4
# More than the firewall lets in (hotspot/firewall.py), so that it decides who has to wait.
CONNECTION_LIMIT = 400
# systemd starts it again when somebody asks: a small box has better use for the memory.
IDLE_S = 15 * 60
# Smaller files go out from memory: of those that nobody takes, a connection holds 64 kB (Front),
# and would hold hundreds open.
SMALL_BYTES = 16_000
_BLOB = re.compile(r"/(blobs/([0-9a-f]{2})/\2[0-9a-f]{62}\.gz)")
_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")
_CHANGING = frozenset({TIMESTAMP_PATH, STICK_TIMESTAMP_PATH})


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent: `length` bytes of `body` from where it stands."""

    status: HTTPStatus
    headers: Mapping[str, str]
    body: IO[bytes]
    length: int


class ContentForNeighbours:
    """The WSGI application. `blobs` is the store's folder; `last_asked` in monotonic seconds."""

    def __init__(self, offered: Offered, blobs: Path) -> None:
        self._offered = offered
        self._store = blobs
        self.last_asked = time.monotonic()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        self.last_asked = time.monotonic()
        answer = self._answer(environ)
        headers = {**answer.headers, "Content-Length": str(answer.length)}
        status = f"{answer.status.value} {answer.status.phrase}"
        start_response(status, [*headers.items(), ("X-Content-Type-Options", "nosniff")])
        if environ["REQUEST_METHOD"] == "HEAD":
            answer.body.close()
            return []
        # Files go out in pieces as they are taken, and never lie in memory.
        wrap: Callable[[IO[bytes]], Iterable[bytes]] = environ["wsgi.file_wrapper"]
        return wrap(answer.body)

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        if not is_welcome(environ["REMOTE_ADDR"]):
            return _refusal(HTTPStatus.FORBIDDEN)
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return _refusal(HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": "GET, HEAD"})
        files = self._offered.files()
        if not files:
            return _refusal(HTTPStatus.SERVICE_UNAVAILABLE)
        # A query makes it another address, and none of ours.
        path = environ["PATH_INFO"] + ("?" if environ.get("QUERY_STRING") else "")
        found = self._found(path, files)
        if found is None:
            return _refusal(HTTPStatus.NOT_FOUND)
        caching = "no-cache" if path[1:] in _CHANGING else "max-age=31536000, immutable"
        return part_of(found, environ.get("HTTP_RANGE", ""), caching)

    def _found(self, path: str, files: Mapping[str, bytes]) -> IO[bytes] | None:
        if path.startswith("/") and path[1:] in files:
            return BytesIO(files[path[1:]])
        blob = _BLOB.fullmatch(path)
        return None if blob is None else _opened(self._store / blob[1])


def is_welcome(address: str) -> bool:
    """Whether somebody is on a library's network, and not one of the hotspot's phones."""
    try:
        client = IPv4Address(address)
    except ValueError:
        return False
    return client.is_private and client not in NETWORK and not client.is_unspecified


def part_of(file: IO[bytes], wanted: str, caching: str) -> Answer:
    """Return a file, or the part of it that a Range header wants.

    Args:
        file: opened, at its start.
        wanted: the header; of those with more than one part, or from the end, nothing is heeded.
        caching: what is said to caches.
    """
    size = file.seek(0, os.SEEK_END)
    headers = {
        "Content-Type": "application/octet-stream",
        "Cache-Control": caching,
        "Accept-Ranges": "bytes",
    }
    span = _RANGE.fullmatch(wanted)
    if span is None:
        file.seek(0)
        return Answer(HTTPStatus.OK, headers, file, size)
    first, last = int(span[1]), min(int(span[2] or size), size - 1)
    if first > last:
        file.close()
        too_far = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        return _refusal(too_far, {"Content-Range": f"bytes */{size}"})
    file.seek(first)
    headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return Answer(HTTPStatus.PARTIAL_CONTENT, headers, file, last - first + 1)


def _refusal(status: HTTPStatus, headers: Mapping[str, str] | None = None) -> Answer:
    said = f"{status.phrase}\n".encode()
    told = {"Content-Type": "text/plain", "Cache-Control": "no-store", **(headers or {})}
    return Answer(status, told, BytesIO(said), len(said))


def _opened(path: Path) -> IO[bytes] | None:
    """Open an ordinary file; None for anything else, or nothing."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        return None
    file = os.fdopen(descriptor, "rb")
    if status.st_size > SMALL_BYTES:
        return file
    with file:
        return BytesIO(file.read(SMALL_BYTES))


def serve_neighbours(
    application: ContentForNeighbours, listener: socket.socket, idle_s: float = IDLE_S
) -> None:
    """Serve on a socket that listens already, until SIGTERM, SIGINT, or nobody asks for `idle_s`.

    Args:
        application: what answers.
        listener: whoever reaches it is on the library's network; see hotspot/neighbours.py.
        idle_s: seconds.
    """
    # Who asked for what is nobody's business.
    logging.getLogger("waitress").setLevel(logging.CRITICAL)
    server = waitress.create_server(
        application,
        sockets=[listener],
        # Without pages of its own: it is here for whom it sends away.
        _dispatcher=Front(lambda *_: None, THREADS),
        threads=THREADS,
        connection_limit=CONNECTION_LIMIT,
        channel_timeout=CHANNEL_TIMEOUT_S,
        cleanup_interval=CLEANUP_INTERVAL_S,
        ident=None,
        max_request_body_size=1_000,
        max_request_header_size=8_000,
        asyncore_use_poll=True,
    )
    signal.signal(signal.SIGTERM, stop)
    ending = threading.Event()
    watcher = threading.Thread(target=_end_when_idle, args=(application, idle_s, ending))
    watcher.start()
    try:
        server.run()
    except (KeyboardInterrupt, SystemExit):
        server.task_dispatcher.shutdown()
    finally:
        ending.set()
        watcher.join()
        server.close()


def _end_when_idle(
    application: ContentForNeighbours, idle_s: float, ending: threading.Event
) -> None:
    while not ending.wait(idle_s / 4):
        if time.monotonic() - application.last_asked > idle_s:
            os.kill(os.getpid(), signal.SIGTERM)
            return
