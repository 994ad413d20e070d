"""Whether the help point is ready, for the people and programs that look after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict

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
            site = published.current()
        except StoreError as error:
            answer = jsonify({"ready": False, "why": str(error), "release": None, **facts})
            answer.status_code = error.status
            return answer
        refused = None if published.refused is None else asdict(published.refused)
        return jsonify({"ready": True, "release": site.facts.release, "refused": refused, **facts})

    return bp
