"""One request to a server on this machine."""

from __future__ import annotations

import gzip
import http.client
import socket
from collections.abc import Mapping
from dataclasses import dataclass

HOST = "127.0.0.1"
TIMEOUT_S = 20
ACCEPT_GZIP = {"Accept-Encoding": "gzip"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `body` as it was sent, `text` unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_gzip(self) -> bool:
        """Whether the body is compressed."""
        return self.headers.get("content-encoding") == "gzip"

    @property
    def text(self) -> bytes:
        """The body as it was before it was compressed."""
        return gzip.decompress(self.body) if self.is_gzip else self.body


def get(port: int, path: str) -> Answer:
    """Ask for a path, compressed if the server can."""
    connection = http.client.HTTPConnection(HOST, port, timeout=TIMEOUT_S)
    try:
        return ask(connection, path)
    finally:
        connection.close()


def ask(connection: http.client.HTTPConnection, path: str) -> Answer:
    """Ask for a path on a connection that stays open."""
    connection.request("GET", path, headers=ACCEPT_GZIP)
    response = connection.getresponse()
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, response.read())


def is_answering(port: int) -> bool:
    """Whether anything listens on the port."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        number: int = probe.getsockname()[1]
        return number
