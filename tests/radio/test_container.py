"""The same files with systemd but without a radio: an access point on the box's Ethernet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.hotspot.model import BOX, PORTAL
from tests.radio import box
from tests.radio.container import CARD, Container
from tests.radio.library import ROUTER, SITE, Library
from tests.radio.trees import HERE, Made

NOERROR, NXDOMAIN = 0, 3
ELSEWHERE = "203.0.113.10"


@pytest.fixture(scope="module")
def container(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    """A box that has been set up, and switched off and on since."""
    folder = tmp_path_factory.mktemp("container")
    with Container(made, folder) as first:
        box.set_up(first, profile="external", interface=CARD, origins=[f"http://{ROUTER}/"])
    # From here on without a hand: as it is whenever the library switches the box on.
    with Container(made, folder) as started:
        box.wait_until_up(started)
        udhcpc = f"busybox udhcpc -i wl0 -n -q -f -t 10 -T 1 -s {HERE / 'lease.sh'}"
        started.phone(*udhcpc.split())
        yield started


def test_nothing_in_the_box_has_failed(container: Container) -> None:
    assert box.troubles(container) == []


def test_the_phone_gets_a_lease_and_the_box_as_router_and_name_server(
    container: Container,
) -> None:
    (route,) = json.loads(container.phone("ip", "-json", "route", "show", "default"))
    assert route["gateway"] == BOX


def test_names_lead_to_the_portal(container: Container) -> None:
    answer = container.phone_does("ask", BOX, "captive.apple.com", "1")
    assert answer == {"code": NOERROR, "answers": 1, "address": PORTAL, "sender": BOX}
    answer = container.phone_does("ask", BOX, "use-application-dns.net", "1")
    assert answer == {"code": NXDOMAIN, "answers": 0, "address": "", "sender": BOX}


def test_the_box_is_found_by_name(container: Container) -> None:
    answer = container.phone_does("find", "helppoint.local")
    assert answer == {"code": NOERROR, "answers": 1, "address": BOX, "sender": BOX}


def test_the_phone_gets_the_help_points_page(container: Container) -> None:
    page = container.phone_does("fetch", BOX, "/")
    assert isinstance(page, dict)
    assert page["status"] == 200
    assert "<title>" in page["body"]


def test_probes_of_phones_are_led_to_the_box(container: Container) -> None:
    page = container.phone_does("fetch", PORTAL, "/generate_204")
    assert isinstance(page, dict)
    assert page["status"] == 302


@pytest.mark.parametrize("port", ["22", "443", "631", "853", "8000"])
def test_everything_else_is_refused_at_once(container: Container, port: str) -> None:
    for host in (BOX, PORTAL, ELSEWHERE):
        assert container.phone_does("knock", host, port) == "ECONNREFUSED"


def test_packets_are_refused_at_once(container: Container) -> None:
    assert container.phone_does("shout", ELSEWHERE, "443", "3") == ["EHOSTUNREACH"] * 3


def test_nothing_about_the_phone_is_in_the_journal(container: Container) -> None:
    (card,) = json.loads(container.phone("ip", "-json", "address", "show", "dev", "wl0"))
    written = box.journal(container)
    assert "device activated" in written
    for trace in (card["address"], card["addr_info"][0]["local"]):
        assert trace not in written


def test_the_gate_opens_with_the_librarys_network_and_shuts_without_it(
    container: Container, tmp_path: Path
) -> None:
    with Library(container, tmp_path) as library:
        container.wait_until(lambda: _at_the_site(container) == f"CN={SITE}", "the gate to open")
        assert box.troubles(container, "gate") == []
        assert container.phone_does("greet", PORTAL, "other.example") == "cut off"
        library.pull_cable()
        container.wait_until(lambda: _at_the_site(container) == "ECONNREFUSED", "it to shut")
    assert box.troubles(container) == []


def test_new_content_is_fetched_by_a_user_who_alone_may_write_it(
    container: Container, tmp_path: Path
) -> None:
    with Library(container, tmp_path) as library:
        library.publish_anew()
        container.wait_until(lambda: _at_the_site(container) == f"CN={SITE}", "the way out")
        container.run("systemctl", "start", "helppoint-sync", timeout_s=box.APPLY_S)
        page = container.phone_does("fetch", BOX, "/en/get-nhs-app")
        assert isinstance(page, dict)
        said = container.run("journalctl", "--no-pager", "--unit=helppoint-sync")
        assert "This is new." in page["body"], said
    assert box.troubles(container) == []
    as_web = ("setpriv", "--reuid=helppoint-web", "--regid=helppoint", "--clear-groups")
    writable = container.run(*as_web, "find", box.HOME, "-writable", "-not", "-type", "l").split()
    assert f"{box.HOME}/state" in writable
    assert [path for path in writable if not path.startswith(f"{box.HOME}/state")] == []


def _at_the_site(container: Container) -> object:
    return container.phone_does("greet", PORTAL, SITE)
