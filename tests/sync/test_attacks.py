"""What an origin, or whoever stands between it and a box, can do without any of our keys.

After every attack: the same is shown, the floor stands, nothing is half-written, and the next sync
from an honest source works. The whole list, with the attacks that need keys: docs/threats.md.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.errors import ApplianceError, SourceError, TrustError
from appliance.sync.sources import HttpSource
from appliance.sync.web import MOST_ANSWER_BYTES, PERHAPS_LOGIN, Web
from tests.hostile_origin import Answer, Asked, HostileOrigin, Line, honest, ok
from tests.links.host import certificate, serving_with
from tests.origin import origin
from tests.sync.scene import Scene

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
HTML = b"<!DOCTYPE html><html><title>Welcome to our Wi-Fi</title></html>"
# What a kernel takes in before a reader asks for it (net.ipv4.tcp_rmem), with room.
IN_FLIGHT_BYTES = 8_000_000
# An attack that drips ends with this; others never come near it.
BRIEF_S, LONG_S = 0.4, 30.0
BOMB = gzip.compress(bytes(50_000_000), 9)


def must_withstand(scene: Scene, hostile: HostileOrigin, limit_s: float = LONG_S) -> ApplianceError:
    """Sync from it; whatever it does, nothing may change. Returns what was said of it."""
    said = scene.must_refuse(_source(hostile.url, limit_s))
    assert hostile.most_sent() < MOST_ANSWER_BYTES + IN_FLIGHT_BYTES
    return said


def _source(url: str, limit_s: float = LONG_S) -> HttpSource:
    return HttpSource(url, Web(file_timeout_s=limit_s, sleep=lambda _seconds: None))


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


@pytest.fixture
def hostile(scene: Scene) -> Iterator[HostileOrigin]:
    with HostileOrigin(scene.publisher.repository).running() as running:
        yield running


def first(given: bytes, then: bytes = b"") -> Answer:
    """Send something once, then something else for as long as it is taken."""

    def answer(_asked: Asked, _body: bytes | None, line: Line) -> None:
        line.send(given)
        if then:
            line.send_for_ever(then)

    return answer


def drip(given: bytes, then: bytes) -> Answer:
    """Send something once, then something else bit by bit, never pausing long."""

    def answer(_asked: Asked, _body: bytes | None, line: Line) -> None:
        line.send(given)
        line.send_for_ever(then, pause_s=0.01)

    return answer


def changed(change: Callable[[bytes, Asked], bytes]) -> Answer:
    """Answer as an honest host would that had something else."""

    def answer(asked: Asked, body: bytes | None, line: Line) -> None:
        honest(asked, change(body or b"{}", asked), line)

    return answer


ENDLESS = {
    "a body without a length": first(OK + b"\r\n", b"{" * 10_000),
    "a body of a petabyte": first(OK + b"Content-Length: 1000000000000000\r\n\r\n", b"{" * 10_000),
    "chunks": first(CHUNKED, b"2710\r\n" + b"{" * 10_000 + b"\r\n"),
    "a chunk's size": first(CHUNKED, b"0" * 10_000),
    "trailers": first(CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-A: b\r\n" * 1_000),
    "headers": first(OK, b"X-A: b\r\n" * 1_000),
    "one header": first(OK + b"X-A: ", b"b" * 10_000),
    "a status line": first(b"HTTP/1.1 200 ", b"OK" * 5_000),
    "interim answers": first(b"", b"HTTP/1.1 100 Continue\r\nX-A: b\r\n\r\n" * 200),
    "empty lines": first(b"", b"\r\n" * 5_000),
    "the page of a 404": first(b"HTTP/1.1 404 Not Found\r\n\r\n", b"<p>" * 3_000),
}

SLOW = {
    "nothing at all": drip(b"", b""),
    "a body": drip(OK + b"Content-Length: 1000000\r\n\r\n", b"{"),
    "a status line": drip(b"", b"H"),
    "a header": drip(OK + b"X-A: ", b"b"),
    "interim answers": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a chunk's size": drip(CHUNKED, b"0"),
    "trailers": drip(CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-A: b\r\n"),
    "the page of a 404": drip(b"HTTP/1.1 404 Not Found\r\nContent-Length: 9999\r\n\r\n", b"x"),
}

FALSE = {
    "flipped bit": changed(lambda body, _: body[:-9] + bytes([body[-9] ^ 1]) + body[-8:]),
    "another flipped bit each time": changed(
        lambda body, asked: (
            body[: asked.times] + bytes([body[asked.times] ^ 1]) + body[asked.times + 1 :]
        )
    ),
    "nothing": changed(lambda _body, _: b""),
    "other content": changed(lambda _body, _: b'{"signed": {}, "signatures": []}'),
    "deep nesting": changed(lambda _body, _: b"[" * 15_000),
    "bytes that are no text": changed(lambda _body, _: b'{"\xff\xfe": "\xed\xa0\x80"}'),
    "a longer file": changed(lambda body, _: body + b"}" * 20_000),
    "a shorter file": changed(lambda body, _: body[:-1]),
}

ODD = {
    "a length too short": first(OK + b"Content-Length: 5\r\n\r\n" + b'{"signed"'),
    "a length too long": first(OK + b'Content-Length: 500\r\n\r\n{"signed"'),
    "two lengths": first(OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
    "a length below nothing": first(OK + b"Content-Length: -5\r\n\r\n{}"),
    "a length with an escape": first(OK + b"Content-Length: \x1b[2J5, 6\r\n\r\n{}"),
    "a length and chunks": first(
        OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}"
    ),
    "chunks cut short": first(CHUNKED + b"2\r\n{"),
    "5,000 headers": first(OK + b"X-A: b\r\n" * 5_000 + b"Content-Length: 2\r\n\r\n{}"),
    "a packed body": first(ok(gzip.compress(b"{}"), "Content-Encoding: gzip")),
    "a zip bomb": first(ok(BOMB, "Content-Encoding: gzip")),
    "a body packed many times": first(ok(BOMB, "Content-Encoding: gzip, gzip, gzip")),
    "an encoding with an escape": first(ok(b"{}", "Content-Encoding: \x1b]0;owned\x07")),
    "a packed transfer": first(OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + BOMB[:5_000]),
    "a part that was not asked for": first(
        ok(b"{}", "Content-Range: bytes 0-1/2", status="206 Partial Content")
    ),
    "no answer": first(b""),
    "a break in the head": first(OK[:11]),
    "zeros": first(b"\x00" * 3_000),
    "escapes": first(b"\x1b[31mHTTP/1.1 200 OK\x1b[0m\r\n\r\n"),
    "a reason with escapes": first(ok(b"", status="500 \x1b[2J\x1b[31mrm -rf")),
    "HTTP 0.9": first(b'{"signed": {}}'),
    "HTTP 9.9": first(b"HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
    "TLS in place of HTTP": first(b"\x15\x03\x03\x00\x02\x02\x28"),
    **{
        f"status {status}": first(ok(b"{}", status=f"{status} Whatever"))
        for status in (101, 103, 201, 204, 300, 304, 400, 401, 416, 418, 429, 500, 503, 999)
    },
}


def test_an_honest_answer_of_the_hostile_origin_is_taken(
    scene: Scene, hostile: HostileOrigin
) -> None:
    """Or every test below would pass for the wrong reason."""
    scene.box.sync(_source(hostile.url))
    assert scene.box.shown() == "2: Two."


@pytest.mark.parametrize("place", ["2.root", "timestamp", "core", "release", "shard", "blob"])
@pytest.mark.parametrize("what", ["a body without a length", "a body of a petabyte", "chunks"])
def test_endless_data_is_read_no_further_than_its_limit_in_every_place(
    scene: Scene, hostile: HostileOrigin, place: str, what: str
) -> None:
    hostile.answers[scene.place(place)] = ENDLESS[what]
    must_withstand(scene, hostile)


@pytest.mark.parametrize("place", ["timestamp", "blob"])
@pytest.mark.parametrize("what", ENDLESS)
def test_an_answer_without_end_is_given_up(
    scene: Scene, hostile: HostileOrigin, place: str, what: str
) -> None:
    hostile.answers[scene.place(place)] = ENDLESS[what]
    must_withstand(scene, hostile)


@pytest.mark.parametrize("what", ["a body of a petabyte", "headers", "chunks"])
def test_a_false_word_for_sticks_holds_nobody_up(
    scene: Scene, hostile: HostileOrigin, what: str
) -> None:
    """It is only kept for others, who judge it themselves."""
    hostile.answers["metadata/stick/"] = ENDLESS[what]
    scene.box.sync(_source(hostile.url))
    assert scene.box.shown() == "2: Two."
    assert hostile.most_sent() < MOST_ANSWER_BYTES + IN_FLIGHT_BYTES


@pytest.mark.parametrize("place", ["timestamp", "blob"])
@pytest.mark.parametrize("what", SLOW)
def test_an_answer_that_drips_is_given_up(
    scene: Scene, hostile: HostileOrigin, place: str, what: str
) -> None:
    """Each byte comes well before a read's own limit, and there is no end to them."""
    hostile.answers[scene.place(place)] = SLOW[what]
    complaint = must_withstand(scene, hostile, BRIEF_S)
    assert "too slowly" in str(complaint)


