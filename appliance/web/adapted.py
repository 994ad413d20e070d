"""Gives each visitor the page as they asked to see it, and as it is true where they stand.

Only three things change a ready-made page: a view in the address (`/~large/en/`), the network
around the box, and a sign-in window; the last two only on home pages and on the pages that tell how
to reach an outside address. All else passes through untouched.
"""

from __future__ import annotations

import gzip
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from werkzeug.datastructures import Headers
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Response

from appliance.errors import StoreError
from appliance.site.adapt import adapt
from appliance.site.published import Published
from appliance.site.view import PLAIN, View, split
from appliance.web.home import Home
from appliance.web.windows import sign_in_window

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

VIEW = "helppoint.view"  # where the application behind finds the visitor's view
KIOSK_ADDRESS = "/kiosk"
GZIP_LEVEL = 6
PAGES_HELD = 128

Around = Callable[[], frozenset[str]]

# The home pages, and the pages that tell how to reach an outside address.
_AROUND_MATTERS = re.compile(r"/(?:[A-Za-z-]+/(?:go/.*)?)?")
# What the application behind must not see, for its answer is going to be changed.
_KEPT_BACK = ("HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE")
_OF_CONTENT = ("Content-Length", "Content-Encoding", "ETag", "Last-Modified", "Accept-Ranges")


@dataclass(frozen=True, slots=True)
class _Answer:
    """A whole answer; `body` is compressed if the headers say so."""

    status: str
    headers: Headers
    body: bytes

    def whole(self) -> bytes:
        """Header lines, empty line and body, as front.py sends them."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        return f"{lines}\r\n".encode("latin-1") + self.body


class Adapted:
    """A WSGI application in front of the ready-made pages.

    `around` says what is so of the network: `offline`, `online`, or nothing.
    """

    def __init__(self, application: Home, published: Published, around: Around) -> None:
        self._application = application
        self._published = published
        self._around = around
        self._lock = threading.Lock()
        self._held: OrderedDict[object, _Answer] = OrderedDict()

    def whole_page(self, address: str, _host: str = "", _client: str = "") -> bytes | None:
        """Return a page ready to be sent to a normal browser; None if it has yet to be made."""
        around = self._around() if _AROUND_MATTERS.fullmatch(address) else frozenset()
        if not around:
            return self._application.whole_page(address)
        held = self._look_up(address, around)
        return None if held is None else held.whole()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, as PEP 3333 has it."""
        address = environ.get("PATH_INFO", "")
        if address == KIOSK_ADDRESS:
            start = View(is_kiosk=True).prefix + "/"
            away = {"Location": start, "Cache-Control": "no-store"}
            return Response(status=HTTPStatus.SEE_OTHER, headers=away)(environ, start_response)
        view, plain = split(address)
        around = self._around_of(plain, environ)
        inner: WSGIEnvironment = {**environ, "PATH_INFO": plain, VIEW: view}
        if environ["REQUEST_METHOD"] != "GET" or (view == PLAIN and not around):
            return self._application(inner, start_response)
        accepts_gzip = "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
        answer = self._look_up(address, around) if accepts_gzip else None
        if answer is None:
            answer = self._made(inner, view, around, is_compressed=accepts_gzip)
        start_response(answer.status, answer.headers.to_wsgi_list())
        return [answer.body]

    def _around_of(self, plain: str, environ: WSGIEnvironment) -> frozenset[str]:
        if not _AROUND_MATTERS.fullmatch(plain):
            return frozenset()
        agent, sender = environ.get("HTTP_USER_AGENT", ""), environ.get("HTTP_X_REQUESTED_WITH", "")
        window = sign_in_window(agent, sender)
        return self._around() | ({"window", window} if window else frozenset())

    def _made(
        self, inner: WSGIEnvironment, view: View, around: frozenset[str], *, is_compressed: bool
    ) -> _Answer:
        """Ask the application behind, and adapt what it says if it is a page."""
        key = self._key(view.prefix + inner["PATH_INFO"], around)
        asked = {name: value for name, value in inner.items() if name not in _KEPT_BACK}
        pieces, status, headers = run_wsgi_app(self._application, asked, buffered=True)
        body = b"".join(pieces)
        location = headers.get("Location", "")
        if location.startswith("/"):
            headers["Location"] = view.prefix + location
        if not headers.get("Content-Type", "").startswith("text/html"):
            return _Answer(status, headers, body)
        is_ready_made = "Last-Modified" in headers
        for name in _OF_CONTENT:
            headers.remove(name)
        if around:
            headers["Cache-Control"] = "no-cache"
        body = adapt(body.decode(), view, around).encode()
        if is_compressed:
            body = gzip.compress(body, GZIP_LEVEL, mtime=0)
            headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(body))
        headers["Vary"] = "Accept-Encoding, Accept-Language, User-Agent"
        answer = _Answer(status, headers, body)
        if is_compressed and is_ready_made and key is not None:
            self._hold(key, answer)
        return answer

    def _look_up(self, address: str, around: frozenset[str]) -> _Answer | None:
        key = self._key(address, around)
        with self._lock:
            held = None if key is None else self._held.get(key)
            if held is not None:
                self._held.move_to_end(key)
        return held

    def _hold(self, key: object, answer: _Answer) -> None:
        with self._lock:
            self._held[key] = answer
            while len(self._held) > PAGES_HELD:
                self._held.popitem(last=False)

    def _key(self, address: str, around: frozenset[str]) -> object:
        """What a page is held by; None for `/`, which depends on the language asked for."""
        if split(address)[1] == "/":
            return None
        try:
            return address, around, self._published.current().folder
        except StoreError:
            return None
