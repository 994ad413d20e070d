"""Fetches files from web hosts: bounded in time, never redirected, going on where a line broke."""

from __future__ import annotations

import random
import re
import socket
import ssl
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import urllib3

from appliance.errors import SourceError, from_outside
from appliance.sync.line import EndlessAnswerError, connections

CHUNK_BYTES = 64 * 1024
# The largest blob is 4 MB (manifest.MAX_BLOB_BYTES); the rest is room for headers.
MOST_ANSWER_BYTES = 5_000_000
# 4 MB, the largest blob, at 16 kB a second: slower lines are given up and tried again later.
FILE_TIMEOUT_S = 300
# As many as are fetched at once (update.AT_ONCE): each line is kept and used again.
CONNECTIONS = 8
# A line that breaks without having brought a byte is tried again this often.
BARREN_TRIES = 3
NO_DELAY = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0
PERHAPS_LOGIN = "perhaps this network wants somebody to log in on a page of its own first"
_CONTENT_RANGE = re.compile(r"bytes (\d{1,15})-\d{1,15}/(?:\d{1,15}|\*)")


class MissingError(SourceError):
    """The source is there, but not the file.

    `answered` is the status by which a web host said so, `page_bytes` how long its page was.
    """

    def __init__(self, message: str, answered: int = 404, page_bytes: int = 0) -> None:
        super().__init__(message)
        self.answered, self.page_bytes = answered, page_bytes


class UnchangedError(SourceError):
    """The host says that the file is still the one that was named."""


class CertificateTimeError(SourceError):
    """The host's certificate does not hold by this device's clock: one of the two is wrong."""


class Web:
    """Connections to web hosts, kept alive; several threads may fetch at once.

    Args:
        file_timeout_s: how long one file may take, with every new try; a try begun before it is
            over may last as long again.
        most_bytes: how large one answer may be, headers and all.
        sleep: waits some seconds.
        ca_file: certificates to believe instead of the system's, in PEM.
        socket_options: of every connection, as setsockopt(2) takes them.
    """

    def __init__(
        self,
        *,
        file_timeout_s: float = FILE_TIMEOUT_S,
        most_bytes: int = MOST_ANSWER_BYTES,
        sleep: Callable[[float], None] = time.sleep,
        ca_file: Path | None = None,
        socket_options: Sequence[tuple[int, int, int | bytes]] = NO_DELAY,
    ) -> None:
        self._file_timeout_s = file_timeout_s
        self._sleep = sleep
        self._unfinished: set[urllib3.BaseHTTPResponse] = set()
        self._pool = connections(
            at_once=CONNECTIONS,
            answer_s=file_timeout_s,
            most_bytes=most_bytes,
            ca_file=ca_file,
            socket_options=socket_options,
        )

    def chunks(
        self,
        url: str,
        *,
        unless: str = "",
        heard: Callable[[Mapping[str, str]], None] | None = None,
    ) -> Generator[bytes]:
        """Yield a file's bytes as they arrive; where the line breaks, ask for the rest only.

        Args:
            url: where it is.
            unless: an ETag; the file is not wanted if this is still its.
            heard: told the headers of an answer with the file, names in lower case.
        Raises:
            UnchangedError: the ETag is still the file's.
            MissingError: the host has no such file (404, or 403 as file hosts have it).
            CertificateTimeError: only the date is wrong with the host's certificate.
            SourceError: the host cannot be reached, answers otherwise, or is too slow.
        """
        tries = _Tries(url, time.monotonic() + self._file_timeout_s)
        while True:
            try:
                for chunk in self._rest(url, tries.received, unless, heard):
                    tries.arrived(len(chunk))
                    yield chunk
            except urllib3.exceptions.HTTPError as error:
                if _is_of_certificate_time(error):
                    raise CertificateTimeError(
                        f"{url}: its certificate does not hold today by this device's clock"
                    ) from error
                self._sleep(tries.pause_after(error))
            else:
                return

    def close(self) -> None:
        """Close the connections, also of answers that nobody read to their end."""
        for response in tuple(self._unfinished):
            response.close()
        self._pool.clear()

    def status(self, url: str) -> int:
        """Return the status of a file, without the file (HEAD).

        Raises:
            SourceError: the host cannot be reached.
        """
        try:
            return self._pool.request("HEAD", url, redirect=False).status
        except urllib3.exceptions.HTTPError as error:
            raise SourceError(f"{url} could not be asked for: {error}") from error

    def _rest(
        self,
        url: str,
        start: int,
        unless: str,
        heard: Callable[[Mapping[str, str]], None] | None,
    ) -> Generator[bytes]:
        response = self._pool.request(
            "GET",
            url,
            headers={**self._pool.headers, **_wanting(start, unless)},
            preload_content=False,
            redirect=False,
        )
        self._unfinished.add(response)
        try:
            if unless and response.status == 304:
                raise UnchangedError(f"{url} is still the same")
            _refuse_other_than_ok(url, response)
            if heard is not None:
                heard({name.lower(): value for name, value in response.headers.items()})
            passed_over = start - _first_byte(url, response, start)
            is_empty = True
            # read1, not stream: it hands over what has arrived before a line breaks.
            while chunk := response.read1(CHUNK_BYTES):
                is_empty = False
                fresh = chunk[passed_over:]
                passed_over -= len(chunk) - len(fresh)
                if fresh:
                    yield fresh
            if is_empty and response.headers.get("Content-Length") != "0":
                # http.client takes a line that broke within the headers for their end.
                raise urllib3.exceptions.ProtocolError(f"{url} ended before it began")
        finally:
            # One that was not read to its end cannot be used for another file.
            if not response.closed:
                response.close()
            response.release_conn()
            self._unfinished.discard(response)