@pytest.mark.parametrize("place", ["timestamp", "snapshot", "core", "release", "shard", "blob"])
@pytest.mark.parametrize("what", FALSE)
def test_false_bytes_are_refused_in_every_place(
    scene: Scene, hostile: HostileOrigin, place: str, what: str
) -> None:
    hostile.answers[scene.place(place)] = FALSE[what]
    must_withstand(scene, hostile)


@pytest.mark.parametrize("place", ["timestamp", "blob"])
@pytest.mark.parametrize("what", ODD)
def test_an_odd_answer_is_refused(
    scene: Scene, hostile: HostileOrigin, place: str, what: str
) -> None:
    hostile.answers[scene.place(place)] = ODD[what]
    must_withstand(scene, hostile)


@pytest.mark.parametrize("place", ["timestamp", "blob"])
def test_a_packed_answer_is_refused_even_if_it_is_right(
    scene: Scene, hostile: HostileOrigin, place: str
) -> None:
    """After a break its bytes would not be those that are asked for."""

    def answer(_asked: Asked, body: bytes | None, line: Line) -> None:
        line.send(ok(gzip.compress(body or b""), "Content-Encoding: gzip"))

    hostile.answers[scene.place(place)] = answer
    assert "Content-Encoding gzip, unasked" in str(must_withstand(scene, hostile))


