"""Serves the ready-made pages by WhiteNoise, in front of Flask, and follows the pointer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from wsgiref.headers import Headers

from whitenoise import WhiteNoise
from whitenoise.responders import StaticFile

from appliance.errors import StoreError
from appliance.site.published import Published, Site
from appliance.web.headers import security_headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Long enough to page back and forth on a crowded radio, short enough for a mended page to be seen.
MAX_AGE_S = 300
# At most 14 kB each: 7 MB, more than all pages of a library's few languages in daily use.
PAGES_HELD = 512


class Pages:
    """A WSGI application: ready-made pages first, everything else to the application behind."""

    def __init__(
        self, application: WSGIApplication, published: Published, count: Callable[[str], None]
    ) -> None:
        self._application = application
        self._published = published
        self._count = count
        self._files: tuple[Site, _SiteFiles] | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, as PEP 3333 has it."""
        try:
            files = self._current()
        except StoreError:
            return self._application(environ, start_response)
        address = environ.get("PATH_INFO", "")
        found = files.files.get(address)
        if found is None:
            return self._application(environ, start_response)
        if environ["REQUEST_METHOD"] == "GET":
            self._count(address)
        body: Iterable[bytes] = files.serve(found, environ, start_response)
        return body

    def whole_page(self, address: str) -> bytes | None:
        """Return a page ready to be sent: header lines, empty line, compressed content.

        None if there is none at this address that could be sent so.
        """
        try:
            page = self._current().whole_page(address)
        except StoreError:
            return None
        if page is not None:
            self._count(address)
        return page

    def _current(self) -> _SiteFiles:
        site = self._published.current()
        known = self._files
        if known is None or known[0] is not site:
            known = (site, _SiteFiles(self._application, site))
            self._files = known
        return known[1]


class _SiteFiles(WhiteNoise):  # type: ignore[misc]  # the library has no types
    """One folder of pages; `x.html` is served as `x`, `index.html` as its folder."""

    def __init__(self, application: WSGIApplication, site: Site) -> None:
        self._headers = security_headers(site.facts.content_security_policy)
        self._site = site
        self.whole_page = lru_cache(PAGES_HELD)(self._whole_page)
        super().__init__(
            application,
            root=str(site.pages),
            max_age=MAX_AGE_S,
            allow_all_origins=False,
            index_file=True,
            add_headers_function=self._add_headers,
        )

    def _whole_page(self, address: str) -> bytes | None:
        file = self.files.get(address)
        if not isinstance(file, StaticFile):
            return None
        path, headers = file.get_path_and_headers({"HTTP_ACCEPT_ENCODING": "gzip"})
        if ("Content-Encoding", "gzip") not in headers:
            return None
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        return f"{lines}\r\n".encode("latin-1") + self._site.read(Path(path))

    def add_file_to_dictionary(self, url: str, path: str, stat_cache: object = None) -> None:
        is_page = url.endswith(".html") and not url.endswith("/index.html")
        super().add_file_to_dictionary(
            url.removesuffix(".html") if is_page else url, path, stat_cache
        )

    def _add_headers(self, headers: Headers, _path: str, _url: str) -> None:
        for name, value in self._headers.items():
            headers[name] = value
