"""Serves the ready-made pages by WhiteNoise, in front of Flask, and follows the pointer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from wsgiref.headers import Headers

from whitenoise import WhiteNoise
from whitenoise.responders import MissingFileError, Redirect, StaticFile

from appliance.errors import StoreError
from appliance.site.published import Published, Site
from appliance.web.headers import security_headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Long enough to page back and forth on a crowded radio, short enough for a mended page to be seen.
MAX_AGE_S = 300
# At most 14 kB each, 5 kB mostly: what a library's visitors open in a day.
PAGES_HELD = 256
FILES_KNOWN = 512
ACCEPTING_GZIP = {"HTTP_ACCEPT_ENCODING": "gzip"}


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
        found = files.find(address)
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
        except (StoreError, MissingFileError):
            return None
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
    """One folder of pages, looked up when asked for.

    WhiteNoise would list every file at the start: with 16 languages that cost 17 MB and 0.2 s.
    """

    def __init__(self, application: WSGIApplication, site: Site) -> None:
        self._headers = security_headers(site.facts.content_security_policy)
        self._site = site
        # What is missing raises, and is not remembered: invented addresses push out no page.
        self._known_file = lru_cache(FILES_KNOWN)(self._file)
        self.whole_page = lru_cache(PAGES_HELD)(self._whole_page)
        super().__init__(
            application,
            max_age=MAX_AGE_S,
            allow_all_origins=False,
            index_file=True,
            add_headers_function=self._add_headers,
        )

    def find(self, address: str) -> StaticFile | Redirect | None:
        """Return what is at an address; a folder's name without its slash leads to the folder."""
        try:
            file: StaticFile = self._known_file(address)
        except MissingFileError:
            is_folder = self._site.file(f"{address}/") is not None
            return self.redirect(address, f"{address}/") if is_folder else None
        return file

    def _file(self, address: str) -> StaticFile:
        path = self._site.file(address)
        if path is None:
            raise MissingFileError(address)
        return self.get_static_file(str(path), address)

    def _whole_page(self, address: str) -> bytes:
        path, headers = self._known_file(address).get_path_and_headers(ACCEPTING_GZIP)
        if ("Content-Encoding", "gzip") not in headers:
            raise MissingFileError(address)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        return f"{lines}\r\n".encode("latin-1") + self._site.read(Path(path))

    def _add_headers(self, headers: Headers, _path: str, _url: str) -> None:
        for name, value in self._headers.items():
            headers[name] = value
