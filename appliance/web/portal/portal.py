"""Stands before all pages on a hotspot: who asks for a name that is not ours gets no page of ours.

Phones ask fixed addresses whether they have the internet; every name leads here, so each gets the
answer of probes.toml. While phones reach trusted sites through the box, a request for one of them
without TLS is sent there with TLS, which the gate lets through. Browsers that look for anything
else are led to the help point. The Host header decides; none is sent back but a trusted site's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Response

from appliance.catalogue.hosts import is_nhs
from appliance.config import BOX_ADDRESS, BOX_NAMES, ON_WIFI
from appliance.site.adapt import at_origin
from appliance.site.view import split
from appliance.web.adapted import Adapted
from appliance.web.headers import security_headers
from appliance.web.portal.probes import Probe, probe_of
from appliance.web.portal.visitors import Visitors
from appliance.web.windows import APPLE_AGENT

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ORIGIN = ON_WIFI.removesuffix("/")
OWN_NAMES = frozenset({BOX_ADDRESS, *BOX_NAMES, "127.0.0.1", "localhost"})
STAY = re.compile(r"(?P<home>/[A-Za-z-]+/)stay")
NEVER_STORED = {"Cache-Control": "no-store"}
NO_INTERNET = f"This Wi-Fi only reaches the library help point: {ON_WIFI}\n".encode()


class Portal:
    """A WSGI application in front of the pages of a box that is the Wi-Fi.

    Args:
        application: the pages.
        visitors: who stays connected.
        imitates_success: asked whether phones of those who stay are told that all is well. A
            library may prefer never to imitate the internet; phones may then leave the Wi-Fi.
        garden: asked for the hosts besides nhs.uk that phones reach; None while they reach none.
    """

    def __init__(
        self,
        application: Adapted,
        visitors: Visitors,
        *,
        imitates_success: Callable[[], bool],
        garden: Callable[[], Collection[str] | None] = lambda: None,
    ) -> None:
        self._application = application
        self._visitors = visitors
        self._imitates_success = imitates_success
        self._garden = garden

    def whole_page(self, address: str, host: str, client: str) -> bytes | None:
        """Return a page ready to be sent, for a name of ours; None for a thread to answer."""
        if not _is_ours(host):
            return None
        page = self._application.whole_page(address, host, client)
        if page is not None:
            self._visitors.looked_at_page(client)
        return page

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, as PEP 3333 has it."""
        client = environ.get("REMOTE_ADDR", "")
        if not _is_ours(environ.get("HTTP_HOST", "")):
            return self._answer_foreign(environ, client)(environ, start_response)
        stay = STAY.fullmatch(split(environ.get("PATH_INFO", ""))[1])
        if stay is not None and environ["REQUEST_METHOD"] == "POST":
            self._visitors.stay(client)
            # A full page load, after which iOS asks again.
            stayed = _redirect(f"{stay['home']}stayed", HTTPStatus.SEE_OTHER)
            return stayed(environ, start_response)
        if environ["REQUEST_METHOD"] == "GET":
            self._visitors.looked_at_page(client)
        return self._application(environ, start_response)

    def _answer_foreign(self, environ: WSGIEnvironment, client: str) -> Response:
        host = _name(environ.get("HTTP_HOST", ""))
        probe = probe_of(host, environ.get("PATH_INFO", ""))
        if probe is not None and self._imitates_success() and self._visitors.stays(client):
            return _success(probe)
        if probe is not None and probe.before == "page":
            return self._first_page(environ)
        if (
            probe is None
            and self._is_reached(host)
            and environ["REQUEST_METHOD"] in {"GET", "HEAD"}
        ):
            return _redirect(_with_tls(host, environ), HTTPStatus.MOVED_PERMANENTLY)
        accepts_pages = "text/html" in environ.get("HTTP_ACCEPT", "")
        if probe is not None or (environ["REQUEST_METHOD"] == "GET" and accepts_pages):
            return _redirect(ON_WIFI)
        return Response(
            NO_INTERNET,
            HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED,
            {**NEVER_STORED, "Content-Type": "text/plain"},
        )

    def _is_reached(self, host: str) -> bool:
        hosts = self._garden()
        return hosts is not None and (is_nhs(host) or host in hosts)

    def _first_page(self, environ: WSGIEnvironment) -> Response:
        """Give the home page under a foreign name: its links lead to the help point's own."""
        asked = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": "/",
            "QUERY_STRING": "",
            "HTTP_ACCEPT_LANGUAGE": environ.get("HTTP_ACCEPT_LANGUAGE", ""),
            "HTTP_USER_AGENT": APPLE_AGENT,
        }
        pieces, status, headers = run_wsgi_app(self._application, {**environ, **asked})
        page = at_origin(b"".join(pieces).decode(), ORIGIN)
        policy = headers.get("Content-Security-Policy", "")
        ours = security_headers(policy.replace("form-action 'self'", f"form-action {ORIGIN}"))
        return Response(page, status, {**ours, **NEVER_STORED}, mimetype="text/html")


def _success(probe: Probe) -> Response:
    headers = {**NEVER_STORED, **probe.headers}
    response = Response(probe.body, probe.status, headers)
    response.headers.pop("Content-Type", None)
    if probe.type:
        response.headers["Content-Type"] = probe.type
    return response


def _redirect(address: str, status: HTTPStatus = HTTPStatus.FOUND) -> Response:
    return Response(status=status, headers={"Location": address, **NEVER_STORED})


def _with_tls(host: str, environ: WSGIEnvironment) -> str:
    """Return the same address with https; whatever could end a header line is quoted."""
    path = quote(environ.get("PATH_INFO", "").encode("latin-1"), safe="/:@!$&'()*+,;=~")
    query = quote(environ.get("QUERY_STRING", ""), safe="/:@!$&'()*+,;=~?%")
    return f"https://{host}/{path.lstrip('/')}" + (f"?{query}" if query else "")


def _name(host: str) -> str:
    """Return a Host header's name, without port and letter case; empty if it is none."""
    try:
        return urlsplit(f"//{host[:300]}").hostname or ""
    except ValueError:  # such as an unclosed bracket
        return ""


def _is_ours(host: str) -> bool:
    return _name(host) in OWN_NAMES
