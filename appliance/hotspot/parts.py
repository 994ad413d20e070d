"""What a hotspot is made of, part by part: how each is checked, put in force and undone.

A part is in force when the files it is made from were put in force (record.py) and the computer,
when asked, says that they still are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from appliance.errors import HotspotError
from appliance.hotspot import boot, dnsmasq, firewall, gate, keyfile, mdns, neighbours
from appliance.hotspot.asking import (
    CONNECTION,
    alternative_in_use,
    ask,
    connection_state,
    firewall_rules,
    has_portal_address,
    unit_state,
)
from appliance.hotspot.model import PORTAL, Hotspot
from appliance.hotspot.system import System

# Linux' own value, for when ours is taken back.
ICMP_RATELIMIT_MS = 1000
# An access point takes some seconds; NetworkManager itself gives up after 90.
UP_WITHIN_S = 45


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is put in force by itself.

    Attributes:
        label: what it is to a person, at the start of a sentence.
        paths: the files it is made from, below the root folder.
        is_vital: without it nothing that comes after may be put in force.
    """

    label: str
    paths: tuple[str, ...] = ()
    is_vital: bool = False

    def is_wanted(self, files: Mapping[str, str]) -> bool:
        """Whether a hotspot that renders to `files` has this part."""
        return not self.paths or any(path in files for path in self.paths)

    def is_another(self, old: Mapping[str, str], new: Mapping[str, str]) -> bool:  # noqa: ARG002
        """Whether the old one must be undone before anything else changes."""
        return False

    def check(self, system: System, candidate: Path) -> None:
        """Let the part's own program read a file before it takes the old one's place.

        Raises:
            HotspotError: it refuses the file.
        """

    def act(self, system: System, hotspot: Hotspot) -> str:
        """Put it in force; its files are in place. Returns what a person must still do, if any.

        Raises:
            HotspotError: it could not be put in force.
        """
        raise NotImplementedError

    def evidence(self, system: System) -> str:  # noqa: ARG002
        """Return what the computer says just after `act`, for `stands` to compare with."""
        return ""

    def stands(self, system: System, hotspot: Hotspot, evidence: str) -> bool:
        """Whether it is in force just now, as far as the computer knows."""
        raise NotImplementedError

    def withdraw(self, system: System) -> bool:
        """Undo it; its files are still in place. Returns whether there was anything to undo.

        Raises:
            HotspotError: it could not be undone.
        """
        raise NotImplementedError


class Kernel(Part):
    """No forwarding, and refusals told to phones at once."""

    def act(self, system: System, hotspot: Hotspot) -> str:  # noqa: ARG002
        """Load the file. Without IPv6 some names are unknown, which is as good."""
        system.run("sysctl", "--ignore", "--quiet", "--load", str(system.root / boot.SYSCTL_PATH))
        return ""

    def stands(self, system: System, hotspot: Hotspot, evidence: str) -> bool:  # noqa: ARG002
        """Compare every line with what the kernel says."""
        wanted = dict(re.findall(r"^([a-z0-9_.]+) = (\d+)$", boot.SYSCTL, re.MULTILINE))
        said = dict(re.findall(r"^(\S+) = (\d+)$", ask(system, *_READ, *wanted), re.MULTILINE))
        return bool(said) and all(wanted[name] == value for name, value in said.items())

    def withdraw(self, system: System) -> bool:
        """Give the kernel its own value back; that it forwards nothing is its own way already."""
        if not (system.root / boot.SYSCTL_PATH).exists():
            return False
        system.run("sysctl", "--quiet", f"net.ipv4.icmp_ratelimit={ICMP_RATELIMIT_MS}")
        return True


_READ = ("sysctl", "--ignore")


class Firewall(Part):
    """The rules, all or nothing."""

    def check(self, system: System, candidate: Path) -> None:
        """Let nft read the file without putting it in force."""
        system.run("nft", "--check", "--file", str(candidate))

    def act(self, system: System, hotspot: Hotspot) -> str:  # noqa: ARG002
        """Replace the table in one step; what phones have open stays open."""
        system.run("nft", "--file", str(system.root / firewall.PATH))
        return ""

    def evidence(self, system: System) -> str:
        """Return the rules as the kernel has them."""
        return firewall_rules(system)

    def stands(self, system: System, hotspot: Hotspot, evidence: str) -> bool:  # noqa: ARG002
        """Whether the rules are word for word what they were."""
        return bool(evidence) and firewall_rules(system) == evidence

    def withdraw(self, system: System) -> bool:
        """Take the table away."""
        if not firewall_rules(system):
            return False
        system.run("nft", "delete", "table", "inet", "helppoint")
        return True


