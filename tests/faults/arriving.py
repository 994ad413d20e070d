"""Deeds of a box that is fed over the network, or from a stick that lay in a drawer for long."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from appliance.errors import TrustError
from appliance.sync.export import export
from appliance.sync.sources import FolderSource, HttpSource
from appliance.sync.trust import Trust
from appliance.sync.update import update
from tests.faults.deeds import Deed, OfABox, Update
from tests.publisher import days_later


class NetworkUpdate(Update):
    """A newer release is brought in over HTTP, from a host that is a program of its own."""

    calls: tuple[str, ...] = ("socket", "connect", "sendto", "recvfrom")
    # What is written, and so what lacks space, is the same as from a folder.
    faults: tuple[str, ...] = ("signal=KILL", "error=EIO")
    # One file after the other, so that a call's number says which call it is.
    at_once = 1

    def __init__(self) -> None:
        self._url = ""

    @contextmanager
    def around(self, prepared: Path) -> Iterator[None]:
        repository = str(prepared / "repository")
        words = ["-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", repository]
        host = subprocess.Popen(
            [sys.executable, "-u", *words, "--protocol", "HTTP/1.1"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert host.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:\d+", host.stdout.readline())
            assert found is not None
            self._url = found[0]
            yield
        finally:
            host.kill()
            host.communicate()

    def do(self, folder: Path) -> None:
        source = HttpSource(self._url)
        source.at_once = self.at_once
        try:
            update(source, self.box(folder).trust(), self.device(folder))
        finally:
            source.close()


class NetworkUpdateAtOnce(NetworkUpdate):
    """The same with several files at once: a fault meets each thread at its call of that number."""

    at_once = 4
    calls = ()
    faults = ("signal=KILL",)


class OldStick(OfABox):
    """A stick whose word has expired is let in: staff said so. It is written as any update is."""

    faults = ("signal=KILL",)

    def prepare(self, folder: Path) -> None:
        super().prepare(folder)
        other = self.box(folder / "other", folder)
        device = self.device(folder / "other", folder)
        update(FolderSource(folder / "repository"), other.trust(), device)
        export(other.store, other.anchor, folder / "stick", lambda *_: None)
        late = self.box(folder)
        late.now = days_later(400)
        with pytest.raises(TrustError, match="out of date"):
            update(FolderSource(folder / "stick"), late.trust(), self.device(folder))

    def do(self, folder: Path) -> None:
        box = self.box(folder)
        pointer = box.store.pointer()
        assert pointer is not None
        # As `sync STICK --accept-expired`: judged by the newest word that this box has heard.
        known = datetime.fromisoformat(pointer.signed_at)
        trust = Trust(box.anchor, box.store.metadata, pointer.floor, known)
        update(FolderSource(folder / "stick"), trust, self.device(folder))

    def complaints(self, folder: Path, *, is_done: bool) -> Iterator[str]:
        yield from super().complaints(folder, is_done=is_done)
        pointer = self.box(folder).store.pointer()
        if pointer is None or pointer.floor["release"] < (2 if is_done else 1):
            yield "the floor of versions is lost"


DEEDS: tuple[Deed, ...] = (NetworkUpdate(), NetworkUpdateAtOnce(), OldStick())
