from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from appliance.hotspot import probe
from appliance.hotspot.probe import MAX_BYTES, TIMESTAMP, Answer, Prober, Site, judge
from appliance.hotspot.uplink import Cause
from tests.links.host import Host, Reply, certificate, host, serving_with

SIGNED = json.dumps({"signatures": [{"sig": "x"}], "signed": {"_type": "timestamp"}}).encode()
HTML = b"<!doctype html><title>Welcome to Oak Library Wi-Fi</title>"
PLAIN, SECURE = "http://content.example/t.json", "https://content.example/t.json"
NO_SITE = Site("127.0.0.1", 1, 1)


@pytest.mark.parametrize(
    ("answer", "over_http", "over_https"),
    [
        (Answer(200, body=SIGNED), Cause.ORIGIN, Cause.ORIGIN),
        (Answer(200, kind="text/html", body=HTML), Cause.SIGN_IN, Cause.ODD_ANSWER),
        (Answer(200, kind="text/plain", body=b"\n <HTML>"), Cause.SIGN_IN, Cause.ODD_ANSWER),
        (Answer(511, body=HTML), Cause.SIGN_IN, Cause.ODD_ANSWER),
        (Answer(302, "http://wifi.example/login"), Cause.SIGN_IN, Cause.ODD_ANSWER),
        (Answer(307, "/login"), Cause.SIGN_IN, Cause.ODD_ANSWER),
        (Answer(303, "https://wifi.example/"), Cause.SIGN_IN, Cause.ODD_ANSWER),
        (Answer(302, "https://[oops/"), Cause.SIGN_IN, Cause.ODD_ANSWER),
        (Answer(301, SECURE), Cause.ODD_ANSWER, Cause.ODD_ANSWER),
        (Answer(404, kind="text/html", body=HTML), Cause.ODD_ANSWER, Cause.ODD_ANSWER),
        (Answer(503, kind="text/html", body=HTML), Cause.ODD_ANSWER, Cause.ODD_ANSWER),
        (Answer(200, body=b"{}"), Cause.ODD_ANSWER, Cause.ODD_ANSWER),
        (Answer(200, body=b"[" * 100_000), Cause.ODD_ANSWER, Cause.ODD_ANSWER),
        (Answer(200, body=SIGNED[:-3]), Cause.ODD_ANSWER, Cause.ODD_ANSWER),
        (
            Answer(200, body=b'{"signatures": [1], "signed": []}'),
            Cause.ODD_ANSWER,
            Cause.ODD_ANSWER,
        ),
        (Answer(204), Cause.ODD_ANSWER, Cause.ODD_ANSWER),
    ],
)
def test_what_an_answer_means(answer: Answer, over_http: Cause, over_https: Cause) -> None:
    assert judge(PLAIN, answer) is over_http
    # Behind a good certificate it is the content's host itself that says so.
    assert judge(SECURE, answer) is over_https


@pytest.fixture
def web() -> Iterator[Host]:
    with host() as running:
        yield running


def test_content_that_is_there_is_the_proof_and_nothing_else_is_asked(web: Host) -> None:
    web.replies[f"/hp/{TIMESTAMP}"] = Reply(body=SIGNED, kind="application/json")
    for origin in (f"{web.url}/hp", f"{web.url}/hp/"):
        assert Prober(site=NO_SITE).probe([origin, f"{web.url}/other"]) is Cause.ORIGIN
    assert set(web.asked) == {("GET", f"/hp/{TIMESTAMP}")}


def test_the_second_origin_counts_when_the_first_is_gone(web: Host) -> None:
    web.replies[f"/hp/{TIMESTAMP}"] = Reply(body=SIGNED, kind="application/json")
    assert Prober(site=NO_SITE).probe(["http://127.0.0.1:1/", f"{web.url}/hp"]) is Cause.ORIGIN


def test_a_redirect_is_not_followed(web: Host) -> None:
    web.replies[f"/{TIMESTAMP}"] = Reply(302, location=f"{web.url}/login")
    web.replies["/login"] = Reply()
    assert Prober(site=NO_SITE).probe([web.url]) is Cause.SIGN_IN
    assert [path for _, path in web.asked] == [f"/{TIMESTAMP}"]


def test_where_no_origin_answers_the_site_is_greeted_and_its_certificate_must_be_good(
    tmp_path: Path,
) -> None:
    file = certificate(tmp_path, "127.0.0.1")
    with host(serving_with(file)) as secure:
        site = Site("127.0.0.1", int(secure.url.rsplit(":", 1)[1]), 1)
        trusting = ssl.create_default_context(cafile=str(file))
        assert Prober(trusting, site).probe(["http://127.0.0.1:1/"]) is Cause.SITE
        assert Prober(trusting, site).probe([]) is Cause.SITE
        assert Prober(site=site).probe([]) is Cause.CERTIFICATE
        # What went wrong with the content comes first.
        assert Prober(site=site).probe(["http://127.0.0.1:1/"]) is Cause.NO_ANSWER
        assert secure.asked == []


def test_a_sign_in_page_is_found_by_plain_http_where_tls_leads_nowhere(web: Host) -> None:
    site = Site("127.0.0.1", 1, int(web.url.rsplit(":", 1)[1]))
    web.replies["/"] = Reply(302, location="http://wifi.example/login")
    assert Prober(site=site).probe(["https://127.0.0.1:1/"]) is Cause.SIGN_IN
    assert Prober(site=site).probe([]) is Cause.SIGN_IN
    web.replies["/"] = Reply(301, location="https://127.0.0.1/")
    assert Prober(site=site).probe(["https://127.0.0.1:1/"]) is Cause.NO_ANSWER


def test_a_wrong_certificate_of_the_origin_is_named(tmp_path: Path) -> None:
    with host(serving_with(certificate(tmp_path, "127.0.0.1"))) as secure:
        assert Prober(site=NO_SITE).probe([secure.url]) is Cause.CERTIFICATE


@contextmanager
def raw(*pieces: bytes, pause_s: float = 0.0) -> Iterator[str]:
    """A host that sends `pieces` to each visitor, the last again and again; yields its address."""
    ends = threading.Event()

    def serve(line: socket.socket) -> None:
        with line:
            waiting = list(pieces)
            try:
                while not ends.wait(pause_s):
                    line.sendall(waiting.pop(0) if len(waiting) > 1 else waiting[0])
            except OSError:
                pass

    def accept() -> None:
        while True:
            line, _ = listener.accept()
            if ends.is_set():
                line.close()
                return
            threading.Thread(target=serve, args=(line,)).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        ends.set()
        socket.create_connection(listener.getsockname()).close()
        thread.join()


def test_an_endless_answer_is_cut_short() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
    with raw(head + SIGNED[:-1], b" " * MAX_BYTES) as origin:
        assert Prober(site=NO_SITE).probe([origin]) is Cause.ODD_ANSWER


@pytest.mark.parametrize("begun", [b"HTTP/1.1 200 OK\r\nX-Wait: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_an_answer_that_drips_is_given_up(begun: bytes) -> None:
    with raw(begun, b"x", pause_s=0.3) as origin:
        assert ask_as_the_box_does(origin) == "slow"


def ask_as_the_box_does(*origins: str) -> str:
    command = [sys.executable, "-I", "-m", "appliance.hotspot.probe", *origins]
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    assert time.monotonic() - began < probe.TOTAL_S + 30
    return done.stdout.strip()


def test_the_program_says_one_word(web: Host) -> None:
    web.replies[f"/{TIMESTAMP}"] = Reply(body=SIGNED, kind="application/json")
    assert ask_as_the_box_does(web.url) == "origin"