class Address(Part):
    """The address that every name leads to."""

    def act(self, system: System, hotspot: Hotspot) -> str:  # noqa: ARG002
        """Add it, or leave it."""
        system.run("ip", "address", "replace", f"{PORTAL}/32", "dev", "lo")
        return ""

    def stands(self, system: System, hotspot: Hotspot, evidence: str) -> bool:  # noqa: ARG002
        """Whether it is there."""
        return has_portal_address(system)

    def withdraw(self, system: System) -> bool:
        """Take it away."""
        if not has_portal_address(system):
            return False
        system.run("ip", "address", "delete", f"{PORTAL}/32", "dev", "lo")
        return True


@dataclass(frozen=True, slots=True)
class Service(Part):
    """A program that systemd keeps running.

    Attributes:
        unit: its name.
        verb: how systemd makes it read its files anew.
        starts_at_boot: else only whoever applies starts it.
        is_awaited: else it is only told to start; it may wait for us.
    """

    unit: str = ""
    verb: str = "restart"
    starts_at_boot: bool = True
    is_awaited: bool = True

    def act(self, system: System, hotspot: Hotspot) -> str:  # noqa: ARG002
        """Start it, or make it read its files anew."""
        state = unit_state(system, self.unit)
        if state.is_outdated or not state.is_installed:
            system.run("systemctl", "daemon-reload")
            state = unit_state(system, self.unit)
        if not state.is_installed:
            raise HotspotError(f"{self.unit} is not installed (it belongs in /etc/systemd/system)")
        if self.starts_at_boot and not state.is_enabled:
            system.run("systemctl", "enable", "--quiet", self.unit)
        options = () if self.is_awaited else ("--no-block",)
        system.run("systemctl", *options, self.verb, self.unit)
        return ""

    def stands(self, system: System, hotspot: Hotspot, evidence: str) -> bool:  # noqa: ARG002
        """Whether it runs, and will after the next start."""
        state = unit_state(system, self.unit)
        return (
            state.runs and not state.is_outdated and (state.is_enabled or not self.starts_at_boot)
        )

    def withdraw(self, system: System) -> bool:
        """Stop it, now and at the next start."""
        state = unit_state(system, self.unit)
        if not (state.runs or state.is_enabled):
            return False
        if state.is_enabled:
            system.run("systemctl", "disable", "--quiet", self.unit)
        system.run("systemctl", "stop", self.unit)
        return True


class Dnsmasq(Service):
    """Addresses and names."""

    def check(self, system: System, candidate: Path) -> None:
        """Let dnsmasq read its file."""
        system.run("dnsmasq", "--test", f"--conf-file={candidate}")


class Gate(Service):
    """The way to trusted sites; it comes and goes with the uplink, so it is started by no boot."""

    def check(self, system: System, candidate: Path) -> None:
        """Let nginx read its file. It would also leave a process number behind: not there."""
        check_nginx(system, candidate)


class Country(Part):
    """The radio's rules; and the radio itself, which is off until it has some."""

    def act(self, system: System, hotspot: Hotspot) -> str:
        """Set the country and turn the radio on."""
        system.run("iw", "reg", "set", hotspot.country)
        system.run("rfkill", "unblock", "wlan")
        if "blocked" in _blocks(system, "HARD"):
            raise HotspotError("the radio is off by a switch of the computer: turn that on")
        return ""

    def evidence(self, system: System) -> str:
        """Return the country: a chip may keep its own, whatever it is told."""
        return _country(system)

    def stands(self, system: System, hotspot: Hotspot, evidence: str) -> bool:
        """Whether no radio is off, and the country is the one wanted, or all that there is."""
        is_off = "blocked" in _blocks(system, "SOFT,HARD")
        return not is_off and _country(system) in {hotspot.country, evidence}

    def withdraw(self, system: System) -> bool:
        """Leave the radio as it is: others may use it."""
        return (system.root / boot.COUNTRY_PATH).exists()


def _blocks(system: System, columns: str) -> list[str]:
    """Return `blocked` or `unblocked` for each Wi-Fi radio and column."""
    said = ask(system, "rfkill", "--noheadings", "--output", f"TYPE,{columns}")
    radios = [line.split() for line in said.splitlines() if line.split()[:1] == ["wlan"]]
    return [block for radio in radios for block in radio[1:]]


def _country(system: System) -> str:
    found = re.search(r"^country ([A-Z0-9]{2}):", ask(system, "iw", "reg", "get"), re.MULTILINE)
    return found[1] if found else ""


class Firmware(Part):
    """The firmware of a chip on board, where there is a choice."""

    def act(self, system: System, hotspot: Hotspot) -> str:  # noqa: ARG002
        """Choose it. A radio in use is not torn down for it."""
        name, file = _chosen_firmware(system)
        if not alternative_in_use(system, name):
            return ""
        system.run("update-alternatives", "--quiet", "--set", name, file)
        return "It takes effect when the box starts again."

    def stands(self, system: System, hotspot: Hotspot, evidence: str) -> bool:  # noqa: ARG002
        """Whether it is chosen, or this computer has no such choice."""
        name, file = _chosen_firmware(system)
        return alternative_in_use(system, name) in {file, ""}

    def withdraw(self, system: System) -> bool:
        """Let the system choose again."""
        name, _ = _chosen_firmware(system)
        if name and alternative_in_use(system, name):
            system.run("update-alternatives", "--quiet", "--auto", name)
        return bool(name)


