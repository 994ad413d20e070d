"""Content from other boxes: after the origins, the newest there is, and whatever the others do."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from urllib.parse import urlsplit

import pytest

from appliance.cli.device import Box
from appliance.config import Config, read_config
from appliance.errors import NoSourceError, SourceError
from appliance.release.layout import TIMESTAMP_DAYS
from appliance.sync.neighbours import NeighbourSource
from appliance.sync.sources import Source
from appliance.sync.web import Web
from tests.conftest import Helppoint
from tests.content import CONTENT
from tests.faults.deeds import tree_of
from tests.origin import origin
from tests.publisher import SIGNED_AT, Publisher, days_later, files_in

NOBODY = "http://127.0.0.1:9/"


class Liar(ThreadingTCPServer):
    """Begins every answer well and goes on with `chunk` every `pause_s` seconds, without end."""

    daemon_threads = True

    def __init__(self, chunk: bytes, pause_s: float) -> None:
        super().__init__(("127.0.0.1", 0), _Lie)
        self.chunk, self.pause_s = chunk, pause_s
        self.stopping = threading.Event()


class _Lie(BaseRequestHandler):
    def handle(self) -> None:
        liar = self.server
        assert isinstance(liar, Liar)
        self.request.recv(1_000)
        try:
            self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n")
            while not liar.stopping.wait(liar.pause_s):
                self.request.sendall(liar.chunk)
        except OSError:
            return


@contextmanager
def lying(chunk: bytes, pause_s: float) -> Iterator[str]:
    with Liar(chunk, pause_s) as liar:
        thread = threading.Thread(target=liar.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{liar.server_address[1]}/"
        finally:
            liar.stopping.set()
            liar.shutdown()
            thread.join()


def at(url: str, file_timeout_s: float = 60) -> NeighbourSource:
    port = urlsplit(url).port
    assert port is not None
    patient = Web(file_timeout_s=file_timeout_s, sleep=lambda _seconds: None)
    return NeighbourSource("127.0.0.1", patient, port)


def box_of(helppoint: Helppoint, *neighbours: str | NeighbourSource, **changes: object) -> Box:
    config = read_config(helppoint.home)
    fields = {"home": config.home, "embedded": config.embedded, "wired_interface": "eth0"}

    def look_around(card: str) -> Iterable[Source]:
        assert card == "eth0"
        return (at(each) if isinstance(each, str) else each for each in neighbours)

    config = Config(**{**fields, **changes})  # type: ignore[arg-type]  # by name
    return Box(config, look_around=look_around)


def shown(box: Box) -> int:
    pointer = box.store.pointer()
    assert pointer is not None
    return int(pointer.floor["release"])


def little(word: str) -> dict[str, bytes]:
    """As small a content as pages can be made of."""
    return {**tree_of(word), "helplines.toml": (CONTENT / "helplines.toml").read_bytes()}


@pytest.fixture
def new(tmp_path: Path) -> Helppoint:
    """A box with release 1, as small as can be; its publisher has release 2."""
    helppoint = Helppoint.new(tmp_path, little("one"))
    box_of(helppoint).import_embedded()
    shutil.copytree(helppoint.publisher.repository, helppoint.home.parent / "first")
    helppoint.publisher.pack(little("two"))
    return helppoint


def test_whatever_the_others_do_the_good_neighbours_release_is_shown(
    new: Helppoint, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    stranger = Publisher.new(tmp_path / "stranger")
    stranger.pack(little("lies"))
    stranger.pack(little("more"))
    with (
        origin(stranger.repository) as forged,
        origin(tmp_path / "first") as stale,
        origin(tmp_path / "nothing") as empty,
        origin(new.publisher.repository) as good,
        lying(b"x" * 65_536, 0) as endless,
        lying(b"x", 0.1) as slow,
    ):
        others = (forged.url, endless, NOBODY, stale.url, at(slow, 1), empty.url)
        box = box_of(new, *others, good.url, origins=(NOBODY,))
        assert box.sync_from_anybody((), SIGNED_AT, only_neighbours=False) == ""
    assert shown(box) == 2
    checked = box.store.last_check()
    assert checked is not None
    assert checked["outcome"] == "ok"
    said = capfd.readouterr().err
    assert "a neighbour is not signed by us" in said
    assert said.count("Trying the next neighbour") == 5


def test_after_a_forged_neighbour_nothing_is_changed(new: Helppoint, tmp_path: Path) -> None:
    stranger = Publisher.new(tmp_path / "stranger")
    stranger.pack(little("lies"))
    stranger.pack(little("more"))
    before = files_in(new.home)
    with origin(stranger.repository) as forged:
        box = box_of(new, forged.url)
        with pytest.raises(NoSourceError):
            box.sync_from_anybody((), SIGNED_AT, only_neighbours=True)
    after = files_in(new.home)
    del after["store/lock"]
    before.pop("store/lock", None)
    assert after == before


def test_the_newest_of_all_neighbours_is_shown(new: Helppoint, tmp_path: Path) -> None:
    shutil.copytree(new.publisher.repository, tmp_path / "second")
    new.publisher.pack(little("three"))
    with (
        origin(tmp_path / "second") as older,
        origin(new.publisher.repository) as newest,
        origin(tmp_path / "first") as same,
    ):
        box = box_of(new, same.url, older.url, newest.url, older.url)
        box.sync_from_anybody((), SIGNED_AT, only_neighbours=True)
    assert shown(box) == 3


def test_what_ran_out_is_not_taken_from_a_neighbour(new: Helppoint) -> None:
    with origin(new.publisher.repository) as expired:
        box = box_of(new, expired.url)
        with pytest.raises(NoSourceError):
            box.sync_from_anybody((), days_later(TIMESTAMP_DAYS + 1), only_neighbours=True)
    assert shown(box) == 1


def test_neighbours_are_not_asked_where_an_origin_answers(new: Helppoint) -> None:
    with origin(new.publisher.repository) as answers, origin(new.home) as neighbour:
        box = box_of(new, neighbour.url, origins=(NOBODY, answers.url))
        assert box.sync_from_anybody((), SIGNED_AT, only_neighbours=False) == answers.url
        assert neighbour.paths == []
    assert shown(box) == 2


def test_that_neighbours_know_nothing_new_does_not_hide_that_the_origin_fails(
    new: Helppoint, tmp_path: Path
) -> None:
    with origin(tmp_path / "first") as same:
        box = box_of(new, same.url, origins=(NOBODY,))
        with pytest.raises(SourceError, match=r"127\.0\.0\.1"):
            box.sync_from_anybody((), SIGNED_AT, only_neighbours=False)
        checked = box.store.last_check()
        assert checked is not None
        assert checked["outcome"].startswith("failed")
        # Without an origin their word is as good as it gets.
        lonely = box_of(new, same.url)
        assert lonely.sync_from_anybody((), SIGNED_AT, only_neighbours=False) == ""
        checked = lonely.store.last_check()
        assert checked is not None
        assert checked["outcome"] == "ok"


def test_a_source_that_was_named_is_the_only_one_asked(new: Helppoint) -> None:
    with origin(new.publisher.repository) as neighbour:
        box = box_of(new, neighbour.url)
        with pytest.raises(SourceError, match="not a folder"):
            box.sync_from_anybody(("/no/such/stick",), SIGNED_AT, only_neighbours=False)
        assert neighbour.paths == []


def test_phones_are_never_asked(new: Helppoint) -> None:
    def look_around(card: str) -> Iterable[Source]:
        raise AssertionError(card)

    on_the_phones_side = box_of(new, wired_interface="wlan0").config
    box = Box(on_the_phones_side, look_around=look_around)
    with pytest.raises(NoSourceError):
        box.sync_from_anybody((), SIGNED_AT, only_neighbours=False)


def test_where_neighbours_are_is_written_nowhere(
    new: Helppoint, capfd: pytest.CaptureFixture[str]
) -> None:
    with origin(new.publisher.repository) as good, lying(b"x", 0.1) as slow:
        box = box_of(new, at(slow, 1), good.url, at(slow, 1))
        box.sync_from_anybody((), SIGNED_AT, only_neighbours=False)
    kept = b"".join(files_in(new.home / "store").values())
    said = capfd.readouterr()
    for place in (good.url, slow, "127.0.0.1"):
        assert place.encode() not in kept
        assert place not in said.err + said.out