@dataclass(slots=True)
class _Tries:
    """How one file's fetching goes: bytes received, tries that brought none, when to give up."""

    url: str
    deadline: float
    received: int = 0
    barren: int = 0

    def arrived(self, count: int) -> None:
        self.received += count
        self.barren = 0
        if time.monotonic() > self.deadline:
            raise SourceError(f"{self.url} came too slowly and was given up")

    def pause_after(self, error: urllib3.exceptions.HTTPError) -> float:
        """Return how long to wait before the next try, in seconds.

        Raises:
            SourceError: the host cannot be reached, or tries or time are used up.
        """
        self.barren += 1
        longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**self.barren)
        # By chance, so that boxes that lost the same host do not all come back at once.
        pause = random.uniform(longest / 2, longest)  # noqa: S311 - nothing secret
        if time.monotonic() + pause > self.deadline:
            raise SourceError(f"{self.url} came too slowly and was given up") from error
        if self.barren > BARREN_TRIES or not self._is_worth_another(error):
            raise SourceError(f"{self.url} could not be fetched: {from_outside(error)}") from error
        return pause

    def _is_worth_another(self, error: urllib3.exceptions.HTTPError) -> bool:
        """Whether a line broke, rather than that nobody is there or that the answer is nonsense.

        Hosts close lines that were kept alive just as the next request is on its way: that is
        known only by the break, before any byte of an answer.
        """
        if isinstance(error, EndlessAnswerError):
            return False
        return self.received > 0 or isinstance(error, urllib3.exceptions.ProtocolError)


def _wanting(start: int, unless: str) -> dict[str, str]:
    """Return the headers that say which part of a file is wanted, or unless which one it is."""
    if start:
        return {"Range": f"bytes={start}-"}
    return {"If-None-Match": unless} if unless else {}


def _is_of_certificate_time(error: urllib3.exceptions.HTTPError) -> bool:
    """Whether a certificate is good but for its dates: OpenSSL's X509_V_ERR 9 and 10."""
    causes = error.args[:1]
    return any(
        isinstance(cause, ssl.SSLCertVerificationError) and cause.verify_code in (9, 10)
        for cause in causes
    )


def _refuse_other_than_ok(url: str, response: urllib3.BaseHTTPResponse) -> None:
    status = response.status
    if status in (403, 404):
        # Read the host's short page, so that the connection can be used again.
        page = response.read(CHUNK_BYTES, decode_content=False)
        raise MissingError(f"there is no {url}", status, len(page))
    if 300 <= status < 400:
        raise SourceError(f"{url} redirects elsewhere, which is never followed: {PERHAPS_LOGIN}")
    if status == HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED:
        raise SourceError(f"{url} was not reached: {PERHAPS_LOGIN}")
    if status not in (200, 206):
        raise SourceError(f"{url} was answered with HTTP status {status}")
    for header, plain in (("Content-Encoding", "identity"), ("Transfer-Encoding", "chunked")):
        found = response.headers.get(header, plain).strip().lower()
        if found != plain:
            # Unpacked, it would not be the bytes that were asked for; and it could grow.
            raise SourceError(f"{url} came with {header} {from_outside(found, 40)}, unasked")


def _first_byte(url: str, response: urllib3.BaseHTTPResponse, start: int) -> int:
    """Return which byte an answer begins with: hosts that know no Range begin anew."""
    if response.status == 200:
        return 0
    told = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if told is None and start:
        # Mostly the line broke within the headers.
        raise urllib3.exceptions.ProtocolError(f"{url} came without saying which part it is")
    if start == 0 or told is None or int(told[1]) > start:
        raise SourceError(f"{url} was answered with other bytes than were asked for")
    return int(told[1])
