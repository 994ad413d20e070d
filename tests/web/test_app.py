"""The public listener as its visitors meet it: the whole application over a real socket."""

from __future__ import annotations

import json
import socket
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import quote, urlsplit

import pytest

from tests.conftest import Server


def ask(
    server: Server, path: str, method: str = "GET", **headers: str
) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=named)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_home_is_one_answer_at_the_bare_address(server: Server) -> None:
    response, body = ask(server, "/")
    assert response.status == 200
    assert b"What do you need?" in body
    assert "Accept-Language" in response.headers.get_all("Vary", [])
    assert body == ask(server, "/en/")[1]


@pytest.mark.parametrize("accepted", ["en-GB,en;q=0.9", "pl", "*", "", ";;;q=x", "xx-" * 5000])
def test_any_wish_for_a_language_is_answered(server: Server, accepted: str) -> None:
    response, body = ask(server, "/", Accept_Language=accepted)
    assert response.status == 200
    assert b'lang="en"' in body


def test_pages_come_compressed_to_those_who_can_read_it(server: Server) -> None:
    packed, short = ask(server, "/en/get-nhs-app", Accept_Encoding="gzip")
    plain, long = ask(server, "/en/get-nhs-app")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert plain.headers["Content-Encoding"] is None
    assert len(short) < len(long)
    assert "Accept-Encoding" in packed.headers["Vary"]


ANY_KIND = ["/", "/en/get-nhs-app", "/en/search?q=app", "/en/nope", "/healthz",
            "/en/handouts/before-you-start-a4.pdf"]  # fmt: skip


@pytest.mark.parametrize("path", ANY_KIND)
def test_every_answer_forbids_what_a_page_never_needs(server: Server, path: str) -> None:
    response, _ = ask(server, path)
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Set-Cookie"] is None
    assert response.headers["Server"] is None
    assert response.headers["Access-Control-Allow-Origin"] is None


def test_search_shows_what_was_asked_and_found(server: Server) -> None:
    response, body = ask(server, "/en/search?q=repeat+prescription")
    assert response.status == 200
    assert b'href="/en/repeat-prescriptions"' in body
    assert b'value="repeat prescription"' in body
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "query",
    ["", "q=", "q=" + "x" * 5000, "q=%00", "q=%ff", "q=a&q=b", "x=1", "q=" + quote("🙂<b>\"'")],
)
def test_whatever_is_searched_for_gets_a_page(server: Server, query: str) -> None:
    response, body = ask(server, f"/en/search?{query}")
    assert response.status == 200
    assert b"<b>" not in body.replace(b"<b>Call", b"")


def test_what_was_taken_for_a_slip_is_told_and_can_be_undone(server: Server) -> None:
    _, body = ask(server, "/en/search?q=perscription&page=1")
    assert "Showing results for “prescription”." in body.decode()
    assert b'href="search?q=perscription&amp;as-typed=1"' in body
    _, body = ask(server, "/en/search?q=perscription&as-typed=1")
    assert "Nothing found for “perscription”." in body.decode()


def test_who_finds_nothing_is_told_what_to_do(server: Server) -> None:
    _, body = ask(server, "/en/search?q=xyzzy")
    for help_ in (
        "Try another word",
        "Look through all guides",
        "Ask a member of staff",
        "call 111",
    ):
        assert help_ in body.decode()


def test_results_are_narrowed_by_plain_links(server: Server) -> None:
    _, body = ask(server, "/en/search?q=nhs+account")
    assert b'href="search?q=nhs+account&amp;topic=prescriptions"' in body
    _, body = ask(server, "/en/search?q=nhs+account&topic=prescriptions")
    assert b'aria-current="true">Prescriptions and medicines</a>' in body
    assert b'href="search?q=nhs+account">All topics</a>' in body


def test_many_results_come_in_pages(server: Server) -> None:
    _, first = ask(server, "/en/search?q=nhs")
    assert b'href="search?q=nhs&amp;page=2">Next</a>' in first
    _, second = ask(server, "/en/search?q=nhs&page=2")
    assert second.count(b'<li><a href="/en/')
    assert second != first


@pytest.mark.parametrize("how", ["page=0", "page=99", "page=x", "page=-1", "topic=nope", "topic="])
def test_a_wish_that_makes_no_sense_is_passed_over(server: Server, how: str) -> None:
    assert ask(server, f"/en/search?q=nhs&{how}")[1] == ask(server, "/en/search?q=nhs")[1]


def test_the_heaviest_page_of_results_fits_the_first_window(server: Server) -> None:
    for query in ("nhs", "the+and", "nhs+account+app+gp+surgery+password+help"):
        _, body = ask(server, f"/en/search?q={query}", Accept_Encoding="gzip")
        assert len(body) <= 13_300, query


def test_a_page_that_does_not_exist_offers_search(server: Server) -> None:
    response, body = ask(server, "/en/no-such-page")
    assert response.status == 404
    assert b"Page not found" in body
    assert b'action="/en/search"' in body


@pytest.mark.parametrize(
    "path",
    ["/../../etc/passwd", "/en/../../current.json", "/%2e%2e/site.json", "/en//", "//etc/passwd",
     "/en/%2e%2e/%2e%2e/site.json", "/site.json", "/search.db", "/en/\\..\\x", "/static/x",
     "/en/get-nhs-app.html.gz/x", "/xx/search?q=a", "/staff"],
)  # fmt: skip
def test_nothing_but_pages_is_served(server: Server, path: str) -> None:
    response, body = ask(server, path)
    assert response.status == 404
    assert b"root:" not in body
    assert b"content_security_policy" not in body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE", "PATCH"])
def test_nothing_can_be_sent(server: Server, method: str) -> None:
    for path in ("/en/search", "/healthz"):
        assert ask(server, path, method)[0].status in (404, 405)
    assert ask(server, "/en/get-nhs-app", method)[0].status == 405


def test_health_tells_version_and_release(server: Server) -> None:
    response, body = ask(server, "/healthz")
    assert response.status == 200
    facts = json.loads(body)
    assert facts["ready"] is True
    assert facts["release"] == 1
    assert facts["version"]


def test_a_visitor_who_is_cut_off_hurts_nobody(server: Server) -> None:
    address = (urlsplit(server.url).hostname, urlsplit(server.url).port)
    for sent in (
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\n",
        b"\x16\x03\x01\x02\x00",
        b"GET /\r\n\r\n",
    ):
        with socket.create_connection(address, timeout=5) as connection:
            connection.sendall(sent)
    assert ask(server, "/")[0].status == 200


def test_a_page_unchanged_is_not_sent_again(server: Server) -> None:
    response, _ = ask(server, "/en/get-nhs-app")
    again, body = ask(
        server, "/en/get-nhs-app", If_Modified_Since=response.headers["Last-Modified"]
    )
    assert (again.status, body) == (304, b"")
