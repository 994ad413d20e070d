"""A box shares its content on the library's network: by a real avahi, and with phones about."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.config import NEIGHBOUR_PORT
from appliance.hotspot import firewall, neighbours
from appliance.hotspot.model import BOX, PORTAL, Hotspot
from tests.cli.test_neighbours import little
from tests.conftest import Helppoint
from tests.network.conftest import built
from tests.network.lab import BOX_ON_LAN, ROUTER, Lab

# A service directory of its own, as helppoint-neighbour-mdns.service has it.
BESIDE = 'mount --bind "$0" /etc/avahi/services && exec avahi-daemon -f "$1"'


@pytest.fixture(scope="module")
def helppoint(tmp_path_factory: pytest.TempPathFactory) -> Helppoint:
    """A box with release 2."""
    helppoint = Helppoint.new(tmp_path_factory.mktemp("sharing"), little("one"))
    shutil.copytree(helppoint.publisher.repository, helppoint.home.parent / "first")
    helppoint.publisher.pack(little("two"))
    done = helppoint.run("sync", str(helppoint.publisher.repository))
    assert done.returncode == 0, done.stderr
    return helppoint


@pytest.fixture(scope="module")
def sharing(helppoint: Helppoint, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A hotspot that also shares that release on the library's network."""
    labs = built(Hotspot(shares_on="up0"), tmp_path_factory)
    lab = next(labs)
    _share(lab, helppoint)
    yield lab
    next(labs, None)


def _share(lab: Lab, helppoint: Helppoint) -> None:
    serve = helppoint.command("neighbours", "serve")
    unit = str(lab.root / neighbours.SOCKET_PATH)
    lab.start("box", *lab.script("socket_unit.py"), unit, *serve)
    folder = str((lab.root / neighbours.SERVICE_PATH).parent)
    daemon = str(lab.root / neighbours.DAEMON_PATH)
    log = lab.start("box", "sh", "-c", BESIDE, folder, daemon)
    told = "successfully established"
    lab.wait_for(lambda: told in log.read_text(), "telling of the content", 60)
    listening = f"0.0.0.0%up0:{NEIGHBOUR_PORT} "
    lab.wait_for(lambda: listening in lab.run("box", "ss", "-lnt"), "listening")


def newcomer(helppoint: Helppoint, home: Path, card: str) -> Helppoint:
    """Another box of the same publisher, with release 1, whose wired side is `card`."""
    home.mkdir()
    first = helppoint.home.parent / "first"
    (home / "helppoint.toml").write_text(f'embedded = "{first}"\nwired_interface = "{card}"\n')
    other = Helppoint(home, helppoint.publisher)
    assert other.run("sync", "--embedded").returncode == 0
    return other


def inside(lab: Lab, where: str, box: Helppoint, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*lab.enter(where), *box.command(*words)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def shown(box: Helppoint) -> int:
    pointer = json.loads((box.home / "store" / "current.json").read_text())
    return int(pointer["floor"]["release"])


def test_a_box_without_internet_finds_its_neighbour_and_shows_its_release(
    sharing: Lab, helppoint: Helppoint, tmp_path: Path
) -> None:
    other = newcomer(helppoint, tmp_path / "other", "lan0")
    found = inside(sharing, "library", other, "neighbours", "find")
    assert found.stdout == f"{BOX_ON_LAN}\n", found.stderr
    done = inside(sharing, "library", other, "sync")
    assert done.returncode == 0, done.stderr
    assert "a neighbour: now showing release 2" in done.stderr
    assert shown(other) == 2
    again = inside(sharing, "library", other, "sync", "--neighbours")
    assert (again.returncode, "a neighbour: nothing new" in again.stderr) == (0, True)
    kept = b"".join(path.read_bytes() for path in other.home.rglob("*.json"))
    assert BOX_ON_LAN.encode() not in kept


def test_a_neighbour_that_has_just_been_switched_off_is_passed_over(
    sharing: Lab, helppoint: Helppoint, tmp_path: Path
) -> None:
    """It is told of, and nobody is there."""
    other = newcomer(helppoint, tmp_path / "other", "lan0")
    rule = f"tcp dport {NEIGHBOUR_PORT} reject with tcp reset"
    sharing.run("box", "nft", "insert", "rule", "inet", "helppoint", "content", *rule.split())
    try:
        done = inside(sharing, "library", other, "sync")
    finally:
        sharing.run("box", "nft", "-f", str(sharing.root / firewall.PATH))
    assert done.returncode == 3
    assert "Trying the next neighbour" in done.stderr
    assert shown(other) == 1


@pytest.mark.parametrize("address", [BOX, PORTAL, BOX_ON_LAN])
def test_a_phone_is_refused_at_once(sharing: Lab, address: str) -> None:
    assert sharing.phone(1, "knock", address, str(NEIGHBOUR_PORT)) == "ECONNREFUSED"


@pytest.mark.parametrize("address", [BOX, PORTAL, BOX_ON_LAN])
def test_even_without_a_firewall_nobody_listens_on_the_phones_side(
    sharing: Lab, address: str
) -> None:
    sharing.run("box", "nft", "delete", "table", "inet", "helppoint")
    try:
        assert sharing.phone(1, "knock", address, str(NEIGHBOUR_PORT)) == "ECONNREFUSED"
        # While the other side still reaches it.
        assert _knock_from_library(sharing) == "open"
    finally:
        sharing.run("box", "nft", "-f", str(sharing.root / firewall.PATH))


def test_phones_are_not_told_that_there_is_content(
    sharing: Lab, helppoint: Helppoint, tmp_path: Path
) -> None:
    snoop = newcomer(helppoint, tmp_path / "snoop", "wl0")
    found = inside(sharing, "phone1", snoop, "neighbours", "find")
    assert (found.returncode, found.stdout) == (1, "")
    # And the box's own name is still theirs, with two avahis at work.
    name = sharing.phone(1, "find", "helppoint.local")
    assert isinstance(name, dict)
    assert name["address"] == BOX


def test_one_computer_takes_its_share_and_others_still_sync(
    sharing: Lab, helppoint: Helppoint, tmp_path: Path
) -> None:
    sharing.run("library", "ip", "address", "replace", "192.168.7.9/24", "dev", "lan0")
    other = newcomer(helppoint, tmp_path / "other", "lan0")
    crowd = ("hoard.py", BOX_ON_LAN, str(NEIGHBOUR_PORT), "300", "192.168.7.9")
    with sharing.meanwhile("library", *crowd) as process:
        assert process.stdout is not None
        held = int(process.stdout.readline())
        assert 0 < held <= firewall.CONNECTIONS_OF_NEIGHBOUR
        done = inside(sharing, "library", other, "sync")
    assert done.returncode == 0, done.stderr
    assert shown(other) == 2


def test_the_box_writes_nothing_about_who_came(sharing: Lab) -> None:
    assert _knock_from_library(sharing) == "open"
    written = sharing.logs()
    assert ROUTER not in written
    assert "192.168.7.9" not in written
    assert "Traceback" not in written


def _knock_from_library(lab: Lab) -> object:
    words = (*lab.script("phone.py"), "knock", BOX_ON_LAN, str(NEIGHBOUR_PORT))
    return json.loads(lab.run("library", *words))
