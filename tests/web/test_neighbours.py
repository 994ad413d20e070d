"""The listener for other boxes, as systemd runs it: exactly what is on offer, whoever asks how."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPConnection, HTTPResponse
from io import BytesIO
from pathlib import Path

import pytest

from appliance.sync.offered import Offered
from appliance.web.neighbours import Answer, is_welcome, part_of
from tests.conftest import START_LIMIT_S, Helppoint
from tests.content import tree_saying
from tests.neighbour import handed
from tests.publisher import Publisher, files_in
from tests.sync.device import Box

# Half of what systemd lets it open, and less than it lets it take (helppoint-neighbour.service).
MOST_OPEN_FILES, MOST_MEMORY_KB = 1_000, 90_000
TIMESTAMP = "/metadata/timestamp.json"


@dataclass(frozen=True)
class Neighbour:
    """A box that shares its content on a port of this machine."""

    box: Box
    publisher: Publisher
    port: int
    process: subprocess.Popen[str]

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
        line = HTTPConnection("127.0.0.1", self.port, timeout=START_LIMIT_S)
        line.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            line.putheader(name, value)
        line.endheaders()
        response = line.getresponse()
        body = response.read()
        line.close()
        return response, body

    def blob(self) -> str:
        blobs = (self.box.store.folder / "blobs").rglob("*.gz")
        largest = max(blobs, key=lambda path: path.stat().st_size)
        return "/" + largest.relative_to(self.box.store.folder).as_posix()


@pytest.fixture(scope="module")
def neighbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbour]:
    helppoint = Helppoint.new(tmp_path_factory.mktemp("neighbour"), tree_saying("One."))
    box = Box(helppoint.home, helppoint.publisher.anchor())
    box.sync(str(helppoint.publisher.repository))
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        handed(listener, helppoint.command("neighbours", "serve")) as process,
    ):
        yield Neighbour(box, helppoint.publisher, listener.getsockname()[1], process)


def test_another_box_shows_what_it_fetches_there(neighbour: Neighbour, tmp_path: Path) -> None:
    other = Box(tmp_path / "other", neighbour.box.anchor)
    other.sync(f"http://127.0.0.1:{neighbour.port}/")
    assert other.shown() == "1: One."
    # It could share it with a third, and has the word for sticks.
    assert (
        Offered(other.store, other.anchor).files()
        == Offered(neighbour.box.store, neighbour.box.anchor).files()
    )


def test_every_file_on_offer_is_served_as_the_publisher_made_it(neighbour: Neighbour) -> None:
    published = files_in(neighbour.publisher.repository)
    table = Offered(neighbour.box.store, neighbour.box.anchor).files()
    for path in (*table, neighbour.blob()[1:]):
        response, body = neighbour.ask(f"/{path}")
        assert (response.status, body) == (200, published[path])


def test_what_never_changes_may_be_kept_and_what_changes_not(neighbour: Neighbour) -> None:
    table = Offered(neighbour.box.store, neighbour.box.anchor).files()
    said = {path: neighbour.ask(f"/{path}")[0].headers["Cache-Control"] for path in table}
    changing = {path for path, caching in said.items() if "immutable" not in caching}
    assert changing == {"metadata/timestamp.json", "metadata/stick/timestamp.json"}
    assert neighbour.ask("/metadata/2.root.json")[0].headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/metadata",
        "/metadata/",
        "/metadata/2.root.json",
        "/metadata/root.json",
        "/metadata/core.json",
        "/metadata/root_history/1.root.json",
        "/blobs/",
        "/blobs/ab/",
        "/current.json",
        "/store/current.json",
        "/checked.json",
        "/lot",
        "/../current.json",
        "/metadata/../current.json",
        "/metadata/%2e%2e/current.json",
        "/blobs/../current.json",
        "/blobs/..%2fcurrent.json",
        "/./metadata/timestamp.json",
        "/metadata/timestamp.json/",
        "/metadata/timestamp.json%00",
        "/metadata/timestamp.json?x",
        "/metadata%5ctimestamp.json",
        "/METADATA/timestamp.json",
        "/en/",
        "/healthz",
        "/sites/r1-1/page",
        "*",
    ],
)
def test_no_other_path_leads_anywhere(neighbour: Neighbour, path: str) -> None:
    response, body = neighbour.ask(path)
    assert (response.status, body) == (404, b"Not Found\n")


def test_a_blob_is_asked_for_by_its_own_hash_in_its_own_folder(neighbour: Neighbour) -> None:
    blob = neighbour.blob()
    name = blob[-67:]
    for path in (blob.upper(), f"/blobs/00/{name}", f"/blobs/{name}", blob + ".new", blob[:-1]):
        assert neighbour.ask(path)[0].status == 404


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_what_is_no_file_in_a_blobs_place_is_not_there(neighbour: Neighbour, kind: str) -> None:
    name = sha256(kind.encode()).hexdigest()
    place = neighbour.box.store.folder / "blobs" / name[:2] / f"{name}.gz"
    place.parent.mkdir(exist_ok=True)
    if kind == "link":
        place.symlink_to("/etc/passwd")
    elif kind == "folder":
        place.mkdir()
    else:
        subprocess.run(["mkfifo", str(place)], check=True)
    assert neighbour.ask(f"/blobs/{name[:2]}/{name}.gz")[0].status == 404
    (place.rmdir if kind == "folder" else place.unlink)()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_nothing_but_reading_is_possible(neighbour: Neighbour, method: str) -> None:
    response, _ = neighbour.ask(TIMESTAMP, method)
    assert (response.status, response.headers["Allow"]) == (405, "GET, HEAD")


def test_head_says_the_same_without_the_bytes(neighbour: Neighbour) -> None:
    for path in (TIMESTAMP, neighbour.blob()):
        whole, body = neighbour.ask(path)
        head, nothing = neighbour.ask(path, "HEAD")
        assert (head.status, nothing) == (200, b"")
        assert head.headers["Content-Length"] == whole.headers["Content-Length"] == str(len(body))


def test_a_broken_line_goes_on_where_it_broke(neighbour: Neighbour) -> None:
    for path in (TIMESTAMP, neighbour.blob()):
        _, body = neighbour.ask(path)
        rest, got = neighbour.ask(path, Range="bytes=7-")
        assert (rest.status, got) == (206, body[7:])
        assert rest.headers["Content-Range"] == f"bytes 7-{len(body) - 1}/{len(body)}"
        assert neighbour.ask(path, Range="bytes=7-9")[1] == body[7:10]
        assert neighbour.ask(path, Range=f"bytes={len(body)}-")[0].status == 416


@pytest.mark.parametrize(
    ("wanted", "status", "body"),
    [
        ("", 200, b"0123456789"),
        ("bytes=0-", 206, b"0123456789"),
        ("bytes=3-99", 206, b"3456789"),
        ("bytes=9-9", 206, b"9"),
        ("bytes=10-", 416, b"Requested Range Not Satisfiable\n"),
        ("bytes=5-4", 416, b"Requested Range Not Satisfiable\n"),
        # Nobody here asks so: the whole file is a right answer.
        ("bytes=-3", 200, b"0123456789"),
        ("bytes=0-1,3-4", 200, b"0123456789"),
        ("lines=0-1", 200, b"0123456789"),
        ("bytes=99999999999999999-", 200, b"0123456789"),
    ],
)
def test_parts_of_a_file(wanted: str, status: int, body: bytes) -> None:
    answer = part_of(BytesIO(b"0123456789"), wanted, "")
    assert isinstance(answer, Answer)
    assert (answer.status, answer.body.read(answer.length)) == (status, body)


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("192.168.7.3", True),
        ("169.254.3.4", True),
        ("10.0.0.7", True),
        ("10.66.0.23", False),  # a phone on the hotspot
        ("81.2.3.4", False),  # the internet
        ("fe80::1", False),
        ("", False),
    ],
)
def test_only_a_librarys_network_is_answered(address: str, is_one: object) -> None:
    assert is_welcome(address) is is_one


def test_300_slow_clients_do_not_stop_it_nor_fill_it(neighbour: Neighbour, tmp_path: Path) -> None:
    """A third never ends its request, a third asks for large files and a third for small ones."""
    large, small = (_put(neighbour.box, size) for size in (3_000_000, 300))
    requests = [f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for path in (large, small)]
    attacks = [requests[0][:-2], requests[0] * 200, requests[1] * 1_000]
    with ExitStack() as lines:
        for number in range(300):
            line = lines.enter_context(socket.socket())
            # They take what fits in here, and no more.
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
            line.connect(("127.0.0.1", neighbour.port))
            line.sendall(attacks[number % 3])
        other = Box(tmp_path / "other", neighbour.box.anchor)
        other.sync(f"http://127.0.0.1:{neighbour.port}/")
        assert other.shown() == "1: One."
        assert _open_files(neighbour.process.pid) < MOST_OPEN_FILES
        assert _memory_kb(neighbour.process.pid) < MOST_MEMORY_KB


def test_who_asks_on_and_on_and_takes_nothing_holds_no_files_open(neighbour: Neighbour) -> None:
    request = f"GET {_put(neighbour.box, 100)} HTTP/1.1\r\n\r\n".encode()
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        line.connect(("127.0.0.1", neighbour.port))
        # Until the other end, too, has enough.
        line.settimeout(2)
        with suppress(OSError):
            while True:
                line.sendall(request * 50)
        assert _open_files(neighbour.process.pid) < 50


def _open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def _put(box: Box, size: int) -> str:
    """Put a blob of so many bytes in a box's store; returns its address."""
    data = os.urandom(size)
    name = sha256(data).hexdigest()
    path = f"blobs/{name[:2]}/{name}.gz"
    box.store.write_blob(path, data)
    return f"/{path}"


