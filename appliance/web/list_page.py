"""My list: the guides and websites that somebody collected, to take away. It is in the address."""

from __future__ import annotations

from flask import Blueprint, Response, request

from appliance.site import addresses
from appliance.site.my_list import shown
from appliance.site.published import Published
from appliance.site.view import PLAIN, View
from appliance.web.adapted import VIEW
from appliance.web.editions import site_in


def blueprint(published: Published) -> Blueprint:
    """Build the route of the list."""
    bp = Blueprint("list", __name__)

    @bp.get("/<language>/list")
    def show(language: str) -> Response:
        site = site_in(published, language)
        view: View = request.environ.get(VIEW, PLAIN)
        context = shown(site, language, view.items)
        address = addresses.my_list(language)
        return Response(site.page("list.html", language, context, address))

    return bp
