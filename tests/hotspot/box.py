"""A computer to put hotspots on: it keeps what its programs are told, and answers from that.

It is strict where a mistake would hurt: nothing may be guarded by a firewall that is not there, and
no program starts without its file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from appliance.errors import HotspotError
from appliance.hotspot import boot, dnsmasq, gate, keyfile, mdns, neighbours
from appliance.hotspot.model import PORTAL
from appliance.hotspot.system import System

FILES = {
    "helppoint-network.service": boot.UNIT_PATH,
    "helppoint-dnsmasq.service": dnsmasq.PATH,
    "helppoint-mdns.service": mdns.DAEMON_PATH,
    "helppoint-neighbour.socket": neighbours.SOCKET_PATH,
    "helppoint-neighbour-mdns.service": neighbours.DAEMON_PATH,
    "helppoint-gate.service": gate.PATH,
    "helppoint-hotspot.service": None,
}
# Units that come with the files; the others lie on the box from the start.
RENDERED = {
    "helppoint-network.service": boot.UNIT_PATH,
    "helppoint-neighbour.socket": neighbours.SOCKET_PATH,
}
QUESTIONS = (
    "systemctl show",
    "nft --check",
    "nft --stateless",
    "ip -json",
    "nmcli --get-values",
    "nmcli --offline",
    "sysctl --ignore net",
    "iw reg get",
    "iw dev",
    "rfkill --noheadings",
    "update-alternatives --query",
    "dnsmasq --test",
    "nginx -t",
)


class CutError(BaseException):
    """The plug was pulled."""


@dataclass
class Kept:
    """What the computer holds besides files; all of it as text, so that two can be compared."""

    rules: str = ""
    addresses: set[str] = field(default_factory=set)
    running: dict[str, str] = field(default_factory=dict)
    enabled: set[str] = field(default_factory=set)
    known_units: set[str] = field(default_factory=lambda: FILES.keys() - RENDERED.keys())
    profile: str = ""
    is_up: bool = False
    kernel: dict[str, str] = field(default_factory=lambda: {"net.ipv4.icmp_ratelimit": "1000"})
    country: str = "00"
    is_blocked: bool = True
    alternatives: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Box(System):
    """`cut_at` pulls the plug at that deed (0 is the first), before or after it is done.

    A cut at a question is one after the deed before it.
    """

    kept: Kept = field(default_factory=Kept)
    said: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    cut_at: int = -1
    is_done_at_cut: bool = False

    def run(self, *words: str, timeout_s: float = 0, told: str = "") -> str:  # noqa: ARG002
        command = " ".join(words)
        self.said.append(command)
        is_cut = not command.startswith(QUESTIONS) and len(self.deeds()) - 1 == self.cut_at
        if is_cut and not self.is_done_at_cut:
            raise CutError
        answer = self._answer(words, command)
        if is_cut:
            raise CutError
        return answer

    def deeds(self) -> list[str]:
        """Commands that were not questions."""
        return [command for command in self.said if not command.startswith(QUESTIONS)]

    def _answer(self, words: tuple[str, ...], command: str) -> str:
        for start in self.broken:
            if command.startswith(start):
                raise HotspotError(f"`{command}` failed (1): so the test wants it")
        for start, answer in self.answers.items():
            if command.startswith(start):
                return answer
        program = getattr(self, f"_{words[0].replace('-', '_')}")
        answer = program(*words[1:])
        assert isinstance(answer, str)
        return answer

    def _text(self, path: str) -> str:
        return (self.root / path).read_text()

    def _fail(self, what: str) -> str:
        raise HotspotError(what)

    def _nft(self, *words: str) -> str:
        match words:
            case ("--check", "--file", path):
                assert Path(path).is_file()
            case ("--file", path):
                self.kept.rules = Path(path).read_text()
            case ("--stateless", *_):
                return self.kept.rules or self._fail("no such table")
            case ("delete", "table", "inet", "helppoint"):
                assert not self.kept.is_up, "phones must not be let in without a firewall"
                assert "helppoint-gate.service" not in self.kept.running
                self.kept.rules = ""
            case _:
                raise AssertionError(words)
        return ""

    def _ip(self, *words: str) -> str:
        match words:
            case ("-json", "address", "show", "dev", "lo"):
                family = [{"family": "inet", "local": each} for each in self.kept.addresses]
                return json.dumps([{"addr_info": family}])
            case ("-json", "link", "show", "dev", _):
                return json.dumps([{"flags": ["UP"] if self.kept.is_up else []}])
            case ("address", "replace", _, "dev", "lo"):
                self.kept.addresses.add(PORTAL)
            case ("address", "delete", _, "dev", "lo"):
                self.kept.addresses.remove(PORTAL)
            case ("link", "set", "dev", _, "up"):
                pass
            case _:
                raise AssertionError(words)
        return ""

    def _sysctl(self, *words: str) -> str:
        if "--load" in words:
            lines = Path(words[-1]).read_text().splitlines()
            self.kept.kernel |= dict(line.split(" = ", 1) for line in lines if " = " in line)
            return ""
        if "=" in words[-1]:
            name, value = words[-1].split("=")
            self.kept.kernel[name] = value
            return ""
        return "".join(
            f"{name} = {self.kept.kernel[name]}\n" for name in words if name in self.kept.kernel
        )

    def _systemctl(self, *words: str) -> str:
        verb = next(word for word in words if not word.startswith("--"))
        if verb == "daemon-reload":
            self._reload()
            return ""
        unit = words[-1]
        if verb == "show":
            return self._show(unit)
        if unit not in self.kept.known_units:
            self._fail(f"Unit {unit} not found")
        match verb:
            case "enable":
                self.kept.enabled.add(unit)
            case "disable":
                self.kept.enabled.discard(unit)
            case "stop":
                self.kept.running.pop(unit, None)
            case "start" | "restart" | "reload-or-restart":
                self._start(unit)
            case _:
                raise AssertionError(words)
        return ""

    def _reload(self) -> None:
        known = self.kept.known_units
        for unit, path in RENDERED.items():
            (known.add if (self.root / path).exists() else known.discard)(unit)

    def _show(self, unit: str) -> str:
        state = "active" if unit in self.kept.running else "inactive"
        file = "enabled" if unit in self.kept.enabled else "disabled"
        load = "loaded" if unit in self.kept.known_units else "not-found"
        return f"LoadState={load}\nActiveState={state}\nSubState=x\nUnitFileState={file}\n"

    def _start(self, unit: str) -> None:
        path = FILES[unit]
        assert self.kept.rules, "the firewall must stand before anything that it guards"
        if unit == "helppoint-gate.service":
            assert "chain gate" in self.kept.rules, "nginx must never run without its fence"
        self.kept.running[unit] = "" if path is None else self._text(path)

    def _nmcli(self, *words: str) -> str:
        match words:
            case ("--offline", *_):
                pass
            case ("--get-values", "GENERAL.STATE", *_):
                return "activated\n" if self.kept.is_up else ""
            case ("--get-values", "NAME", *_):
                return "Library\nhelppoint-hotspot\n" if self.kept.profile else "Library\n"
            case ("connection", "load", path):
                assert Path(path).stat().st_mode & 0o077 == 0
                self.kept.profile = Path(path).read_text()
            case ("--wait", _, "connection", "up", *_):
                card = self.kept.profile.split("interface-name=")[1].split()[0]
                assert f'"{card}"' in self.kept.rules, "the firewall must guard this card"
                self.kept.is_up = True
            case ("connection", "delete", *_):
                self.kept.profile, self.kept.is_up = "", False
                (self.root / keyfile.PATH).unlink(missing_ok=True)
            case _:
                raise AssertionError(words)
        return ""

    def _iw(self, *words: str) -> str:
        match words:
            case ("reg", "get"):
                return f"global\ncountry {self.kept.country}: DFS-ETSI\n\t(2400 - 2483 @ 40)\n"
            case ("reg", "set", country):
                self.kept.country = country
            case _:
                return self._fail("command failed: Device or resource busy (-16)")
        return ""

    def _rfkill(self, *words: str) -> str:
        if words == ("unblock", "wlan"):
            self.kept.is_blocked = False
            return ""
        columns = words[-1].split(",")[1:]
        is_soft = "blocked" if self.kept.is_blocked else "unblocked"
        shown = " ".join(is_soft if column == "SOFT" else "unblocked" for column in columns)
        return f"bluetooth blocked unblocked\nwlan {shown}\n"

    def _update_alternatives(self, *words: str) -> str:
        known = self.kept.alternatives
        match [word for word in words if word != "--quiet"]:
            case ["--query", name]:
                if name not in known:
                    self._fail("no alternatives")
                return f"Name: {name}\nStatus: manual\nValue: {known[name]}\n"
            case ["--set", name, file]:
                known[name] = file
            case ["--auto", name]:
                known[name] = "auto"
        return ""

    def _dnsmasq(self, *words: str) -> str:
        assert Path(words[-1].removeprefix("--conf-file=")).is_file()
        return ""

    def _nginx(self, *words: str) -> str:
        assert Path(words[-1]).is_file()
        assert PORTAL in self.kept.addresses, "nginx -t tries the address"
        return ""
