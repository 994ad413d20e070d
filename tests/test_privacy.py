"""Nothing about any person, on disk or in a log: a box is used, stopped and searched."""

from __future__ import annotations

import subprocess
from http.client import HTTPConnection
from urllib.parse import urlsplit

from tests.conftest import Helppoint

SECRET = "zebrafish"
AGENT = "Mozilla/5.0 (VisitorPhone 77)"


def test_a_used_box_holds_no_trace_of_who_used_it_for_what(helppoint: Helppoint) -> None:
    with helppoint.serving() as server:
        connection = HTTPConnection(urlsplit(server.url).netloc, timeout=10)
        for path in (f"/en/search?q={SECRET}", "/en/account-safety", f"/en/{SECRET}", "/healthz",
                     f"/en/search?q={SECRET}+%00", f"/{SECRET}/search?q=a"):  # fmt: skip
            for _ in range(4):
                connection.request("GET", path, headers={"User-Agent": AGENT})
                connection.getresponse().read()
        client_port = str(connection.sock.getsockname()[1])
        connection.close()
        server.process.terminate()
        said = "".join(server.process.communicate(timeout=20))
    kept = {
        path: path.read_bytes()
        for path in helppoint.home.rglob("*")
        if path.is_file() and "sites" not in path.parts and "blobs" not in path.parts
    }
    for trace in (SECRET, "VisitorPhone", client_port):
        assert trace not in said
        assert not [path for path, data in kept.items() if trace.encode() in data]
    # Opened 4 times: under the smallest count that is ever written down.
    assert not [
        path for path, data in kept.items() if b"account-safety" in data and "state" in str(path)
    ]


def test_a_request_that_breaks_is_logged_without_what_was_asked(helppoint: Helppoint) -> None:
    helppoint.run("sync", "--embedded")
    (index,) = helppoint.home.glob("store/sites/*/search.db")
    index.write_bytes(b"damaged")
    with helppoint.serving() as server:
        connection = HTTPConnection(urlsplit(server.url).netloc, timeout=10)
        connection.request("GET", f"/en/search?q={SECRET}", headers={"User-Agent": AGENT})
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        server.process.terminate()
        said = "".join(server.process.communicate(timeout=20))
    assert response.status == 500
    assert "Something went wrong" in body
    assert "Traceback" not in body
    assert "DatabaseError" in said
    assert SECRET not in said
    assert "VisitorPhone" not in said


def test_counts_of_five_and_more_are_kept_without_anything_else(helppoint: Helppoint) -> None:
    with helppoint.serving() as server:
        connection = HTTPConnection(urlsplit(server.url).netloc, timeout=10)
        for _ in range(6):
            connection.request("GET", "/en/account-safety", headers={"User-Agent": AGENT})
            connection.getresponse().read()
        connection.close()
        server.process.terminate()
        server.process.wait(timeout=20)
    shown = helppoint.run("counts")
    assert isinstance(shown, subprocess.CompletedProcess)
    (line,) = shown.stdout.splitlines()
    assert line.split()[1:] == ["6", "/en/account-safety"]


def test_only_words_of_the_dictionary_are_counted_and_only_by_the_week(
    helppoint: Helppoint,
) -> None:
    """No page has these: a name, a made-up word, a number, and a word of the dictionary."""
    asked = ("Gwendolyn", SECRET, "07700900123", "haberdashers")
    with helppoint.serving() as server:
        connection = HTTPConnection(urlsplit(server.url).netloc, timeout=10)
        for _ in range(5):
            connection.request("GET", f"/en/search?q={'+'.join(asked)}")
            connection.getresponse().read()
        for _ in range(4):
            connection.request("GET", "/en/search?q=acupuncture")
            connection.getresponse().read()
        connection.close()
        server.process.terminate()
        server.process.wait(timeout=20)
    kept = (helppoint.home / "state" / "missing-words.json").read_text()
    assert "haberdasher (en)" in kept
    for never in ("Gwendolyn", "gwendolyn", SECRET, "07700", "acupuncture", "haberdashers"):
        assert never not in kept
    (line,) = [line for line in helppoint.run("counts").stdout.splitlines() if "-W" in line]
    assert line.split()[1:] == ["5", "searched", "for,", "not", "found:", "haberdasher", "(en)"]
