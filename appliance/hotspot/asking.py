"""What is in force on this computer just now, by asking its programs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from appliance.errors import HotspotError
from appliance.hotspot.model import PORTAL
from appliance.hotspot.system import System

# Questions are answered from memory; one that hangs must not hold up everything.
ANSWER_WITHIN_S = 20
CONNECTION = "helppoint-hotspot"
_UNIT_FIELDS = ("LoadState", "ActiveState", "SubState", "UnitFileState", "NeedDaemonReload")


def ask(system: System, *words: str) -> str:
    """Return what a program answers, empty if it does not.

    What it says when it fails is dropped: it may hold the address of a phone.
    """
    try:
        return system.run(*words, timeout_s=ANSWER_WITHIN_S)
    except HotspotError:
        return ""


@dataclass(frozen=True, slots=True)
class UnitState:
    """A unit of systemd, in its own words; everything is empty where it cannot be asked."""

    load: str = ""
    active: str = ""
    sub: str = ""
    file: str = ""
    is_outdated: bool = False

    @property
    def is_installed(self) -> bool:
        """Whether there is a file of this name."""
        return self.load not in {"", "not-found"}

    @property
    def is_enabled(self) -> bool:
        """Whether it starts with the computer."""
        return self.file in {"enabled", "enabled-runtime"}

    @property
    def runs(self) -> bool:
        """Whether it runs or is about to; not when it dies again and again."""
        return self.active in {"active", "activating", "reloading"} and self.sub != "auto-restart"


def unit_state(system: System, unit: str) -> UnitState:
    """Ask for one unit."""
    said = ask(system, "systemctl", "show", f"--property={','.join(_UNIT_FIELDS)}", unit)
    fields = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
    return UnitState(
        load=fields.get("LoadState", ""),
        active=fields.get("ActiveState", ""),
        sub=fields.get("SubState", ""),
        file=fields.get("UnitFileState", ""),
        is_outdated=fields.get("NeedDaemonReload") == "yes",
    )


def firewall_rules(system: System) -> str:
    """Return the rules in force, without what the kernel counts and notes; empty without any."""
    return ask(system, "nft", "--stateless", "--terse", "list", "table", "inet", "helppoint")


def has_portal_address(system: System) -> bool:
    """Whether the address that every name leads to is this computer's own."""
    return PORTAL in addresses(system, "lo")


def addresses(system: System, interface: str) -> frozenset[str]:
    """Return the IPv4 addresses of a network card; none if there is no such card."""
    links = _read_json(ask(system, "ip", "-json", "address", "show", "dev", interface))
    return frozenset(
        str(address.get("local"))
        for link in links
        for address in _tables_in(link.get("addr_info"))
        if address.get("family") == "inet"
    )


def is_up(system: System, interface: str) -> bool:
    """Whether a network card is there and on. Not `operstate`: an access point may not tell it."""
    links = _read_json(ask(system, "ip", "-json", "link", "show", "dev", interface))
    return any("UP" in _list(link.get("flags")) for link in links)


def connection_state(system: System) -> str:
    """Return `activated`, `activating` and so on, empty if NetworkManager does not have it up."""
    words = ("--get-values", "GENERAL.STATE", "connection", "show", "id", CONNECTION)
    return ask(system, "nmcli", *words).strip()


def alternative_in_use(system: System, name: str) -> str:
    """Return which file `update-alternatives` has chosen, empty where there is no choice."""
    said = ask(system, "update-alternatives", "--query", name)
    values = [line.partition(": ")[2] for line in said.splitlines() if line.startswith("Value: ")]
    return values[0] if values else ""


def _read_json(text: str) -> list[dict[str, Any]]:
    """Read a list of tables as `ip` prints it; where it has no answer it prints empty ones."""
    try:
        found = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return []
    return _tables_in(found)


def _tables_in(value: object) -> list[dict[str, Any]]:
    return [table for table in _list(value) if isinstance(table, dict) and table]


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
