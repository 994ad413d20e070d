"""The staff desk: its own process and listener, on the library's side only.

Whoever has not given the PIN sees the log-in page and nothing else. Every form carries a token, and
no answer is kept by a browser.
"""

from __future__ import annotations

import logging
import secrets
from functools import cache
from http import HTTPStatus
from pathlib import Path

from flask import Flask, Response, render_template, request, session
from flask_wtf.csrf import CSRFError, CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException

from appliance.errors import ApplianceError
from appliance.site.templates import stylesheet
from appliance.web.headers import security_headers
from appliance.web.staff import health, printing, way_in
from appliance.web.staff.desk import Desk
from appliance.web.staff.leading import lead_to
from appliance.web.staff.sessions import DeskSession

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 64_000
MOST_PARTS = 100
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
# What those who are not logged in may open.
OPEN_TO_ALL = frozenset({"way_in.log_in", "way_in.judge", "style"})


def create_desk(desk: Desk) -> Flask:
    """Build the desk's application."""
    app = Flask(__name__)
    app.config.update(
        # For one process: forms from before a restart are refused, and nobody is logged in anyway.
        SECRET_KEY=secrets.token_bytes(32),
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        MAX_FORM_PARTS=MOST_PARTS,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, which our pages tell browsers not to send
    )
    app.jinja_env.undefined = StrictUndefined
    app.session_interface = desk.sessions
    CSRFProtect(app)
    app.before_request(_only_staff)
    app.after_request(_with_headers)
    app.context_processor(lambda: _frame(desk))
    app.add_url_rule("/style.css", "style", _style)
    app.register_blueprint(way_in.blueprint(desk))
    app.register_blueprint(printing.blueprint(desk))
    app.register_blueprint(health.blueprint(desk.health))
    app.register_error_handler(CSRFError, _too_old)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(Exception, _failed)
    return app


def current() -> DeskSession:
    """Return the session of the request that is being answered."""
    return way_in.current()


def _only_staff() -> Response | None:
    if request.endpoint in OPEN_TO_ALL or current().is_staff:
        return None
    return lead_to("way_in.log_in")


def _frame(desk: Desk) -> dict[str, object]:
    """Return what every page's frame shows."""
    own = current()
    return {
        "is_staff": own.is_staff,
        "library_name": desk.settings.read().library_name,
        "minutes_idle": way_in.IDLE_MINUTES,
        "seconds_left": int(desk.sessions.seconds_left(own)),
        "refresh_s": 0,
        "has_typing": False,
    }


@cache
def _css() -> str:
    return stylesheet() + (Path(__file__).parent / "desk.css").read_text("utf-8")


def _style() -> Response:
    response = Response(_css(), mimetype="text/css")
    response.headers["Cache-Control"] = "private, max-age=300"
    return response


def _with_headers(response: Response) -> Response:
    for name, value in security_headers(POLICY).items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _too_old(_error: CSRFError) -> tuple[str, int]:
    words = "This page was open too long, or came from elsewhere. Nothing was done."
    return _problem(words, "Go back to the start and try again."), HTTPStatus.BAD_REQUEST


def _refused(error: HTTPException) -> Response | tuple[str, int]:
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if code < HTTPStatus.BAD_REQUEST:
        return error.get_response()  # type: ignore[return-value]  # a redirect
    words = {
        HTTPStatus.NOT_FOUND: "There is no such page at the desk.",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "That is more than the desk takes at once.",
    }.get(HTTPStatus(code), f"{error.name}.")
    return _problem(words, "Go back to the start and try again."), code


def _failed(error: Exception) -> tuple[str, int]:
    """Answer what went wrong inside: in words if it is ours, and never with a trace of it."""
    if isinstance(error, ApplianceError):
        return _problem(f"{error}", error.advice), error.status
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = "" if place is None else f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}"
    log.error("the desk failed with %s at %s", type(error).__name__, where)
    ours = ApplianceError()
    words = "Something went wrong inside the Help Point. Nothing that you typed was kept."
    return _problem(words, "Try again. If it happens twice, restart the box."), ours.status


def _problem(words: str, advice: str) -> str:
    # Flask's own session would be missing where a request was refused before it began.
    _ = session
    return render_template("problem.html", words=words, advice=advice)