def _chosen_firmware(system: System) -> tuple[str, str]:
    """Return name and file as our own file on this computer has them."""
    try:
        words = (system.root / boot.FIRMWARE_PATH).read_text(encoding="utf-8").split()
    except OSError:
        return "", ""
    return (words[0], words[1]) if len(words) == 2 else ("", "")


class Connection(Part):
    """The access point, or the card that one hangs on. It is the last to come, the first to go."""

    _IDENTITY: ClassVar = re.compile(r"^(?:uuid|interface-name)=.*$", re.MULTILINE)

    def is_another(self, old: Mapping[str, str], new: Mapping[str, str]) -> bool:
        """Whether it moves to another card: the firewall must not move before it is closed."""
        before, after = (
            self._IDENTITY.findall(files.get(keyfile.PATH, "")) for files in (old, new)
        )
        return bool(before) and before != after

    def check(self, system: System, candidate: Path) -> None:
        """Let NetworkManager's own reader read the profile; the daemon is not asked."""
        words = ("connection", "modify", "connection.id", CONNECTION)
        system.run("nmcli", "--offline", *words, told=candidate.read_text(encoding="utf-8"))

    def act(self, system: System, hotspot: Hotspot) -> str:  # noqa: ARG002
        """Load the profile and bring it up; phones that had joined the old one join anew."""
        system.run("nmcli", "connection", "load", str(system.root / keyfile.PATH))
        system.run("nmcli", "--wait", str(UP_WITHIN_S), "connection", "up", "id", CONNECTION)
        return ""

    def stands(self, system: System, hotspot: Hotspot, evidence: str) -> bool:  # noqa: ARG002
        """Whether NetworkManager has it up, or is at it."""
        return connection_state(system) in {"activated", "activating"}

    def withdraw(self, system: System) -> bool:
        """Close it and forget it; NetworkManager removes its own file."""
        known = ask(system, "nmcli", "--get-values", "NAME", "connection", "show").splitlines()
        if CONNECTION not in known:
            return False
        system.run("nmcli", "connection", "delete", "id", CONNECTION)
        return True


def check_nginx(system: System, candidate: Path) -> None:
    """Let nginx read a file; it would leave a process number behind, so that is led elsewhere.

    Raises:
        HotspotError: it refuses the file.
    """
    number = candidate.with_name("nginx-check.pid")
    words = ("-e", "stderr", "-g", f"pid {number};", "-c", str(candidate))
    try:
        system.run("nginx", "-t", "-q", *words)
    finally:
        number.unlink(missing_ok=True)


FIREWALL = Firewall("The firewall", (firewall.PATH,), is_vital=True)
GATE = Gate(
    "The gate to trusted sites",
    (gate.PATH,),
    unit="helppoint-gate.service",
    verb="reload-or-restart",
    starts_at_boot=False,
)
WATCHER = Service("The watcher", unit="helppoint-hotspot.service", verb="start", is_awaited=False)
NETWORK_UNIT = Service(
    "What holds before any network",
    (boot.UNIT_PATH,),
    is_vital=True,
    unit="helppoint-network.service",
    verb="start",
)
DNSMASQ = Dnsmasq(
    "Addresses and names for phones", (dnsmasq.PATH,), unit="helppoint-dnsmasq.service"
)
MDNS = Service(
    "The name helppoint.local",
    (mdns.DAEMON_PATH, mdns.SERVICE_PATH, neighbours.SERVICE_BESIDE_PAGES_PATH),
    unit="helppoint-mdns.service",
)
# Not awaited: systemd opens it when its card is there.
CONTENT = Service(
    "Content for other boxes",
    (neighbours.SOCKET_PATH,),
    unit="helppoint-neighbour.socket",
    is_awaited=False,
)
CONTENT_MDNS = Service(
    "Telling other boxes of it",
    (neighbours.DAEMON_PATH, neighbours.SERVICE_PATH),
    unit="helppoint-neighbour-mdns.service",
)
# In the order in which they may be put in force; they are undone the other way round. The firewall
# stands before anything that it guards; the Wi-Fi opens last.
ALL: tuple[Part, ...] = (
    Kernel("The kernel's settings", (boot.SYSCTL_PATH,), is_vital=True),
    FIREWALL,
    Address("The portal's address", is_vital=True),
    NETWORK_UNIT,
    DNSMASQ,
    MDNS,
    CONTENT,
    CONTENT_MDNS,
    GATE,
    Country("The radio's country", (boot.COUNTRY_PATH,)),
    Firmware("The radio's firmware", (boot.FIRMWARE_PATH,)),
    Connection("The network for phones", (keyfile.PATH,)),
    WATCHER,
)
