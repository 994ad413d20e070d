"""Visits to a real host on loopback that misbehaves in every way we know of."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.links.verdict import judge
from appliance.links.visit import Manners, Visit, Visitor
from tests.links.host import Host, Reply, certificate, host, serving_with

HASTY = Manners(pause_s=0, connect_s=2, read_s=0.3, body_s=0.5, max_bytes=20_000)


@pytest.fixture
def web() -> Iterator[Host]:
    with host() as running:
        yield running


def _visit(web: Host, path: str) -> Visit:
    return Visitor(HASTY).visit(web.url + path)


def test_page_that_is_there_answers_after_head_and_get(web: Host) -> None:
    web.replies["/a"] = Reply()
    visit = _visit(web, "/a")
    assert judge(visit).kind == "ok"
    assert [step.status for step in visit.steps] == [200]
    assert web.asked == [("HEAD", "/a"), ("GET", "/a")]


def test_we_say_who_we_are(web: Host) -> None:
    web.replies["/a"] = Reply()
    _visit(web, "/a")
    assert all(agent.startswith("helppoint-link-check/") for agent in web.agents)


def test_file_that_is_no_page_is_not_fetched(web: Host) -> None:
    web.replies["/a.pdf"] = Reply(kind="application/pdf")
    assert judge(_visit(web, "/a.pdf")).kind == "ok"
    assert web.asked == [("HEAD", "/a.pdf")]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 501])
def test_host_that_refuses_head_is_asked_with_get(web: Host, status: int) -> None:
    web.replies["/a"] = Reply(head=status)
    assert judge(_visit(web, "/a")).kind == "ok"


def test_host_that_hangs_on_head_is_asked_with_get(web: Host) -> None:
    web.replies["/a"] = Reply(delay_s=0.5)
    slow = _visit(web, "/a")
    assert [method for method, _ in web.asked] == ["HEAD", "GET"]
    assert slow.failure == "it did not answer in time"


@pytest.mark.parametrize(("status", "kind"), [
    (404, "dead"), (410, "dead"), (500, "dead"), (403, "unsure"), (429, "unsure"), (503, "unsure"),
])  # fmt: skip
def test_status_decides(web: Host, status: int, kind: str) -> None:
    web.replies["/a"] = Reply(status)
    assert (judge(_visit(web, "/a")).kind, _visit(web, "/a").steps[-1].status) == (kind, status)


def test_redirects_are_followed_and_every_step_is_kept(web: Host) -> None:
    web.replies["/a"] = Reply(301, location="/b/")
    web.replies["/b/"] = Reply(302, location=f"{web.url}/c/d")
    web.replies["/c/d"] = Reply()
    visit = _visit(web, "/a")
    assert [(step.url.removeprefix(web.url), step.status) for step in visit.steps] == [
        ("/a", 301), ("/b/", 302), ("/c/d", 200),
    ]  # fmt: skip
    assert judge(visit).kind == "moved"
    assert judge(visit).message == f"It moved for good (301 -> 302): write {web.url}/c/d."


def test_five_redirects_are_followed_and_a_sixth_is_not(web: Host) -> None:
    for number in range(7):
        web.replies[f"/x/{number}"] = Reply(302, location=f"/x/{number + 1}")
    web.replies["/x/7"] = Reply()
    assert judge(_visit(web, "/x/2")).kind == "ok"
    assert _visit(web, "/x/1").failure == "it redirects more than 5 times"


def test_redirects_in_a_ring_end(web: Host) -> None:
    web.replies["/a"] = Reply(302, location="/a")
    assert judge(_visit(web, "/a")).kind == "dead"
    assert len(web.asked) == 6


@pytest.mark.parametrize(
    "location", ["ftp://a.uk/", "javascript:alert(1)", "https://[", "file:///"]
)
def test_redirect_to_no_web_address_is_dead(web: Host, location: str) -> None:
    web.replies["/a"] = Reply(302, location=location)
    assert "which is no web address" in _visit(web, "/a").failure


def test_page_that_only_says_it_is_missing_is_dead(web: Host) -> None:
    web.replies["/a"] = Reply(body=b"<title>Sorry</title><h1 class=x>Page <i>not</i> found</h1>")
    assert judge(_visit(web, "/a")).message == 'It answers with a page called "Page not found".'


def test_redirect_to_another_domain_is_noticed(web: Host) -> None:
    web.replies["/a"] = Reply(301, location=f"http://localhost:{web.port}/b")
    web.replies["/b"] = Reply()
    verdict = judge(_visit(web, "/a"))
    assert verdict.kind == "domain"
    assert "localhost" in verdict.message


def test_long_page_is_read_only_in_part(web: Host) -> None:
    web.replies["/a"] = Reply(body=b"<title>A</title>" + b"x" * 5_000_000)
    visit = _visit(web, "/a")
    assert len(visit.page) == HASTY.max_bytes
    assert judge(visit).kind == "ok"


def test_page_that_drips_is_read_for_a_while_only() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        visitor, begun = Visitor(HASTY), time.monotonic()
        visit = _drip(server, visitor)
    assert time.monotonic() - begun < 5
    assert visit.steps[-1].status == 200


def _drip(server: socket.socket, visitor: Visitor) -> Visit:
    import threading

    stop = threading.Event()

    def serve() -> None:
        for _ in range(2):
            connection, _ = server.accept()
            with connection:
                request = connection.recv(4000)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
                                   b"Content-Length: 9999\r\n\r\n")  # fmt: skip
                while request.startswith(b"GET") and not stop.wait(0.02):
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        return

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        return visitor.visit(f"http://127.0.0.1:{server.getsockname()[1]}/a")
    finally:
        stop.set()
        thread.join()


def test_answer_that_is_none_is_dead(web: Host) -> None:
    web.replies["/a"] = Reply(is_broken=True)
    assert _visit(web, "/a").failure == "the answer broke off or is no answer of a web server"


def test_host_that_is_not_there_is_dead() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        visit = Visitor(HASTY).visit(f"http://127.0.0.1:{unused.getsockname()[1]}/")
    assert visit.failure == "the host does not accept connections"
    assert judge(visit).kind == "dead"


@pytest.mark.parametrize(("name", "days", "is_known", "said"), [
    ("127.0.0.1", 30, False, "self-signed certificate"),
    ("127.0.0.1", -1, True, "certificate has expired"),
    ("other.example", 30, True, "IP address mismatch"),
])  # fmt: skip
def test_what_is_wrong_with_a_certificate_is_named(
    tmp_path: Path, name: str, days: int, is_known: bool, said: str
) -> None:
    file = certificate(tmp_path, name, days=days)
    with host(serving_with(file)) as web:
        web.replies["/"] = Reply()
        visit = Visitor(HASTY, str(file) if is_known else None).visit(web.url + "/")
    assert visit.failure.startswith("its certificate is not good (")
    assert said in visit.failure
    assert "_ssl" not in visit.failure


def test_good_certificate_is_fine(tmp_path: Path) -> None:
    file = certificate(tmp_path, "127.0.0.1")
    with host(serving_with(file)) as web:
        web.replies["/"] = Reply()
        assert judge(Visitor(HASTY, str(file)).visit(web.url + "/")).kind == "ok"


def test_a_host_has_a_pause_between_requests(web: Host) -> None:
    web.replies["/a"] = Reply()
    visitor = Visitor(Manners(pause_s=0.15))
    visitor.visit(web.url + "/a")
    visitor.visit(web.url + "/a")
    waits = [begun - ended for ended, begun in zip(web.ended, web.begun[1:], strict=False)]
    assert len(waits) == 3
    assert min(waits) > 0.1
