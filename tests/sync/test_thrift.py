"""When there is nothing new a host is asked for little, and nothing is believed on its word."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from appliance.errors import SourceError, TrustError
from appliance.release.keyfile import read_public
from tests.bench.meter import Meter, metering
from tests.ceremony import Society
from tests.content import real_tree, tree_saying
from tests.origin import Origin, origin
from tests.publisher import Publisher, days_later
from tests.sync.device import Box

TIMESTAMP = "metadata/timestamp.json"
NEXT_ROOT, WORD = "/metadata/2.root.json", "/metadata/timestamp.json"
# The issue's own bound, both ways, all headers included.
MAX_BYTES, MAX_REQUESTS = 1_000, 2


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    publisher = Publisher.new(tmp_path)
    publisher.pack(real_tree())
    return publisher


@pytest.fixture
def web(publisher: Publisher) -> Iterator[Origin]:
    with origin(publisher.repository) as running:
        yield running


@pytest.fixture
def box(publisher: Publisher, web: Origin, tmp_path: Path) -> Box:
    box = Box(tmp_path / "box", publisher.anchor())
    assert box.sync(web.url)
    web.paths.clear()
    return box


def _word(web: Origin, tag: str) -> bytes:
    """What a host that knows ETags sends for timestamp.json."""
    body = (web.folder / TIMESTAMP).read_bytes()
    head = f"HTTP/1.1 200 OK\r\nETag: {tag}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _same(tag: str) -> bytes:
    return f"HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\n\r\n".encode()


def _known_by_tag(box: Box, web: Origin, tag: str = '"1"') -> None:
    """Let the box hear once what the host calls today's timestamp.json."""
    web.faults[TIMESTAMP] = _word(web, tag)
    assert box.sync(web.url) is None
    web.etags.clear()


def test_nothing_new_is_two_requests_and_less_than_a_kilobyte(box: Box, web: Origin) -> None:
    """At a plain http.server, which knows no ETags and has a long page for a missing file."""
    with metering(int(web.url.rpartition(":")[2])) as meter:
        url = f"http://127.0.0.1:{meter.port}"
        box.sync(url)
        before = _counted(meter)
        assert box.sync(url) is None
        requests, count = (now - then for now, then in zip(_counted(meter), before, strict=True))
    assert requests == MAX_REQUESTS
    assert count <= MAX_BYTES


def _counted(meter: Meter) -> tuple[int, int]:
    return meter.requests, meter.bytes_up + meter.bytes_down


def test_a_next_root_is_seen_where_only_its_absence_was_asked_for(tmp_path: Path) -> None:
    society = Society.new(tmp_path / "society", real_tree())
    box = Box(tmp_path / "box", society.anchor())
    with origin(society.repository) as web:
        box.sync(web.url)
        assert box.sync(web.url) is None
        society.stage().keys("root", [read_public(society.make_key("dora"))], ["cleo"])
        society.sign("ann", "bob", "dora")
        society.finish()
        box.sync(web.url)
    pointer = box.store.pointer()
    assert pointer is not None
    assert pointer.floor["root"] == 2


def test_a_host_that_knows_no_head_is_asked_again_by_get(box: Box, web: Origin) -> None:
    web.knows_head = False
    assert box.sync(web.url) is None
    assert web.paths == [NEXT_ROOT, NEXT_ROOT, WORD]


def test_a_host_whose_head_hides_the_next_root_is_believed_only_until_it_harms(
    tmp_path: Path,
) -> None:
    society = Society.new(tmp_path / "society", real_tree())
    box = Box(tmp_path / "box", society.anchor())
    repository = society.repository
    with origin(repository) as web:
        box.sync(web.url)
        shutil.move(society.folder / "online", tmp_path / "stolen")
        shutil.copytree(tmp_path / "stolen", society.folder / "online")
        society.make_key("online/new")
        new = read_public(society.folder / "online" / "new.pub")
        for role in ("timestamp", "snapshot"):
            society.stage().keys(role, [new], ["online"])
        society.sign("ann", "bob")
        society.finish(online=["online/new"])
        hidden = repository / "metadata" / "2.root.json"
        web.hidden_from_head.add(hidden.name)
        with pytest.raises(TrustError):
            box.sync(web.url)
        box.sync(web.url)
    pointer = box.store.pointer()
    assert pointer is not None
    assert pointer.floor["root"] == 2


def test_what_the_host_calls_the_same_is_not_sent_again(box: Box, web: Origin) -> None:
    _known_by_tag(box, web)
    web.faults[TIMESTAMP] = _same('"1"')
    assert box.sync(web.url) is None
    assert web.etags == ['"1"']


