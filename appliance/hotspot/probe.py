"""Asks the internet one question, in a process of its own that has given root's rights away.

    python -I -m appliance.hotspot.probe [ORIGIN ...]

prints one `Cause`. A small signed file of each origin is fetched in turn until one is there (it is
not verified: the sync does that). Where no origin answers, or none is set, a finished TLS greeting
with the site that phones are let through to is the proof. Redirects are not followed.
"""

from __future__ import annotations

import encodings.idna  # noqa: F401 - read while it surely can be: look-ups of names need it
import json
import os
import pwd
import signal
import socket
import ssl
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, NameResolutionError, ReadTimeoutError, SSLError

from appliance.hotspot.uplink import Cause

if TYPE_CHECKING:
    from types import FrameType

# The smallest signed file, some 600 bytes (decision 0002).
TIMESTAMP = "metadata/timestamp.json"
MAX_BYTES, CHUNK_BYTES = 64_000, 16_000
# A satellite line needs 2 s for name, TCP, TLS and answer (600 ms there and back).
WAIT_S = 3.0
# From the first question to the last word; an answer that drips is given up then.
TOTAL_S = 8.0
MOST_ORIGINS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Debian's own user for programs that own nothing.
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Site:
    """The gate's first site, which is asked only where no content source answers."""

    host: str = "www.nhs.uk"
    tls_port: int = 443
    plain_port: int = 80


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `body` is at most MAX_BYTES and one piece more, `is_cut` for lack of time."""

    status: int
    location: str = ""
    kind: str = ""
    body: bytes = b""
    is_cut: bool = False


def judge(url: str, answer: Answer) -> Cause:
    """Say what an answer to `url` means.

    Over https only the host itself can have given it, so it is no sign-in page of the network.
    """
    is_plain = urlsplit(url).scheme == "http"
    if answer.status == 200 and _is_timestamp(answer.body):
        return Cause.ORIGIN
    if is_plain and _is_sign_in(url, answer):
        return Cause.SIGN_IN
    return Cause.SLOW if answer.is_cut else Cause.ODD_ANSWER


def _is_sign_in(url: str, answer: Answer) -> bool:
    if answer.status in REDIRECTS:
        return not _is_upgrade(url, answer.location)
    has_page = "html" in answer.kind.lower() or answer.body.lstrip()[:1] == b"<"
    # RFC 6585: 511 is network authentication required.
    return answer.status == 511 or (answer.status == 200 and has_page)


def _is_upgrade(url: str, location: str) -> bool:
    """Whether a host leads to its own https, as most do."""
    try:
        target = urlsplit(location)
        return target.scheme == "https" and target.hostname == urlsplit(url).hostname
    except ValueError:
        return False


def _is_timestamp(body: bytes) -> bool:
    try:
        content = json.loads(body[: MAX_BYTES + 1])
        return bool(content["signatures"]) and content["signed"]["_type"] == "timestamp"
    except (ValueError, LookupError, TypeError, RecursionError):
        return False


class Prober:
    """Asks, each question with its limits. `context` decides which certificates are right."""

    def __init__(self, context: ssl.SSLContext | None = None, site: Site | None = None) -> None:
        self._context = context or ssl.create_default_context()
        self._site = site or Site()
        self._pool = urllib3.PoolManager(
            timeout=WAIT_S,
            retries=False,
            ssl_context=self._context,
            headers={"User-Agent": "helppoint", "Accept-Encoding": "identity"},
        )

    def probe(self, origins: Sequence[str]) -> Cause:
        """Return the first cause that settles it, else what the first question came to."""
        causes = []
        for origin in origins[:MOST_ORIGINS]:
            cause = self._ask(f"{origin.rstrip('/')}/{TIMESTAMP}")
            if cause in {Cause.ORIGIN, Cause.SIGN_IN}:
                return cause
            causes.append(cause)
        greeted = self._greet()
        if greeted is Cause.SITE:
            return greeted
        if self._ask(f"http://{self._site.host}:{self._site.plain_port}/") is Cause.SIGN_IN:
            return Cause.SIGN_IN
        return [*causes, greeted][0]

    def _ask(self, url: str) -> Cause:
        try:
            response = self._pool.request("GET", url, preload_content=False, redirect=False)
            try:
                body, is_cut = _read(response)
            finally:
                response.close()
        except HTTPError as error:
            return _why(error)
        location = response.headers.get("Location", "")
        kind = response.headers.get("Content-Type", "")
        return judge(url, Answer(response.status, location, kind, body, is_cut))

    def _greet(self) -> Cause:
        """Finish a TLS greeting with the site; nothing is asked of it."""
        try:
            with (
                socket.create_connection((self._site.host, self._site.tls_port), WAIT_S) as line,
                self._context.wrap_socket(line, server_hostname=self._site.host),
            ):
                return Cause.SITE
        except socket.gaierror:
            return Cause.NO_NAMES
        except ssl.SSLCertVerificationError:
            return Cause.CERTIFICATE
        except OSError:
            return Cause.NO_ANSWER


def _read(response: urllib3.BaseHTTPResponse) -> tuple[bytes, bool]:
    """Return the body, or its beginning if it is too long; and whether time ran out for it."""
    body, end = b"", time.monotonic() + WAIT_S
    while len(body) <= MAX_BYTES:
        chunk = response.read1(CHUNK_BYTES)
        if not chunk:
            break
        body += chunk
        if time.monotonic() > end:
            return body, True
    return body, False


def _why(error: HTTPError) -> Cause:
    if isinstance(error, NameResolutionError):
        return Cause.NO_NAMES
    if isinstance(error, SSLError) and isinstance(error.args[0], ssl.SSLCertVerificationError):
        return Cause.CERTIFICATE
    return Cause.SLOW if isinstance(error, ReadTimeoutError) else Cause.NO_ANSWER


def _give_up_rights() -> None:
    """Go on as nobody, for good: what comes from the network is read by no one with rights."""
    if os.geteuid() != 0:
        return
    nobody = pwd.getpwnam(NOBODY)
    os.setgroups([])
    os.setresgid(nobody.pw_gid, nobody.pw_gid, nobody.pw_gid)
    os.setresuid(nobody.pw_uid, nobody.pw_uid, nobody.pw_uid)


def _too_slow(_number: int, _frame: FrameType | None) -> None:
    """End the whole process: a look-up of a name cannot be stopped in any other way."""
    os.write(1, f"{Cause.SLOW}\n".encode())
    os._exit(0)


if __name__ == "__main__":
    prober = Prober()
    _give_up_rights()
    signal.signal(signal.SIGALRM, _too_slow)
    signal.setitimer(signal.ITIMER_REAL, TOTAL_S)
    sys.stdout.write(f"{prober.probe(sys.argv[1:])}\n")
