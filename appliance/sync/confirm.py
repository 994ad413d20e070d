"""Asks the public process whether it can show what it was just given.

It runs as another user, under other limits, and perhaps still with the code of yesterday: what the
sync could open, it may not. No answer is no verdict: it may be switched off, or be another's.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException

MAX_ANSWER_BYTES = 64_000
TIMEOUT_S = 10
# Where whoever listens on all addresses is asked.
EVERY, LOOPBACK = "0.0.0.0", "127.0.0.1"  # noqa: S104 - nothing is bound here


def refusal(site: str, ask: Callable[[], bytes]) -> str:
    """Return why the public process cannot show the folder of pages `site`; empty if it can.

    Args:
        site: the folder's name.
        ask: returns what `/healthz` answers; see `asks_health`.
    """
    try:
        refused = json.loads(ask())["refused"]
        return str(refused["why"]) if refused["site"] == site else ""
    except (OSError, HTTPException, ValueError, KeyError, TypeError, RecursionError):
        return ""


def asks_health(host: str, port: int) -> Callable[[], bytes]:
    """Return what asks the public process that listens at an address."""

    def ask() -> bytes:
        connection = HTTPConnection(LOOPBACK if host == EVERY else host, port, timeout=TIMEOUT_S)
        try:
            # On a hotspot every other name is led to a phone's sign-in page.
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            return connection.getresponse().read(MAX_ANSWER_BYTES)
        finally:
            connection.close()

    return ask
