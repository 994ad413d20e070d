"""The bare address `/`: the home page in the visitor's language, without a second round trip."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from appliance.errors import StoreError
from appliance.site import addresses
from appliance.site.published import Published
from appliance.web.static import Pages

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Home:
    """A WSGI application that answers `/` with `/en/` or the like; the rest passes through."""

    def __init__(self, application: Pages, published: Published) -> None:
        self._application = application
        self.whole_page = application.whole_page
        self._published = published

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, as PEP 3333 has it."""
        if environ.get("PATH_INFO") not in ("", "/"):
            return self._application(environ, start_response)
        try:
            language = self._language(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        except StoreError:
            return self._application(environ, start_response)
        chosen = {**environ, "PATH_INFO": addresses.home(language)}
        return self._application(chosen, _varying_by_language(start_response))

    def _language(self, accepted: str) -> str:
        site = self._published.current()
        wanted = parse_accept_header(accepted[:200], LanguageAccept)
        return site.language_or_default(wanted.best_match(list(site.facts.frames)))


def _varying_by_language(start_response: StartResponse) -> StartResponse:
    """Tell caches that the answer depends on the language as well."""

    def start(status, headers, exc_info=None):  # type: ignore[no-untyped-def]  # PEP 3333's own shape
        return start_response(status, [*headers, ("Vary", "Accept-Language")], exc_info)

    return start
