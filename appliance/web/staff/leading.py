"""Leads a browser on after a form: to a page that can be loaded again without doing it twice."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, url_for


def lead_to(endpoint: str, **values: object) -> Response:
    """Return the answer that leads to a page of the desk."""
    return Response(
        status=HTTPStatus.SEE_OTHER,
        headers={"Location": url_for(endpoint, _external=False, **values)},  # type: ignore[arg-type]
    )
