"""The page after somebody chose to stay connected: what to do next."""

from __future__ import annotations

from flask import Blueprint, Response

from appliance.config import ON_WIFI
from appliance.site import addresses
from appliance.site.published import Published
from appliance.web.editions import site_in


def blueprint(published: Published) -> Blueprint:
    """Build the route."""
    bp = Blueprint("stayed", __name__)

    @bp.get("/<language>/stayed")
    def stayed(language: str) -> Response:
        site = site_in(published, language)
        address = addresses.home(language) + "stayed"
        return Response(site.page("stayed.html", language, {"on_wifi": ON_WIFI}, address))

    return bp
