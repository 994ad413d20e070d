"""The staff desk is on the library's side, and three walls keep phones from it: each by itself."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from appliance.hotspot import firewall
from appliance.hotspot.model import BOX, PORTAL
from tests.network.lab import BOX_ON_LAN, Lab

PORT = "8080"
EVERY_ADDRESS = (BOX, PORTAL, BOX_ON_LAN)


@contextmanager
def desk(lab: Lab, home: Path, card: str) -> Iterator[None]:
    """Run the desk in the box, on loopback and a card."""
    home.mkdir(exist_ok=True)
    helppoint = [sys.executable, "-m", "appliance", "--home", str(home), "desk"]
    lab.run("box", *helppoint, "pin", "--new")
    serve = [*lab.enter("box"), "env", "PYTHONUNBUFFERED=1", *helppoint, "serve", "--card", card]
    with Popen(serve, stdout=PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert PORT in process.stdout.readline()
            yield
        finally:
            process.terminate()


@contextmanager
def without_firewall(lab: Lab) -> Iterator[None]:
    lab.run("box", "nft", "flush", "ruleset")
    try:
        yield
    finally:
        lab.run("box", "nft", "-f", str(lab.root / firewall.PATH))


def _asked_by(lab: Lab, where: str, address: str) -> str:
    """Return the status of what the desk answers."""
    url = f"http://{address}:{PORT}/login"
    words = ["curl", "--silent", "--max-time", "10", "--output", "/dev/null"]
    return lab.run(where, *words, "--write-out", "%{http_code}", url)


@pytest.fixture(scope="module", autouse=True)
def _curl() -> None:
    assert shutil.which("curl"), "curl not installed: provisioning/prepare network"


def test_the_library_reaches_the_desk(online: Lab, tmp_path: Path) -> None:
    with desk(online, tmp_path / "home", "up0"):
        assert _asked_by(online, "library", BOX_ON_LAN) == "200"


def test_phones_are_refused_by_the_firewall(online: Lab, tmp_path: Path) -> None:
    # Even if it were bound to their own card.
    with desk(online, tmp_path / "home", online.hotspot.interface):
        knocks = [online.phone(1, "knock", address, PORT) for address in EVERY_ADDRESS]
    assert knocks == ["ECONNREFUSED"] * 3


def test_phones_are_refused_by_the_bind(online: Lab, tmp_path: Path) -> None:
    with desk(online, tmp_path / "home", "up0"), without_firewall(online):
        knocks = [online.phone(1, "knock", address, PORT) for address in EVERY_ADDRESS]
        assert knocks == ["ECONNREFUSED"] * 3
        assert _asked_by(online, "library", BOX_ON_LAN) == "200"


def test_phones_are_refused_by_the_application(online: Lab, tmp_path: Path) -> None:
    with desk(online, tmp_path / "home", online.hotspot.interface), without_firewall(online):
        assert _asked_by(online, "phone1", BOX) == "403"
