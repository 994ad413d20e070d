"""How the hotspot is, as it is told: counts and states, and what to do."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from appliance.hotspot.apply import apply
from appliance.hotspot.model import Hotspot
from appliance.hotspot.radios import find_radio
from appliance.hotspot.status import (
    LEASES,
    as_text,
    count_leases,
    portal_answers,
    status,
    uplink_resolvers,
)
from tests.hotspot.box import Box, Kept
from tests.hotspot.samples import SAMPLES

ONBOARD = Hotspot(name="Bücherei".encode(), radio=find_radio("cyw43455", "onboard"))
PHONE = "aa:bb:cc:dd:ee:ff"
# As iw 5.19 prints them.
STATIONS = f"Station {PHONE} (on wlan0)\n\tinactive time:\t10 ms\n" * 3
INFO = "Interface wlan0\n\ttype AP\n\tchannel 11 (2462 MHz), width: 20 MHz, center1: 2462 MHz\n"


def _answers(_: Hotspot) -> bool:
    return True


@pytest.fixture
def box(tmp_path: Path) -> Box:
    """A box that serves, with three phones."""
    kept = Kept(alternatives={"cyfmac43455-sdio.bin": "somewhere"})
    answers = {"iw dev wlan0 station dump": STATIONS, "iw dev wlan0 info": INFO}
    box = Box(tmp_path, kept, answers=answers)
    apply(ONBOARD, box)
    return box


def test_a_box_that_works_says_so_first_and_nothing_is_changed(box: Box) -> None:
    before = box.deeds()
    seen = status(ONBOARD, box, box.root / "none", _answers)
    assert box.deeds() == before
    assert seen.works
    text = as_text(seen)
    assert text.startswith("The hotspot works.\nWi-Fi name: Bücherei (open)\n")
    assert "Phones: 3 connected, 16 places left\n" in text
    assert "Channel: 11\n" in text


def test_json_has_all_of_it_and_no_phone(box: Box) -> None:
    (box.root / "network.json").write_text(
        '{"uplink": "portal", "restarts": 2, "resolvers": ["192.168.1.1"], "odd": {"a": 1}}'
    )
    seen = status(ONBOARD, box, box.root / "network.json", _answers)
    told = json.loads(seen.as_json())
    assert (told["works"], told["phones"], told["places"], told["channel"]) == (True, 3, 19, 11)
    assert (told["uplink"], told["network"]) == ("portal", {"uplink": "portal", "restarts": 2})
    assert PHONE not in seen.as_json() + as_text(seen)


def test_what_the_watcher_found_is_told_in_words(box: Box) -> None:
    file = box.root / "network.json"
    file.write_text(
        '{"uplink": "portal", "cause": "sign-in", "radio": "serving", "restarts": 2, "trouble": ""}'
    )
    seen = status(ONBOARD, box, file, _answers)
    assert seen.works
    text = as_text(seen)
    assert "Uplink: portal. A sign-in page of the library's own network is in the way." in text
    assert "Radio: on the air, restarted 2 times\n" in text
    file.write_text('{"radio": "silent", "trouble": "nft failed"}')
    problems = status(ONBOARD, box, file, _answers).problems
    assert [words.split(":")[0] for words in problems] == [
        "phones cannot find the Wi-Fi, and the watcher is bringing it back",
        "the way to trusted sites cannot be switched",
    ]
    file.unlink()
    text = as_text(status(ONBOARD, box, file, _answers))
    assert "Uplink: unknown. Nothing is known of the way to the internet.\n" in text
    assert "Radio: not watched, restarted 0 times\n" in text


def test_a_radio_that_answers_with_an_error_tells_no_phone(box: Box) -> None:
    failing = Box(box.root, box.kept, broken={"iw dev"})
    seen = status(ONBOARD, failing, box.root / "none", _answers)
    assert (seen.phones, seen.channel) == (0, None)


def test_places_are_known_only_for_firmware_in_the_table(box: Box) -> None:
    box.kept.alternatives["cyfmac43455-sdio.bin"] = "/lib/firmware/of/somebody/else.bin"
    seen = status(ONBOARD, box, box.root / "none", _answers)
    assert (seen.places, seen.places_left) == (None, None)
    assert "unknown places left" in as_text(seen)
    no_radio = status(replace(ONBOARD, radio=None), box, box.root / "none", _answers)
    assert no_radio.places is None


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda kept: setattr(kept, "rules", ""), "the firewall is not in force"),
        (lambda kept: setattr(kept, "is_up", False), "the network card wlan0 is not there or off"),
        (lambda kept: kept.addresses.clear(), "no page answers at 198.51.100.1, port 8000"),
        (
            lambda kept: kept.running.pop("helppoint-dnsmasq.service"),
            "helppoint-dnsmasq.service does not run",
        ),
        (
            lambda kept: kept.running.pop("helppoint-hotspot.service"),
            "helppoint-hotspot.service does not run",
        ),
    ],
)
def test_a_fault_comes_first_with_what_to_do(
    box: Box, harm: Callable[[Kept], object], says: str
) -> None:
    harm(box.kept)
    seen = status(ONBOARD, box, box.root / "none", _answers)
    assert not seen.works
    first = as_text(seen).splitlines()[0]
    assert first.startswith(f"The hotspot has a fault: {says}")
    assert not json.loads(seen.as_json())["works"]


def test_a_portal_that_is_silent_is_a_fault(box: Box) -> None:
    seen = status(ONBOARD, box, box.root / "none", lambda _: False)
    assert [problem[:14] for problem in seen.problems] == ["no page answer"]


def test_a_box_without_a_hotspot_says_how_to_get_one(tmp_path: Path) -> None:
    seen = status(ONBOARD, Box(tmp_path), tmp_path / "none", lambda _: False)
    assert seen.problems == ("it is not set up: run `helppoint hotspot apply`",)


def test_a_gate_that_should_be_open_is_watched(box: Box) -> None:
    online = replace(ONBOARD, resolvers=("192.168.1.1",))
    apply(online, box)
    assert status(online, box, box.root / "none", _answers).is_gate_open
    box.kept.running.pop("helppoint-gate.service")
    seen = status(online, box, box.root / "none", _answers)
    assert not seen.is_gate_open
    assert seen.problems[0].startswith("helppoint-gate.service does not run")


def test_behind_another_access_point_leases_are_counted(tmp_path: Path) -> None:
    box = Box(tmp_path)
    external = SAMPLES["external"]
    apply(external, box)
    assert status(external, box, tmp_path / "none", _answers).phones == 0
    path = tmp_path / LEASES
    path.parent.mkdir(parents=True)
    path.write_text(f"{int(time.time()) + 900} {PHONE} 10.66.0.23 * *\n")
    seen = status(external, box, tmp_path / "none", _answers)
    assert (seen.phones, seen.channel) == (1, None)
    assert "Channel" not in as_text(seen)
    assert "10.66.0.23" not in seen.as_json() + as_text(seen)


def test_only_leases_that_still_run_count() -> None:
    lines = ["1000 a b c d", "2000 a b c d", "0 a b c d", "", "duid 00:01"]
    assert count_leases(lines, 1500.0) == 2


def test_on_the_librarys_own_network_nobody_is_counted(tmp_path: Path) -> None:
    box = Box(tmp_path, Kept(is_up=True))
    lan = SAMPLES["lan"]
    apply(lan, box)
    seen = status(lan, box, tmp_path / "none", _answers)
    assert (seen.works, seen.phones) == (True, None)
    assert "helppoint-dnsmasq.service" not in seen.services


@pytest.mark.parametrize(
    ("text", "resolvers"),
    [
        ('{"uplink": "up", "resolvers": ["192.168.1.1", "x; y", 5]}', ("192.168.1.1",)),
        ('{"uplink": "down", "resolvers": ["192.168.1.1"]}', ()),
        ('{"uplink": "portal"}', ()),
        ('{"uplink": "up"}', ()),
        ("{}", None),
        ("[]", None),
        ("[" * 9_000, None),
        ("not JSON", None),
    ],
)
def test_name_servers_come_from_an_uplink_that_is_up(
    tmp_path: Path, text: str, resolvers: tuple[str, ...] | None
) -> None:
    path = tmp_path / "network.json"
    assert uplink_resolvers(path) is None
    path.write_text(text)
    assert uplink_resolvers(path) == resolvers


@pytest.mark.parametrize(
    ("profile", "code", "location", "answers"),
    [
        ("onboard", 302, "http://10.66.0.1/", True),
        ("onboard", 302, "http://elsewhere.example/", False),
        ("onboard", 200, "", False),
        ("lan", 200, "", True),
        ("lan", 503, "", False),
    ],
)
def test_the_portal_is_asked_as_a_phone_asks(
    profile: str, code: int, location: str, answers: bool
) -> None:
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.headers["Host"], self.path))
            self.send_response(code)
            self.send_header("Location", location)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        hotspot = Hotspot(profile=profile, portal_port=server.server_port)
        assert portal_answers(hotspot, "127.0.0.1") == answers
        thread.join()
    host, path = ("198.51.100.1", "/healthz")
    if profile == "onboard":
        host, path = "connectivitycheck.gstatic.com", "/generate_204"
    assert asked == [(host, path)]


def test_a_portal_that_is_not_there_does_not_answer() -> None:
    assert not portal_answers(Hotspot(portal_port=1), "127.0.0.1")
