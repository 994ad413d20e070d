"""A staff desk that is really served, and browsers at it."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from tests.conftest import Helppoint, Server
from tests.content import in_languages, whole_tree
from tests.printing.simulator import message_bus

PIN = "40718263"
START_LIMIT_S = 60


@dataclass(frozen=True)
class Answer:
    """What the desk answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Browser:
    """A browser with a cookie jar, that sends a page's token with a form unless told not to."""

    url: str
    cookie: str = ""
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, **fields: str) -> Answer:
        return self._ask("POST", path, {"csrf_token": self.token, **fields})

    def follow(self, answer: Answer) -> Answer:
        assert answer.status == 303, answer.text
        return self.get(answer.headers["Location"])

    def log_in(self, pin: str = PIN) -> Answer:
        self.get("/login")
        return self.post("/login", pin=pin)

    def _ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> Answer:
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        headers = {"Cookie": self.cookie, **self.headers}
        body = None
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(fields)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            answer = Answer(response.status, dict(response.headers), response.read())
        finally:
            connection.close()
        self._remember(answer)
        return answer

    def _remember(self, answer: Answer) -> None:
        for name, morsel in SimpleCookie(answer.headers.get("Set-Cookie", "")).items():
            self.cookie = f"{name}={morsel.value}"
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            found = Token(answer.text).value
            self.token = found or self.token


class Token(HTMLParser):
    """Finds the token in a page's forms."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.value = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "input" and named.get("name") == "csrf_token":
            self.value = named.get("value") or ""


@pytest.fixture(scope="session")
def bus() -> Iterator[str]:
    """What ippeveprinter wants to start."""
    with message_bus() as address:
        yield address


@pytest.fixture(scope="session")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the project's content in English and Polish."""
    tree = in_languages(whole_tree(), {"en", "pl"})
    box = Helppoint.new(tmp_path_factory.mktemp("content"), tree)
    command(box.home, "sync", "--embedded")
    return box.home / "store"


@pytest.fixture
def home(tmp_path: Path, content: Path) -> Path:
    """A box with that content and a state of its own."""
    return _home(tmp_path / "home", content)


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory, content: Path) -> Path:
    """The same, for tests that change nothing."""
    return _home(tmp_path_factory.mktemp("shared") / "home", content)


def _home(home: Path, content: Path) -> Path:
    home.mkdir()
    (home / "store").symlink_to(content)
    command(home, "desk", "pin", stdin=f"{PIN}\n")
    return home


def command(home: Path, *words: str, stdin: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "appliance", "--home", str(home), *words],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


@contextmanager
def serving(home: Path) -> Iterator[Server]:
    """Run the desk, on loopback."""
    words = [sys.executable, "-m", "appliance", "--home", str(home), "desk", "serve", "--port", "0"]
    process = subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield Server(_address(process), process)
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture
def desk(home: Path) -> Iterator[Server]:
    """A desk of a test's own."""
    with serving(home) as running:
        yield running


@pytest.fixture(scope="module")
def shared_desk(shared_home: Path) -> Iterator[Server]:
    """A desk for tests that change nothing."""
    with serving(shared_home) as running:
        yield running


@pytest.fixture
def stranger(desk: Server) -> Browser:
    """Somebody who has not logged in."""
    return Browser(desk.url)


@pytest.fixture
def staff(desk: Server) -> Browser:
    """Somebody who has."""
    return _logged_in(desk)


@pytest.fixture
def passer_by(shared_desk: Server) -> Browser:
    """Somebody who has not logged in, and changes nothing."""
    return Browser(shared_desk.url)


@pytest.fixture(scope="module")
def member(shared_desk: Server) -> Browser:
    """Somebody who has, and changes nothing."""
    return _logged_in(shared_desk)


def _logged_in(desk: Server) -> Browser:
    browser = Browser(desk.url)
    assert browser.log_in().status == 303
    browser.get("/")
    return browser


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], START_LIMIT_S)
    line = process.stdout.readline() if ready else ""
    found = re.search(r"http://127\.0\.0\.1:\d+", line)
    assert found is not None, f"the desk did not start: {line!r}"
    return found[0]
