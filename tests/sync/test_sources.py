from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.errors import SourceError
from appliance.sync.sources import FolderSource, HttpSource, open_source, read_all
from appliance.sync.web import MissingError, Web
from tests.origin import Origin, origin


def impatient(file_timeout_s: float = 30) -> Web:
    """A client that does not wait between its tries."""
    return Web(file_timeout_s=file_timeout_s, sleep=lambda _seconds: None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / "metadata").mkdir(parents=True)
    (folder / "metadata" / "timestamp.json").write_bytes(b"0123456789")
    return folder


@pytest.fixture
def web(folder: Path) -> Iterator[Origin]:
    with origin(folder) as running:
        yield running


def test_web_and_folder_give_the_same_bytes(folder: Path, web: Origin) -> None:
    for address in (web.url, web.url + "/", str(folder), f"file://{folder}"):
        source = open_source(address)
        assert read_all(source, "metadata/timestamp.json", 10) == b"0123456789"
        source.close()


def test_what_is_not_there_is_told_from_what_fails(folder: Path, web: Origin) -> None:
    for address in (web.url, str(folder)):
        source = open_source(address)
        with pytest.raises(MissingError, match=r"there is no .*2\.root\.json"):
            read_all(source, "metadata/2.root.json", 10)
        source.close()


def test_a_file_longer_than_signed_is_given_up(folder: Path, web: Origin) -> None:
    for address in (web.url, str(folder)):
        source = open_source(address)
        with pytest.raises(SourceError, match="goes on after the 9 bytes"):
            read_all(source, "metadata/timestamp.json", 9)
        source.close()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\n\r\n", "never followed"),
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "status 500"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234", "could not be fetched"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "could not be fetched"),
        (b"\x00\x01garbage\r\n\r\n", "could not be fetched"),
        (b"", "could not be fetched"),
    ],
)
def test_a_misbehaving_host_is_a_source_error(web: Origin, answer: bytes, said: str) -> None:
    web.faults["timestamp"] = answer
    source = HttpSource(web.url, impatient())
    with pytest.raises(SourceError, match=said):
        read_all(source, "metadata/timestamp.json", 100)
    source.close()


def test_a_host_that_is_not_there_is_a_source_error() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        source = HttpSource(f"http://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(SourceError, match="could not be fetched"):
            read_all(source, "a", 10)


def test_a_host_that_drips_is_given_up() -> None:
    """One byte at a time would pass every read's own time limit for ever."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                while not stop.wait(0.01):
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        where = f"http://127.0.0.1:{server.getsockname()[1]}"
        source = HttpSource(where, impatient(file_timeout_s=0.2))
        with pytest.raises(SourceError, match="too slowly"):
            read_all(source, "a", 1_000_000)
        stop.set()
        source.close()
        thread.join()


def test_one_connection_serves_many_files(web: Origin) -> None:
    source = HttpSource(web.url)
    for path in ("metadata/timestamp.json", "missing", "metadata/timestamp.json"):
        try:
            read_all(source, path, 10)
        except MissingError:
            continue
    pools = source._web._pool.pools
    assert sum(pools[key].num_connections for key in pools.keys()) == 1  # noqa: SIM118 - no iterator
    source.close()


def test_a_folder_that_was_pulled_out_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is not there any more"):
        read_all(FolderSource(tmp_path / "stick"), "metadata/timestamp.json", 10)


@pytest.mark.parametrize("link", ["metadata/timestamp.json", "metadata"])
def test_a_symbolic_link_out_of_the_folder_is_refused(tmp_path: Path, link: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "timestamp.json").write_text("secret")
    stick = tmp_path / "stick"
    (stick / link).parent.mkdir(parents=True)
    (stick / link).symlink_to(outside / "timestamp.json" if link.endswith("json") else outside)
    with pytest.raises(SourceError, match="symbolic link"):
        read_all(FolderSource(stick), "metadata/timestamp.json", 100)


def test_a_pipe_on_a_stick_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError, match="not an ordinary file"):
        read_all(FolderSource(tmp_path), "pipe", 100)


@pytest.mark.parametrize("address", ["ftp://example.org/", "javascript:alert(1)"])
def test_an_address_of_another_kind_is_refused(address: str) -> None:
    with pytest.raises(SourceError, match="give https"):
        open_source(address)