def _memory_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def test_nothing_is_written_or_said_about_anybody(helppoint: Helppoint) -> None:
    helppoint.run("sync", "--embedded")
    before = files_in(helppoint.home)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with handed(listener, helppoint.command("neighbours", "serve")) as process:
            box = Box(helppoint.home, helppoint.publisher.anchor())
            served = Neighbour(box, helppoint.publisher, port, process)
            for path in (TIMESTAMP, "/zebrafish", "/%ff"):
                served.ask(path, **{"User-Agent": "zebrafish"})
            with socket.create_connection(("127.0.0.1", port)) as line:
                line.sendall(b"zebrafish\r\n\r\n")
                line.recv(1_000)
            process.terminate()
            assert process.communicate(timeout=20)[0] == ""
    assert files_in(helppoint.home) == before


def test_without_a_socket_from_systemd_it_says_how_it_is_started(helppoint: Helppoint) -> None:
    done = helppoint.run("neighbours", "serve")
    assert done.returncode == 1
    assert "share_with_neighbours on" in done.stderr


def test_it_ends_when_nobody_asks_any_more(helppoint: Helppoint, tmp_path: Path) -> None:
    script = tmp_path / "serve.py"
    script.write_text(
        "import socket, sys\n"
        "from pathlib import Path\n"
        "from appliance.store.store import Store\n"
        "from appliance.sync.offered import Offered\n"
        "from appliance.web.neighbours import ContentForNeighbours, serve_neighbours\n"
        "store = Store(Path(sys.argv[1]))\n"
        "application = ContentForNeighbours(Offered(store, b''), store.folder)\n"
        "serve_neighbours(application, socket.socket(fileno=3), idle_s=0.2)\n"
    )
    python = helppoint.command()[0]
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        handed(listener, [python, str(script), str(tmp_path)]) as process,
    ):
        assert process.wait(timeout=START_LIMIT_S) == 0


def test_a_box_that_shows_nothing_yet_says_come_back_later(helppoint: Helppoint) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with handed(listener, helppoint.command("neighbours", "serve")) as process:
            box = Box(helppoint.home, helppoint.publisher.anchor())
            served = Neighbour(box, helppoint.publisher, port, process)
            assert served.ask(TIMESTAMP)[0].status == 503
            box.sync(str(helppoint.publisher.repository))
            assert served.ask(TIMESTAMP)[0].status == 200
