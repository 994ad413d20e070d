"""Search: a plain form and a page of results."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from appliance.site.published import Published
from appliance.site.search import MAX_QUERY_CHARACTERS


def blueprint(published: Published) -> Blueprint:
    """Build the search route."""
    bp = Blueprint("search", __name__)

    @bp.get("/<language>/search")
    def search(language: str) -> Response:
        site = published.current()
        if language not in site.facts.frames:
            abort(404)
        query = " ".join(request.args.get("q", "").split())[:MAX_QUERY_CHARACTERS]
        context = {"query": query, "results": site.search(language, query)}
        return Response(site.page("search.html", language, context, request.full_path))

    return bp
