"""Lines that break where it is hardest to see: before a byte came, and within the headers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from appliance.errors import SourceError
from appliance.sync.web import BARREN_TRIES, Web

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
WHOLE = HEAD + b"0123456789"
PART = b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 4-9/10\r\nContent-Length: 6\r\n\r\n"


class Host:
    """Answers one connection after the other with raw bytes, then hangs up."""

    def __init__(self, answers: Sequence[bytes]) -> None:
        self.asked: list[bytes] = []
        self._answers = answers
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def answer(self) -> None:
        for answer in self._answers:
            connection, _ = self._listener.accept()
            with connection:
                self.asked.append(connection.recv(10_000))
                connection.sendall(answer)

    @contextmanager
    def running(self) -> Iterator[Host]:
        thread = threading.Thread(target=self.answer, daemon=True)
        thread.start()
        with self._listener:
            yield self


def _web(pauses: list[float] | None = None) -> Web:
    return Web(sleep=(pauses if pauses is not None else []).append)


def _read(*answers: bytes) -> bytes:
    with Host(answers).running() as host:
        web = _web()
        try:
            return b"".join(web.chunks(f"{host.url}/file"))
        finally:
            web.close()


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"HTTP/1.",
        b"HTTP/1.1 20",
        b"HTTP/1.1 200 OK",
        b"HTTP/1.1 200 OK\r\nServer: x\r\nCont",
        b"HTTP/1.1 200 OK\r\nServer: x\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1",
        HEAD,
    ],
)
def test_a_line_that_breaks_before_the_first_byte_is_tried_again(broken: bytes) -> None:
    assert _read(broken, WHOLE) == b"0123456789"


@pytest.mark.parametrize("broken", [b"HTTP/1.1 206 Partial Content\r\n", PART[:60], PART])
def test_a_line_that_breaks_again_goes_on_where_it_was(broken: bytes) -> None:
    assert _read(HEAD + b"0123", broken, PART + b"456789") == b"0123456789"


def test_a_line_that_breaks_each_time_is_given_up() -> None:
    with pytest.raises(SourceError, match="could not be fetched"):
        _read(*[HEAD] * (BARREN_TRIES + 1))


def test_a_host_that_is_not_there_is_not_waited_for() -> None:
    """Another source may be."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/file"
    pauses: list[float] = []
    web = _web(pauses)
    with pytest.raises(SourceError, match="could not be fetched"):
        list(web.chunks(url))
    assert pauses == []


def test_a_file_that_is_said_to_be_empty_is_empty() -> None:
    assert _read(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") == b""
