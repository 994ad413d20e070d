"""A content source, or whoever stands in its way, inside a namespace: `origin.py HOST PORT MODE`.

MODE is a file that names how each request is answered: good, redirect, 511, html, drip, endless, or
anything else to hang up.
"""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

MODE = Path(sys.argv[3])
SIGNED = json.dumps({"signatures": [{"sig": "x"}], "signed": {"_type": "timestamp"}}).encode()
PAGE = b"<!doctype html><title>Welcome to Oak Library Wi-Fi</title>Please sign in."
WHOLE = {
    "good": (200, {"Content-Type": "application/json"}, SIGNED),
    "redirect": (302, {"Location": "http://login.example/"}, b""),
    "511": (511, {"Content-Type": "text/html"}, PAGE),
    "html": (200, {"Content-Type": "text/html; charset=utf-8"}, PAGE),
}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        mode = MODE.read_text()
        if mode in {"drip", "endless"}:
            self._go_on(b"x" if mode == "drip" else b" " * 100_000, 0.3 if mode == "drip" else 0.0)
        elif mode in WHOLE:
            status, headers, body = WHOLE[mode]
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    def _go_on(self, piece: bytes, pause_s: float) -> None:
        """Send for ever; the other side hangs up."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        try:
            while True:
                self.wfile.write(piece)
                time.sleep(pause_s)
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), _Handler)
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    server.serve_forever()