@pytest.mark.parametrize(
    ("place", "status"),
    [("2.root", 302), ("release", 302), ("blob", 302), ("timestamp", 301), ("timestamp", 303),
     ("timestamp", 307), ("timestamp", 308)],
)  # fmt: skip
def test_a_redirect_is_never_followed_not_even_to_what_is_right(
    scene: Scene, hostile: HostileOrigin, place: str, status: int
) -> None:
    with origin(scene.publisher.repository) as elsewhere:
        where = f"Location: {elsewhere.url}/{scene.place(place)}"
        hostile.answers[scene.place(place)] = first(ok(b"", where, status=f"{status} Over there"))
        complaint = must_withstand(scene, hostile)
        assert elsewhere.paths == []
    assert "never followed" in str(complaint)


PAGES = [
    ok(HTML, "Content-Type: text/html"),
    ok(b"\xef\xbb\xbf \r\n<html>"),
    ok(HTML, status="511 Network Authentication Required"),
    ok(HTML, "Location: http://login.example/", status="302 Found"),
]


@pytest.mark.parametrize(
    ("place", "page"),
    [*(("timestamp", page) for page in PAGES),
     *((place, PAGES[0]) for place in ("2.root", "core", "release", "blob"))],
)  # fmt: skip
def test_a_log_in_page_is_told_from_an_attack(
    scene: Scene, hostile: HostileOrigin, place: str, page: bytes
) -> None:
    hostile.answers[scene.place(place)] = first(page)
    complaint = must_withstand(scene, hostile)
    assert isinstance(complaint, SourceError)
    assert PERHAPS_LOGIN in str(complaint)


