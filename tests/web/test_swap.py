"""A new release while people read: no request fails, no answer is of two releases."""

from __future__ import annotations

import re
import threading
from http.client import HTTPConnection
from urllib.parse import urlsplit

from tests.conftest import Helppoint
from tests.content import tree_saying

SWAPS = 4
READERS = 4


def test_no_request_fails_while_releases_are_swapped(helppoint: Helppoint) -> None:
    with helppoint.serving() as server:
        _show(helppoint, 2)
        reading = _Reading(server.url)
        readers = [threading.Thread(target=reading.go) for _ in range(READERS)]
        for reader in readers:
            reader.start()
        for release in range(3, 3 + SWAPS):
            _show(helppoint, release)
        reading.stop.set()
        for reader in readers:
            reader.join()
    assert reading.wrong == []
    assert len(reading.seen) > 1
    assert reading.seen <= {str(release) for release in range(2, 3 + SWAPS)}


def _show(helppoint: Helppoint, release: int) -> None:
    helppoint.publisher.pack(tree_saying(f"Words of {release}."))
    done = helppoint.run("sync", str(helppoint.publisher.repository))
    assert done.returncode == 0, done.stderr


class _Reading:
    """What readers saw until they were told to stop."""

    def __init__(self, url: str) -> None:
        self.stop = threading.Event()
        self.wrong: list[str] = []
        self.seen: set[str] = set()
        self._host = urlsplit(url).netloc

    def go(self) -> None:
        connection = HTTPConnection(self._host, timeout=20)
        while not self.stop.is_set():
            for path in ("/en/get-nhs-app", "/", "/en/search?q=app"):
                connection.request("GET", path)
                response = connection.getresponse()
                self._judge(path, response.status, response.read().decode())
        connection.close()

    def _judge(self, path: str, status: int, body: str) -> None:
        releases = set(re.findall(r"Content release (\d+)", body))
        if path == "/en/get-nhs-app":
            releases |= set(re.findall(r"Words of (\d+)", body))
        if status != 200 or len(releases) != 1:
            self.wrong.append(f"{path}: {status} {releases}")
        self.seen |= releases
