"""Whether the help point is ready, for the people and programs that look after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from http import HTTPStatus

from flask import Blueprint, Response, jsonify

from appliance import __version__
from appliance.errors import StoreError
from appliance.site.published import Published

LastCheck = Callable[[], Mapping[str, str] | None]
Links = Callable[[], Mapping[str, object] | None]


def blueprint(published: Published, last_check: LastCheck, links: Links) -> Blueprint:
    """Build the status route."""
    bp = Blueprint("status", __name__)

    @bp.get("/healthz")
    def healthz() -> Response:
        facts: dict[str, object] = {
            "version": __version__,
            "last_check": last_check(),
            "links": links(),
        }
        try:
            facts |= {"ready": True, "release": published.current().facts.release}
            code = HTTPStatus.OK
        except StoreError as error:
            facts |= {"ready": False, "release": None, "why": str(error)}
            code = error.status
        # Asked for after `current`, which finds it out.
        refused = published.refused
        answer = jsonify({**facts, "refused": None if refused is None else asdict(refused)})
        answer.status_code = code
        return answer

    return bp