@pytest.mark.parametrize(
    "lie",
    ["Content-Range: bytes x-y/z", "X-No: range",
     "Content-Range: bytes 999999999999999999-1/1", "Content-Range: \x1b[2J bytes 0-1/2"],
)  # fmt: skip
def test_a_lie_about_which_part_comes_after_a_break_is_refused(
    scene: Scene, hostile: HostileOrigin, lie: str
) -> None:
    def answer(asked: Asked, body: bytes | None, line: Line) -> None:
        if asked.start == 0:
            line.send(ok(body or b"")[:-20])
        else:
            line.send(ok(b"x" * 20, lie, status="206 Partial Content"))

    hostile.answers[scene.place("blob")] = answer
    assert re.search("other bytes|which part", str(must_withstand(scene, hostile)))


def test_the_rest_of_another_file_after_a_break_is_refused(
    scene: Scene, hostile: HostileOrigin
) -> None:
    def answer(asked: Asked, body: bytes | None, line: Line) -> None:
        whole = body or b""
        if asked.start == 0:
            line.send(ok(whole)[:-20])
        else:
            honest(asked, whole[: asked.start] + bytes(len(whole) - asked.start), line)

    hostile.answers[scene.place("blob")] = answer
    complaint = must_withstand(scene, hostile)
    assert isinstance(complaint, TrustError)


def test_a_host_that_breaks_off_again_and_again_without_a_byte_is_given_up(
    scene: Scene, hostile: HostileOrigin
) -> None:
    def answer(asked: Asked, body: bytes | None, line: Line) -> None:
        line.send(ok(body or b"")[:60] if asked.start == 0 else b"")

    hostile.answers[scene.place("blob")] = answer
    must_withstand(scene, hostile)
    assert len(hostile.paths) < 20


def _http_1_0(asked: Asked, body: bytes | None, line: Line) -> None:
    status = "404 Not Found" if body is None else "200 OK"
    line.send(f"HTTP/1.0 {status}\r\n\r\n".encode() + (body or b"")[0:])
    assert asked.start == 0


def test_a_host_of_http_1_0_is_as_good_as_any(scene: Scene, hostile: HostileOrigin) -> None:
    hostile.answers[""] = _http_1_0
    scene.box.sync(_source(hostile.url))
    assert scene.box.shown() == "2: Two."


def test_a_host_that_hangs_up_on_kept_lines_is_asked_again(
    scene: Scene, hostile: HostileOrigin
) -> None:
    hostile.hangs_up = True
    scene.box.sync(_source(hostile.url))
    assert scene.box.shown() == "2: Two."


def _web_believing(file: Path, limit_s: float) -> Web:
    return Web(file_timeout_s=limit_s, ca_file=file, sleep=lambda _seconds: None)


@pytest.mark.parametrize("what", ["a body", "a header", "interim answers"])
def test_an_answer_that_drips_over_tls_is_given_up(scene: Scene, tmp_path: Path, what: str) -> None:
    keys = scene.publisher.keys
    file = certificate(keys, "127.0.0.1")
    host = HostileOrigin(scene.publisher.repository, tls=serving_with(file))
    host.answers["timestamp"] = SLOW[what]
    with host.running(), pytest.raises(SourceError, match="too slowly"):
        scene.box.sync(HttpSource(host.url, _web_believing(file, BRIEF_S)))
    assert scene.box.shown() == "1: One."


def test_an_endless_answer_over_tls_is_given_up(scene: Scene) -> None:
    file = certificate(scene.publisher.keys, "127.0.0.1")
    host = HostileOrigin(scene.publisher.repository, tls=serving_with(file))
    host.answers["timestamp"] = ENDLESS["interim answers"]
    with host.running(), pytest.raises(SourceError, match="goes on after"):
        scene.box.sync(HttpSource(host.url, _web_believing(file, LONG_S)))
    assert host.most_sent() < MOST_ANSWER_BYTES + IN_FLIGHT_BYTES


def test_a_certificate_of_another_name_is_refused(scene: Scene) -> None:
    file = certificate(scene.publisher.keys, "127.0.0.2")
    host = HostileOrigin(scene.publisher.repository, tls=serving_with(file))
    with host.running(), pytest.raises(SourceError, match="could not be fetched"):
        scene.box.sync(HttpSource(host.url, _web_believing(file, LONG_S)))
    assert host.paths == []
