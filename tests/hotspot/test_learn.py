"""Learning what a page needs: whose names are noted, and that all is put back."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import ConfigError, HotspotError
from appliance.hotspot import gate
from appliance.hotspot.apply import apply
from appliance.hotspot.down import down
from appliance.hotspot.learn import FOLDER, UNIT, Learnt, judged, learn, name_in
from appliance.hotspot.model import Hotspot
from appliance.hotspot.system import System
from tests.hotspot.box import Box, Kept

PHONE = "10.66.0.23"
ONLINE = Hotspot(hosts=("www.mind.org.uk",), resolvers=("192.168.1.1", "9.9.9.9"))
OUT = "nft flush set inet helppoint learner"
IN = f"{OUT}; add element inet helppoint learner {{ {PHONE} timeout 300s }}"


@dataclass(frozen=True, slots=True)
class Learning(System):
    """A box on which a second nginx can be started; the last of it is kept."""

    box: Box = field(default_factory=lambda: Box(Path("/nowhere")))
    texts: list[str] = field(default_factory=list)

    def run(self, *words: str, timeout_s: float = 0, told: str = "") -> str:  # noqa: ARG002
        if words[0] == "systemd-run":
            self.texts.append(Path(words[-1]).read_text())
            self.box.kept.known_units.add(UNIT)
            self.box.kept.running[UNIT] = " ".join(words)
        elif " ".join(words).startswith(OUT):
            self.box.said.append(" ".join(words))
            return ""
        return self.box.run(*words) if words[0] != "systemd-run" else ""


@pytest.fixture
def system(tmp_path: Path) -> Learning:
    if os.geteuid() != 0:
        pytest.skip("files are given to another user, which needs root")
    box = Box(tmp_path, Kept())
    apply(ONLINE, box)
    box.said.clear()
    return Learning(tmp_path, box)


def _tell(system: Learning, *names: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as nginx:
        for name in names:
            message = f"<190>Nov 23 02:24:08 {gate.TAG}: {name}".encode()
            nginx.sendto(message, str(system.root / FOLDER / "names"))


def test_names_are_noted_and_judged_and_all_is_put_back(system: Learning) -> None:
    def wait(seconds: float) -> None:
        assert seconds == 300
        assert UNIT in system.box.kept.running
        assert IN in system.box.said
        _tell(system, "cdn.example", "www.nhs.uk", "WWW.Mind.org.uk", "a.cdn.example", "-")

    learnt = learn(ONLINE, PHONE, 5, system, wait)
    assert learnt == Learnt(("www.mind.org.uk", "www.nhs.uk"), ("a.cdn.example", "cdn.example"))
    assert system.box.deeds()[-2:] == [OUT, f"systemctl stop {UNIT}"]
    assert UNIT not in system.box.kept.running
    assert not (system.root / FOLDER).exists()


def test_ending_it_early_still_tells_the_names(system: Learning) -> None:
    def wait(seconds: float) -> None:
        _tell(system, "cdn.example")
        raise KeyboardInterrupt

    assert learn(ONLINE, PHONE, 5, system, wait).refused == ("cdn.example",)
    assert UNIT not in system.box.kept.running


def test_whatever_goes_wrong_all_is_put_back(system: Learning) -> None:
    def wait(seconds: float) -> None:
        raise RuntimeError("as if")

    with pytest.raises(RuntimeError):
        learn(ONLINE, PHONE, 5, system, wait)
    assert OUT in system.box.said
    assert UNIT not in system.box.kept.running
    assert not (system.root / FOLDER).exists()


def test_the_second_nginx_serves_nobody_else(system: Learning) -> None:
    learn(ONLINE, PHONE, 5, system, lambda _: None)
    (text,) = system.texts
    assert f"allow {PHONE};\n        deny all;" in text
    assert "resolver 192.168.1.1 9.9.9.9 ipv6=off;" in text


def test_systemd_ends_it_shortly_after_its_time(system: Learning) -> None:
    commands: list[str] = []
    learn(ONLINE, PHONE, 5, system, lambda _: commands.append(system.box.kept.running[UNIT]))
    assert "--property=RuntimeMaxSec=310" in commands[0]
    assert f"--property=User={gate.USER}" in commands[0]


def test_only_one_can_learn_at_a_time(system: Learning) -> None:
    def wait(seconds: float) -> None:
        with pytest.raises(HotspotError, match="somebody else is learning"):
            learn(ONLINE, "10.66.0.24", 5, system, lambda _: None)
        _tell(system, "cdn.example")

    assert learn(ONLINE, PHONE, 5, system, wait).refused == ("cdn.example",)


def test_down_ends_it_too(system: Learning) -> None:
    def wait(seconds: float) -> None:
        down(system)
        assert UNIT not in system.box.kept.running

    learn(ONLINE, PHONE, 5, system, wait)


def test_a_gate_that_is_closed_teaches_nothing(system: Learning) -> None:
    apply(replace(ONLINE, resolvers=()), system.box)
    with pytest.raises(HotspotError, match="the gate is closed"):
        learn(ONLINE, PHONE, 5, system, lambda _: None)
    assert not (system.root / FOLDER).exists()


@pytest.mark.parametrize("phone", ["10.66.16.23", "10.66.0.1", "phone", "::1", "10.66.0.23; x", ""])
def test_only_a_phone_on_this_wifi_is_let_through(system: Learning, phone: str) -> None:
    with pytest.raises(ConfigError, match=r"not an address|not a phone"):
        learn(ONLINE, phone, 5, system, lambda _: None)
    assert system.box.said == []


@pytest.mark.parametrize(
    ("message", "name"),
    [
        (b"<190>Nov 23 02:24:08 learn: www.example.org", "www.example.org"),
        (b"<190>Nov 23 02:24:08 learn: WWW.Example.Org", "www.example.org"),
        (b"<190>Nov 23 02:24:08 learn: -", ""),
        (b"<190>Nov 23 02:24:08 learn: ", ""),
        (b"<190>Nov 23 02:24:08 learn: com", ""),
        (b"<190>Nov 23 02:24:08 learn: 10.66.0.23", ""),
        (b"<190>Nov 23 02:24:08 learn: a.example; rm", ""),
        (b"<190>Nov 23 02:24:08 other: www.example.org", ""),
        (b"\xff", ""),
    ],
)
def test_only_the_letters_of_a_name_are_noted(message: bytes, name: str) -> None:
    assert name_in(message) == name


@given(st.binary(max_size=80))
def test_no_message_breaks_the_reading(message: bytes) -> None:
    assert set(name_in(message)) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-")
    name_in(b"learn: " + message)


def test_a_name_that_only_ends_like_a_trusted_one_is_refused() -> None:
    names = {"nhs.uk", "www.nhs.uk", "evilnhs.uk", "www.nhs.uk.example", "x.mind.org.uk"}
    learnt = judged(names, ("mind.org.uk",))
    assert learnt.allowed == ("nhs.uk", "www.nhs.uk")
    assert learnt.refused == ("evilnhs.uk", "www.nhs.uk.example", "x.mind.org.uk")


def test_the_gates_own_file_tells_its_name_servers() -> None:
    assert gate.resolvers_of(gate.render(ONLINE)) == ONLINE.resolvers
    assert gate.resolvers_of("resolver 192.168.1.1 ipv6=off;") == ()
