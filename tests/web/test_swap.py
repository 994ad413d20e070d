"""New releases while people read: no request fails, and no answer is of two releases."""

from __future__ import annotations

import gzip
import re
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from io import BytesIO
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

import pikepdf

from appliance.catalogue.model import Catalogue
from appliance.release.manifest import Release
from appliance.site.render import render_site
from appliance.state.state import Settings
from appliance.store.store import Store
from appliance.sync.sources import FolderSource
from appliance.sync.trust import Trust
from appliance.sync.update import Device, update
from tests.catalogue.trees import GUIDE, good
from tests.conftest import Helppoint

SWAPS = 100
PDF = "/en/handouts/before-you-start-a4.pdf"
# Answered in waitress's loop, by WhiteNoise, by Flask with and without the index, and as they are.
PATHS = ("/en/get-nhs-app", "/", "/en/search?q=app", "/healthz", PDF, "/~large/en/", "/en/nowhere")
# What says of which release an answer is; the pages of a release name it at least once.
RELEASES = re.compile(r'edition (\d+)|Content release (\d+)|"release":(\d+)')
# So long a reader waits for an answer, and a swap for the readers, on a machine that is busy.
PATIENCE_S = 120


def test_no_request_fails_while_a_hundred_releases_are_swapped(tmp_path: Path) -> None:
    box = Helppoint.new(tmp_path, edition(1))
    with box.serving() as server:
        readers = [
            Reader(urlsplit(server.url).netloc, keeps_alive=keeps_alive, takes_gzip=takes_gzip)
            for keeps_alive in (True, False)
            for takes_gzip in (True, False)
        ]
        threads = [threading.Thread(target=reader.read_on) for reader in readers]
        for thread in threads:
            thread.start()
        try:
            for number in range(2, 2 + SWAPS):
                _show(box, number)
                for reader in readers:
                    reader.wait_for_next_answer()
        finally:
            for reader in readers:
                reader.stop.set()
            for thread in threads:
                thread.join()
    assert [wrong for reader in readers for wrong in reader.wrong] == []
    for reader in readers:
        # Each release was shown until every reader had begun and ended a request in it.
        assert {int(number) for number in reader.seen} >= set(range(2, 2 + SWAPS))


def edition(number: int) -> dict[str, bytes]:
    """A small content that says its number in the titles of its guide and its sheet."""
    tree = good()
    for path, title in ((GUIDE, b"Get the NHS App"), ("handouts.toml", b"Before you start")):
        new = title + f", edition {number}".encode()
        tree[path] = tree[path].replace(b'title = "' + title, b'title = "' + new)
    return tree


def _show(box: Helppoint, number: int) -> None:
    """Sync the next release; the process that serves is another."""
    publisher = box.publisher
    publisher.pack(edition(number))
    store = Store(box.home / "store")
    pointer = store.pointer()
    assert pointer is not None
    trust = Trust(publisher.anchor(), store.metadata, pointer.floor, datetime.now(UTC))
    shown = update(FolderSource(publisher.repository), trust, Device(store, _render, _tell))
    assert shown is not None
    assert shown.number == number


def _render(catalogue: Catalogue, release: Release, folder: Path) -> None:
    render_site(catalogue, release, Settings(), folder, _tell)


def _tell(_stage: str, _done: int, _total: int) -> None:
    """Nobody watches."""


@dataclass
class Reader:
    """Somebody who opens one address after the other, and what was wrong with the answers."""

    host: str
    keeps_alive: bool
    takes_gzip: bool
    stop: threading.Event = field(default_factory=threading.Event)
    wrong: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    _answers: int = 0
    _news: threading.Condition = field(default_factory=threading.Condition)

    def read_on(self) -> None:
        connection = HTTPConnection(self.host, timeout=PATIENCE_S)
        for path in cycle(PATHS):
            try:
                self._read(connection, path)
            except (OSError, HTTPException, ValueError) as error:
                self.wrong.append(f"{path}: {error!r}")
            if not self.keeps_alive:
                connection.close()
            with self._news:
                self._answers += 1
                self._news.notify_all()
            if self.stop.is_set():
                break
        connection.close()

    def wait_for_next_answer(self) -> None:
        """Wait until a request has begun and ended that had not begun when this was called."""
        with self._news:
            enough = self._answers + 2
            assert self._news.wait_for(lambda: self._answers >= enough, PATIENCE_S)

    def _read(self, connection: HTTPConnection, path: str) -> None:
        headers = {"Accept-Encoding": "gzip"} if self.takes_gzip else {}
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        body = response.read()
        if response.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        said = _title(body) if path == PDF else body.decode()
        releases = {next(filter(None, found)) for found in RELEASES.findall(said)}
        if response.status != (404 if path == "/en/nowhere" else 200) or len(releases) != 1:
            self.wrong.append(f"{path}: {response.status} {releases}")
        self.seen |= releases


def _title(pdf: bytes) -> str:
    with pikepdf.open(BytesIO(pdf)) as document:
        return str(document.docinfo["/Title"])
