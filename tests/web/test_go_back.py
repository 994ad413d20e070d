"""A release that loads and renders, and that the public process all the same cannot show."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from appliance.state.syncing import SyncFolder
from tests.conftest import Helppoint, Server
from tests.content import light_tree


def test_the_box_goes_back_by_itself_and_visitors_notice_nothing(tmp_path: Path) -> None:
    box = Helppoint.new(tmp_path, light_tree())
    (box.home / "run" / "sync").mkdir(parents=True)
    with box.serving() as server:
        assert _health(server)["release"] == 1
        box.publisher.pack({**light_tree(), "README.md": b"Two."})
        # Asked nowhere: on a laptop nobody listens where the box's own process would.
        assert box.run("sync", str(box.publisher.repository)).returncode == 0
        (home,) = (box.home / "store" / "sites").glob("r2-1/pages/en/index.html")
        home.write_bytes(b"")
        assert "Content release 1" in _read(server, "/en/")
        refused = _health(server)["refused"]
        assert isinstance(refused, dict)
        assert refused["site"] == "r2-1"
        with (box.home / "helppoint.toml").open("a") as file:
            port = urlsplit(server.url).port
            file.write(f'port = {port}\nruntime = "{box.home / "run"}"\n')
        done = box.run("sync", str(box.publisher.repository))
        assert done.returncode == 1
        assert "release 2 could not be shown, so release 1 is shown again" in done.stderr
        health = _health(server)
        assert (health["release"], health["refused"]) == (1, None)
    told = SyncFolder(box.home / "run" / "sync").told()
    assert told is not None
    assert (told.state, "release 1 is shown again" in told.words) == ("failed", True)
    # Only something newer is taken from now on.
    again = box.run("sync", str(box.publisher.repository))
    assert (again.returncode, "rolled back here" in again.stderr) == (0, True)


def _read(server: Server, path: str) -> str:
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    connection.request("GET", path)
    body = connection.getresponse().read().decode()
    connection.close()
    return body


def _health(server: Server) -> dict[str, object]:
    found: dict[str, object] = json.loads(_read(server, "/healthz"))
    return found
