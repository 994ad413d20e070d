"""Sets a box up as its own programs do, in a virtual machine or in a container."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Protocol

from appliance.hotspot.model import PORTAL

HOME = "/var/lib/helppoint"
SERVICES = ("dnsmasq", "hotspot", "mdns", "network", "staff", "web")
# Three times what it takes without KVM.
APPLY_S, START_S = 300, 180


class Machine(Protocol):
    """Where a box runs."""

    def run(self, *words: str, timeout_s: float = ...) -> str:
        """Run a program there; returns what it printed."""


def set_up(machine: Machine, origins: Sequence[str] = (), **hotspot: str) -> str:
    """Put in force what `[hotspot]` says. Returns what `helppoint hotspot apply` said."""
    # A text in JSON is a text in TOML.
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in hotspot.items())
    file = f'host = "{PORTAL}"\norigins = {json.dumps(origins)}\n[hotspot]\n{lines}'
    machine.run("sh", "-c", 'printf %s "$1" > "$2"', "sh", file, f"{HOME}/helppoint.toml")
    said = helppoint(machine, "hotspot", "apply", timeout_s=APPLY_S)
    machine.run("systemctl", "restart", "helppoint-web")
    wait_until_up(machine)
    return said


def wait_until_up(machine: Machine) -> None:
    """Wait until phones get names and pages, and the watcher is at work."""
    for happened in (
        f"ss --listening --numeric --tcp | grep -q {PORTAL}:8000",
        "ss --listening --numeric --udp | grep -q 0.0.0.0:53",
        "systemctl is-active --quiet helppoint-hotspot",
    ):
        machine.run("sh", "-c", f"until {happened}; do sleep 1; done", timeout_s=START_S)


def helppoint(machine: Machine, *words: str, timeout_s: float = START_S) -> str:
    """Run our own command there; returns what it printed."""
    command = ("/opt/helppoint/bin/helppoint", "--home", HOME)
    return machine.run(*command, *words, timeout_s=timeout_s)


def troubles(machine: Machine, *also: str) -> list[str]:
    """Return what systemd says of units that failed, or had to be started more than once."""
    failed = machine.run("systemctl", "--failed", "--no-legend", "--plain").splitlines()
    for name in (*SERVICES, *also):
        unit = f"helppoint-{name}.service"
        words = ("systemctl", "show", "--value", "--property=ActiveState,NRestarts", unit)
        state = " ".join(machine.run(*words).split())
        if state != "0 active":
            failed.append(f"{unit} {state}")
    return failed


def journal(machine: Machine) -> str:
    """Return what the box's programs have written; in the guest, the kernel is the phones' too."""
    programs = ("_TRANSPORT=syslog", "+", "_TRANSPORT=journal", "+", "_TRANSPORT=stdout")
    return machine.run("journalctl", "--no-pager", "--output=cat", *programs)
