"""The pages of one language, or the page that says there are none."""

from __future__ import annotations

from flask import abort

from appliance.site.published import Published, Site


def site_in(published: Published, language: str) -> Site:
    """Return what is shown now, if it exists in a language; otherwise answer with 404.

    Raises:
        StoreError: nothing is shown yet.
    """
    site = published.current()
    if language not in site.facts.frames:
        abort(404)
    return site
