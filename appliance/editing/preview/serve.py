"""Serves the preview to the editor's own computer, and to no other."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

import waitress
from flask import Flask, Response, abort, request, send_from_directory

from appliance.editing.preview.screen import ASSETS, handout_at, language_of, screen
from appliance.editing.preview.snapshot import Watched
from appliance.errors import ConfigError, HandoutError
from appliance.site.templates import content_security_policy

_UNFRAMED = "frame-ancestors 'none'"
POLICY = (
    f"default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; {_UNFRAMED}"
)


def serve(watched: Watched, host: str, port: int, on_ready: Callable[[int], None]) -> None:
    """Serve until Ctrl+C.

    Args:
        watched: the content folder.
        host: an address of this computer that no other can reach.
        port: 0 for any that is free.
        on_ready: told the port.

    Raises:
        ConfigError: others could reach the address, or it is taken.
    """
    if not is_loopback(host):
        raise ConfigError(f"the preview listens on this computer only, never on {host!r}")
    try:
        server = waitress.create_server(preview(watched), host=host, port=port, threads=4)
    except OSError as error:
        reason = error.strerror
        raise ConfigError(f"the preview cannot listen on {host}:{port}: {reason}") from error
    on_ready(server.effective_port)
    try:
        server.run()
    finally:
        server.close()


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach a host name or address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def preview(watched: Watched) -> Flask:
    """Build the application: the screen, and the pages and handouts that stand in its frames."""
    app = Flask(__name__, static_folder=None)
    app.before_request(_refuse_other_names)
    app.after_request(_never_keep)

    @app.get("/")
    def show() -> Response:
        page, handout = request.args.get("page", ""), request.args.get("handout", "")
        return _answer(screen(watched, page, handout), POLICY)

    @app.get("/stamp")
    def stamp() -> Response:
        return Response(watched.snapshot().stamp, mimetype="text/plain")

    @app.get("/preview.<any(css, js):kind>")
    def asset(kind: str) -> Response:
        return send_from_directory(ASSETS, f"preview.{kind}")

    @app.get("/<path:path>")
    def frame(path: str) -> Response:
        return _page(watched, f"/{path}") or _handout(watched, f"/{path}") or _nothing()

    return app


def _refuse_other_names() -> None:
    """A website could give its own name this computer's address, and read what is served here."""
    if not is_loopback(urlsplit(f"//{request.host}").hostname or ""):
        abort(403)


def _never_keep(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _page(watched: Watched, address: str) -> Response | None:
    html = watched.pages(language_of(address)).by_address.get(address)
    return None if html is None else _answer(html, _in_our_frame())


def _handout(watched: Watched, address: str) -> Response | None:
    """Answer with the PDF at an address, or say why there is none."""
    handout = handout_at(watched.snapshot().catalogue, address)
    if handout is None:
        return None
    try:
        return Response(watched.pdf(handout), mimetype="application/pdf")
    except HandoutError as error:
        return Response(str(error), 422, mimetype="text/plain")


def _nothing() -> Response:
    return Response("There is no such page in the preview.", 404, mimetype="text/plain")


def _answer(html: str, policy: str) -> Response:
    response = Response(html)
    response.headers["Content-Security-Policy"] = policy
    return response


def _in_our_frame() -> str:
    """The policy of the box's own pages, but that the screen may frame them."""
    return content_security_policy().replace(_UNFRAMED, "frame-ancestors 'self'")