def test_something_new_is_shown_at_once_though_the_old_was_known(
    box: Box, web: Origin, publisher: Publisher
) -> None:
    _known_by_tag(box, web)
    publisher.pack(tree_saying("Something new."))
    web.faults[TIMESTAMP] = _word(web, '"2"')
    assert box.sync(web.url)
    assert box.shown() == "2: Something new."


def test_the_same_for_ever_is_refused_when_it_has_expired(box: Box, web: Origin) -> None:
    _known_by_tag(box, web)
    web.faults[TIMESTAMP] = _same('"1"')
    box.now = days_later(61)
    with pytest.raises(TrustError, match="out of date"):
        box.sync(web.url)


@pytest.mark.parametrize("kept", [b"", b"{}"])
def test_what_was_damaged_here_is_asked_for_whole(box: Box, web: Origin, kept: bytes) -> None:
    _known_by_tag(box, web)
    (box.store.metadata / "timestamp.json").write_bytes(kept)
    assert box.sync(web.url) is None
    assert "".join(web.etags) == ""


def test_what_is_the_same_although_nobody_asked_is_refused(box: Box, web: Origin) -> None:
    web.faults[TIMESTAMP] = _same('"1"')
    with pytest.raises(SourceError, match="redirects elsewhere"):
        box.sync(web.url)


def test_after_any_failure_everything_is_asked_for_whole(box: Box, web: Origin) -> None:
    _known_by_tag(box, web)
    web.faults[TIMESTAMP] = b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(SourceError, match="500"):
        box.sync(web.url)
    web.etags.clear()
    web.faults.clear()
    assert box.sync(web.url) is None
    # Two requests by GET, and neither names an ETag.
    assert web.etags == ["", ""]


@pytest.mark.parametrize(
    "told",
    [
        "Last-Modified: Sun, 22 Nov 2026 09:00:00 GMT\r\nDate: Sun, 22 Nov 2026 09:00:00 GMT",
        "Last-Modified: Sun, 22 Nov 2026 09:00:00 GMT",
        "Last-Modified: yesterday\r\nDate: Sun, 22 Nov 2026 09:00:00 GMT",
    ],
)
def test_an_etag_from_the_second_of_writing_is_not_remembered(
    box: Box, web: Origin, told: str
) -> None:
    """In that second another file may get the same one."""
    body = (web.folder / TIMESTAMP).read_bytes()
    head = f'HTTP/1.1 200 OK\r\nETag: "1"\r\n{told}\r\nContent-Length: {len(body)}\r\n\r\n'
    web.faults[TIMESTAMP] = head.encode() + body
    box.sync(web.url)
    web.etags.clear()
    box.sync(web.url)
    assert "".join(web.etags) == ""


@pytest.mark.parametrize("tag", ['"a b"', "no-quotes", f'"{"x" * 101}"', '"é"'])
def test_an_etag_that_is_none_is_not_remembered(box: Box, web: Origin, tag: str) -> None:
    web.faults[TIMESTAMP] = _word(web, tag)
    box.sync(web.url)
    web.etags.clear()
    box.sync(web.url)
    assert "".join(web.etags) == ""


def test_an_older_word_with_an_older_date_is_noticed(
    box: Box, web: Origin, publisher: Publisher, tmp_path: Path
) -> None:
    """Hosts call what is older than If-Modified-Since not modified: so that is never asked."""
    old = tmp_path / "old.json"
    shutil.copy2(publisher.repository / TIMESTAMP, old)
    long_ago = datetime(2020, 1, 1).timestamp()  # noqa: DTZ001 - any moment in the past
    os.utime(old, (long_ago, long_ago))
    publisher.pack(tree_saying("Something new."))
    box.sync(web.url)
    shutil.copy2(old, publisher.repository / TIMESTAMP)
    with pytest.raises(TrustError):
        box.sync(web.url)


@pytest.mark.parametrize("harm", ["", "[]", '{"x": 1}', '{"%s": {"etag": 1}}', "[" * 100_000])
def test_a_damaged_memory_of_hosts_is_as_none(box: Box, web: Origin, harm: str) -> None:
    (box.store.folder / "hosts.json").write_text(harm.replace("%s", web.url))
    assert box.sync(web.url) is None
    assert web.paths == [NEXT_ROOT, WORD]


def test_no_more_than_eight_hosts_are_remembered(box: Box, web: Origin) -> None:
    for number in range(9):
        box.sync(f"{web.url}{'/' * (number + 1)}")
    hosts = json.loads((box.store.folder / "hosts.json").read_text())
    assert len(hosts) == 8
    assert web.url not in hosts
