"""Every page is valid HTML, CSS and SVG by the Nu Html Checker, which the W3C uses."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit
from urllib.request import urlopen

import pytest

from tests.access.findings import nothing
from tests.access.results import Results
from tests.access.site_pages import Place
from tests.access.tools import VNU, need, run
from tests.conftest import Server

TIMEOUT_S = 900


def _check(*folders: Path) -> dict[str, list[str]]:
    """Return what the checker says of every HTML file: errors, warnings and hints."""
    command = ["java", "-jar", str(VNU.path), "--stdout", "--format", "json", "--exit-zero-always"]
    told = json.loads(run([*command, "--skip-non-html", *map(str, folders)], TIMEOUT_S))
    found: dict[str, list[str]] = {}
    for message in told["messages"]:
        file = unquote(urlsplit(message.get("url", "")).path)
        extract = " ".join(message.get("extract", "").split())
        found.setdefault(file, []).append(f"{message['message']} ({extract})")
    return found


@pytest.fixture(scope="module")
def fetched(
    tmp_path_factory: pytest.TempPathFactory,
    whole_server: Server,
    asked: list[Place],
    instead: dict[str, str],
) -> Path:
    """The pages that are made on request, as files."""
    folder = tmp_path_factory.mktemp("asked")
    for number, place in enumerate(asked):
        html = instead.get(place.address) or _fetch(whole_server.url + place.address)
        (folder / f"{number}-{place.language}.html").write_text(html, "utf-8")
    return folder


def _fetch(url: str) -> str:
    try:
        with urlopen(url, timeout=30) as answer:  # noqa: S310 - the box of this test
            return str(answer.read().decode())
    except HTTPError as error:
        return error.read().decode()


def test_every_page_is_valid(
    folder: Path, fetched: Path, made: list[Place], asked: list[Place], results: Results
) -> None:
    need(VNU)
    nothing(_check(folder / "pages", fetched))
    results.record("html_pages", len(made) + len(asked))


def test_the_checker_finds_what_is_wrong(tmp_path: Path) -> None:
    """Else a checker that read nothing would pass for pages without a fault."""
    need(VNU)
    (tmp_path / "bad.html").write_text("<!doctype html><html lang=en><title>a</title><b><p>a</b>")
    assert _check(tmp_path)
