"""The public application: what cannot be a ready-made page."""

from __future__ import annotations

import gzip
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from appliance.errors import ApplianceError, StoreError
from appliance.site import addresses
from appliance.site.published import Published
from appliance.web import home, list_page, search, status
from appliance.web.adapted import Adapted, Around
from appliance.web.headers import STRICTEST_POLICY, security_headers
from appliance.web.portal import page
from appliance.web.static import Pages

log = logging.getLogger(__name__)

# The public side takes no uploads and no forms but a search word.
MAX_BODY_BYTES = 16_000
GZIP_LEVEL = 6
NOT_READY = (
    "The help point is getting ready. Please try again in a minute, or ask a member of staff."
)


def create_app(
    published: Published,
    last_check: status.LastCheck,
    links: status.Links = lambda: None,
    count_missing: search.CountMissing = lambda _language, _word: None,
) -> Flask:
    """Build the application behind the ready-made pages.

    Args:
        published: what is shown.
        last_check: asks when the content sources were last asked.
        links: asks how many web addresses stopped answering; None if none was ever asked.
        count_missing: told the words that people look for and no page has.
    """
    app = Flask(__name__, static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        MAX_FORM_PARTS=10,
    )
    app.register_blueprint(search.blueprint(published, count_missing))
    app.register_blueprint(list_page.blueprint(published))
    app.register_blueprint(page.blueprint(published))
    app.register_blueprint(status.blueprint(published, last_check, links))
    app.after_request(lambda response: _with_headers(response, published))
    app.register_error_handler(HTTPException, lambda error: _refused(error, published))
    app.register_error_handler(Exception, lambda error: _failed(error, published))
    return app


def public_site(
    published: Published,
    last_check: status.LastCheck,
    count: Callable[[str], None],
    links: status.Links = lambda: None,
    around: Around = frozenset,
    count_missing: search.CountMissing = lambda _language, _word: None,
) -> Adapted:
    """Build all that the public listener serves: home by language, ready-made pages, the rest."""
    app = create_app(published, last_check, links, count_missing)
    return Adapted(home.Home(Pages(app, published, count), published), published, around)


def _with_headers(response: Response, published: Published) -> Response:
    try:
        policy = published.current().facts.content_security_policy
    except StoreError:
        policy = STRICTEST_POLICY
    for name, value in security_headers(policy).items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    return _compressed(response)


def _compressed(response: Response) -> Response:
    """Compress a page made on request, for a crowded radio; there is no secret in any page."""
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.quality("gzip") > 0 and response.mimetype == "text/html":
        response.set_data(gzip.compress(response.get_data(), GZIP_LEVEL))
        response.content_encoding = "gzip"
    return response


def _refused(error: HTTPException, published: Published) -> Response:
    """Answer what Flask itself refuses; an address that does not exist gets a page that helps."""
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if code != HTTPStatus.NOT_FOUND:
        return Response(f"{error.name}\n", code, mimetype="text/plain")
    return _helpful("not_found.html", {}, HTTPStatus.NOT_FOUND, published)


def _failed(error: Exception, published: Published) -> Response:
    """Answer what went wrong inside. The log gets the place, never the request: it could tell."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = "" if place is None else f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}"
    log.error("a request failed with %s at %s", type(error).__name__, where)
    ours = error if isinstance(error, ApplianceError) else ApplianceError()
    return _helpful("problem.html", {"advice": ours.advice}, ours.status, published)


def _helpful(
    template: str, context: Mapping[str, str], status: HTTPStatus, published: Published
) -> Response:
    """Answer with a page in the visitor's language, or in plain words before there are pages."""
    try:
        site = published.current()
    except StoreError:
        return Response(f"{NOT_READY}\n", HTTPStatus.SERVICE_UNAVAILABLE, mimetype="text/plain")
    language = site.language_or_default(request.path.split("/")[1])
    return Response(site.page(template, language, context, addresses.home(language)), status)
