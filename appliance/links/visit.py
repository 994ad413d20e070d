"""Asks one address, politely: one request at a time to a host, a pause, limits on everything."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from appliance import __version__

MOST_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Manners:
    """How long to wait and how much to take; a host's owner should hardly notice us."""

    pause_s: float = 1.0
    connect_s: float = 10.0
    read_s: float = 15.0
    body_s: float = 20.0
    max_bytes: int = 100_000


@dataclass(frozen=True, slots=True)
class Step:
    """One address on the way, and the status that it answered with."""

    url: str
    status: int


@dataclass(frozen=True, slots=True)
class Visit:
    """What happened: the way, the start of the page at its end, or a sentence on what failed."""

    address: str
    steps: tuple[Step, ...] = ()
    page: str = ""
    failure: str = ""


class Gate:
    """Lets one request at a time through to each host, a pause after the last."""

    def __init__(self, pause_s: float, sleep: Callable[[float], None] = time.sleep) -> None:
        self._pause_s = pause_s
        self._sleep = sleep
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)
        self._ended: dict[str, float] = {}
        self._lock = Lock()

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Wait for this host to be free; it is taken until the block ends."""
        with self._lock:
            own = self._locks[host]
        with own:
            since = time.monotonic() - self._ended.get(host, float("-inf"))
            if since < self._pause_s:
                self._sleep(self._pause_s - since)
            try:
                yield
            finally:
                self._ended[host] = time.monotonic()


@dataclass(slots=True)
class _Way:
    """A visit under way."""

    url: str
    steps: list[Step] = field(default_factory=list)


class Visitor:
    """Asks addresses. HEAD comes first; GET where HEAD is refused, and to look at a web page."""

    def __init__(self, manners: Manners, ca_file: str | None = None) -> None:
        self._manners = manners
        self._gate = Gate(manners.pause_s)
        self._pool = urllib3.PoolManager(
            num_pools=16,
            maxsize=4,
            retries=False,
            timeout=urllib3.Timeout(connect=manners.connect_s, read=manners.read_s),
            ca_certs=ca_file,
            headers={
                "User-Agent": f"helppoint-link-check/{__version__}",
                "Accept": "text/html,*/*;q=0.8",
                "Accept-Language": "en-GB,en",
                "Accept-Encoding": "identity",
            },
        )

    def visit(self, address: str) -> Visit:
        """Return what happened, whatever happened."""
        way = _Way(address)
        page = failure = ""
        try:
            page = self._follow(way)
        except _LostError as error:
            failure = str(error)
        except HTTPError as error:
            failure = _in_words(error)
        return Visit(address, tuple(way.steps), page, failure)

    def _follow(self, way: _Way) -> str:
        """Go from redirect to redirect. Returns the start of the page at the end."""
        for _ in range(MOST_REDIRECTS + 1):
            status, location, page = self._look(way.url)
            way.steps.append(Step(way.url, status))
            if status not in REDIRECTS or not location:
                return page
            way.url = _next(way.url, location)
        raise _LostError(f"it redirects more than {MOST_REDIRECTS} times")

    def _look(self, url: str) -> tuple[int, str, str]:
        """Return the status of one address, where it redirects to, and the start of its page."""
        try:
            status, location, is_page, _ = self._ask("HEAD", url)
            needs_get = status >= 400 or (is_page and status not in REDIRECTS)
        except (NewConnectionError, ConnectTimeoutError, SSLError):
            raise
        except HTTPError:
            needs_get = True
        if not needs_get:
            return status, location, ""
        status, location, _, page = self._ask("GET", url)
        return status, location, page

    def _ask(self, method: str, url: str) -> tuple[int, str, bool, str]:
        with self._gate.turn(urlsplit(url).hostname or ""):
            response = self._pool.request(
                method, url, redirect=False, retries=False, preload_content=False
            )
            try:
                is_page = "html" in response.headers.get("Content-Type", "").lower()
                page = self._start(response) if method == "GET" and is_page else ""
                return response.status, response.headers.get("Location", ""), is_page, page
            finally:
                response.close()

    def _start(self, response: urllib3.BaseHTTPResponse) -> str:
        """Read as much as is allowed, in size and in time; a page cut short is still a page."""
        data = b""
        end = time.monotonic() + self._manners.body_s
        while len(data) < self._manners.max_bytes and time.monotonic() < end:
            piece = response.read1(8192, decode_content=False)
            if not piece:
                break
            data += piece
        return data[: self._manners.max_bytes].decode("utf-8", "replace")


class _LostError(Exception):
    """The way led nowhere. Never leaves this module."""


def _next(url: str, location: str) -> str:
    try:
        target = urljoin(url, location)
        is_web = urlsplit(target).scheme in {"http", "https"} and urlsplit(target).hostname
    except ValueError:
        target, is_web = location, None
    if not is_web:
        raise _LostError(f"it redirects to {target[:80]!r}, which is no web address")
    return target


def _in_words(error: HTTPError) -> str:
    """Say what went wrong in one clause, without Python's words."""
    if isinstance(error, SSLError):
        return f"its certificate is not good ({_reason(error)})"
    if isinstance(error, NameResolutionError):
        return "there is no host of this name"
    if isinstance(error, NewConnectionError):
        return "the host does not accept connections"
    if isinstance(error, ConnectTimeoutError | ReadTimeoutError):
        return "it did not answer in time"
    return "the answer broke off or is no answer of a web server"


def _reason(error: SSLError) -> str:
    """Take the reason out of OpenSSL's sentence: `certificate has expired`, `self-signed ...`."""
    words = str(error).partition("certificate verify failed: ")[2] or str(error)
    return words.partition(" (_ssl.c")[0].strip(" .'\")")[:120]
