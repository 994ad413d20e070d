"""The least that waitress can do: one answer, kept in memory. Usage: bare.py PORT FILE.gz."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import waitress

from appliance.web.serve import THREADS
from tests.bench.web import HOST

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def answering(body: bytes) -> WSGIApplication:
    """Build an application that answers everything with the same compressed page."""
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Encoding", "gzip"),
        ("Content-Length", str(len(body))),
    ]

    def application(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", headers.copy())
        return [body]

    return application


if __name__ == "__main__":
    logging.getLogger("waitress").setLevel(logging.CRITICAL)
    page = Path(sys.argv[2]).read_bytes()
    waitress.serve(answering(page), host=HOST, port=int(sys.argv[1]), threads=THREADS, _quiet=True)
