"""A box, two phones and a library's network with an internet behind it, in network namespaces.

phone1 ---+
          |= wlan0 (a bridge with isolated ports: clients of an access point)
phone2 ---+   BOX   up0 --- library: 192.168.7.1, and the internet's addresses
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

from appliance.hotspot import boot, dnsmasq, firewall, gate, mdns
from appliance.hotspot.model import BOX, NETWORK, PORTAL, Hotspot
from appliance.hotspot.render import render, write
from tests.conftest import START_LIMIT_S, Helppoint

HERE = Path(__file__).parent
ROUTER = "192.168.7.1"
BOX_ON_LAN = "192.168.7.2"
NHS, MIND, OTHER = "203.0.113.10", "203.0.113.11", "203.0.113.20"
NAMES = {
    "www.nhs.uk": NHS,
    "www.mind.org.uk": MIND,
    "other.example": OTHER,
    "inside.nhs.uk": ROUTER,
}
# Names of namespaces are the whole machine's.
_numbers = count()
PROGRAMS = ("ip", "bridge", "nft", "dnsmasq", "nginx", "avahi-daemon", "busybox", "unshare")
# Sets what the lease says; busybox hands it over in the environment.
LEASE_SCRIPT = """#!/bin/sh
[ "$1" = bound ] || exit 0
ip address replace "$ip/$mask" dev "$interface"
ip route replace default via "$router"
env > "$LEASE"
"""


def why_not() -> str | None:
    """Say why the lab cannot be built here, None if it can."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        return f"{', '.join(missing)} not installed: provisioning/prepare network"
    if os.geteuid() != 0:
        return "network namespaces need root: sudo make test-network"
    trial = f"hp{os.getpid()}-trial"
    made = subprocess.run(
        ["ip", "netns", "add", trial], capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        return f"this machine makes no network namespaces: {made.stderr.strip()}"
    subprocess.run(["ip", "netns", "delete", trial], check=True)
    return None


@dataclass(frozen=True)
class Came:
    """What came of something that a phone did, and the shortest time it took."""

    of_it: Any
    took_ms: float


class Lab:
    """Builds everything when entered, and removes it after.

    With `pages` the box serves a real help point, else a stand-in that says how it was reached.
    """

    def __init__(self, hotspot: Hotspot, folder: Path, pages: Helppoint | None = None) -> None:
        self.hotspot = hotspot
        self.pages = pages
        self._number = next(_numbers)
        self.folder = folder
        self.root = folder / "root"
        self._ends = ExitStack()
        self._logs: list[Path] = []
        self._services: dict[str, int] = {}

    def __enter__(self) -> Lab:
        write(render(self.hotspot), self.root)
        try:
            self._wire()
            self._set_up_box()
            self._start_services()
        except BaseException:
            self._ends.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def phone(self, number: int, *words: str) -> object:
        """Let a phone do something (phone.py); returns what came of it."""
        return json.loads(self.run(f"phone{number}", *self.script("phone.py"), *words))

    def many(self, where: str, rows: Sequence[Sequence[str]], tries: int = 1) -> list[Came]:
        """Do many things of phone.py in a row, each so many times for the shortest time."""
        file = self.folder / f"{where}.json"
        file.write_text(json.dumps(rows))
        done = self.run(where, *self.script("phone.py"), "many", str(file), str(tries))
        return [Came(row["came"], row["took_ms"]) for row in json.loads(done)]

    def newcomer(self, number: int) -> str:
        """Let a phone leave and come back as another; returns its address."""
        card = f"02:{os.urandom(5).hex(':')}"
        for words in (("address", "flush", "dev", "wl0"), ("link", "set", "wl0", "address", card)):
            self.run(f"phone{number}", "ip", *words)
        return self.lease(number)["ip"]

    def lease(self, number: int) -> dict[str, str]:
        """Let a phone join; returns what the lease says."""
        script = self.folder / "lease.sh"
        script.write_text(LEASE_SCRIPT)
        script.chmod(0o755)
        said = self.folder / f"lease{number}"
        udhcpc = ("busybox", "udhcpc", "-i", "wl0", "-n", "-q", "-f", "-t", "5", "-T", "2")
        options = ("-O", "114", "-F", "anns-phone", "-s", str(script))
        self.run(f"phone{number}", "env", f"LEASE={said}", *udhcpc, *options)
        return dict(line.split("=", 1) for line in said.read_text().splitlines() if "=" in line)

    def run(self, where: str, *words: str) -> str:
        """Run a program in a namespace; returns what it printed."""
        done = subprocess.run(
            [*self.enter(where), *words], capture_output=True, text=True, timeout=180, check=False
        )
        if done.returncode != 0:
            raise AssertionError(f"{words} in {where}: {done.stdout}{done.stderr}")
        return done.stdout

    @contextmanager
    def meanwhile(self, where: str, script: str, *words: str) -> Iterator[Popen[str]]:
        """Let one of the scripts here run beside what is done within."""
        command = [*self.enter(where), *self.script(script), *words]
        with Popen(command, stdout=PIPE, text=True) as process:
            try:
                yield process
            finally:
                process.terminate()

    def memory_kb(self) -> dict[str, int]:
        """Return the resident memory of each of the box's services, its children included."""
        return {name: _memory_kb(pid) for name, pid in self._services.items()}

    def logs(self) -> str:
        """Return everything that the box's services have written."""
        return "\n".join(path.read_text() for path in self._logs)

    def wait_for(self, happened: Callable[[], bool], what: str, limit_s: float = 20) -> None:
        """Wait until something is so."""
        end = time.monotonic() + limit_s
        while not happened():
            if time.monotonic() > end:
                raise AssertionError(f"{what} did not happen. Logs: {self.logs()}")
            time.sleep(0.05)

    def enter(self, where: str) -> tuple[str, ...]:
        """Return what runs a program in a namespace."""
        return ("ip", "netns", "exec", self._name(where))

    def script(self, name: str) -> tuple[str, ...]:
        return (sys.executable, str(HERE / name))

    def _name(self, where: str) -> str:
        return f"hp{os.getpid()}-{self._number}-{where}"

    def _wire(self) -> None:
        for where in ("box", "phone1", "phone2", "library"):
            subprocess.run(["ip", "netns", "add", self._name(where)], check=True)
            self._ends.callback(
                subprocess.run, ["ip", "netns", "delete", self._name(where)], check=True
            )
            self.run(where, "ip", "link", "set", "lo", "up")
        card = self.hotspot.interface
        self.run("box", "ip", "link", "add", card, "type", "bridge")
        for number in (1, 2):
            phone = self._name(f"phone{number}")
            port = f"ap{number}"
            self.run("box", *f"ip link add {port} type veth peer name wl0 netns {phone}".split())
            self.run("box", "ip", "link", "set", port, "master", card, "up")
            self.run("box", "bridge", "link", "set", "dev", port, "isolated", "on")
            self.run(f"phone{number}", "ip", "link", "set", "wl0", "up")
        library = self._name("library")
        self.run("box", *f"ip link add up0 type veth peer name lan0 netns {library}".split())
        for where, device, address in (
            ("box", card, f"{BOX}/{NETWORK.prefixlen}"),
            ("box", "up0", f"{BOX_ON_LAN}/24"),
            ("library", "lan0", f"{ROUTER}/24"),
        ):
            self.run(where, "ip", "address", "add", address, "dev", device)
            self.run(where, "ip", "link", "set", device, "up")
        for address in (NHS, MIND, OTHER):
            self.run("library", "ip", "address", "add", f"{address}/32", "dev", "lo")
        self.run("box", "ip", "route", "add", "default", "via", ROUTER)

    def _set_up_box(self) -> None:
        self.run("box", "sysctl", "--quiet", "--load", str(self.root / boot.SYSCTL_PATH))
        # Twice: the second time must replace the first in one step.
        for _ in range(2):
            self.run("box", "nft", "-f", str(self.root / firewall.PATH))
        self.run("box", "ip", "address", "replace", f"{PORTAL}/32", "dev", "lo")
        self.run("box", "sysctl", "--quiet", "--write", *boot.CONNECTIONS.split())

    def _start_services(self) -> None:
        port = self.hotspot.portal_port
        ports = [f"0.0.0.0:{port}" for port in (22, 631, 853, 8001)]
        if self.pages is None:
            ports.append(f"{PORTAL}:{port}")
        else:
            served = self.pages.command("serve", "--host", PORTAL, "--port", str(port))
            self.start("box", *served)
        self._listen("box", "tcp", *ports)
        self._listen("library", "tcp", f"{ROUTER}:80", f"{NHS}:80")
        for address, name in (
            (ROUTER, "inside"),
            (NHS, "www.nhs.uk"),
            (MIND, "www.mind.org.uk"),
            (OTHER, "other"),
        ):
            self._listen("library", "tls", address, name)
        for number in (1, 2):
            self._listen(f"phone{number}", "tcp", "0.0.0.0:8080")
        names = [f"--address=/{name}/{address}" for name, address in NAMES.items()]
        lan = ("dnsmasq", "-k", "-C", os.devnull, "--no-resolv", "--no-hosts", "--pid-file=")
        self.start("library", *lan, f"--listen-address={ROUTER}", "--bind-interfaces", *names)
        if self.hotspot.has_own_network:
            file = str(self.root / dnsmasq.PATH)
            self.start("box", "dnsmasq", "-k", "-C", file, "--pid-file=")
            self.wait_for(lambda: ":53 " in self.run("box", "ss", "-lnu"), "dnsmasq starting")
        if self.hotspot.has_gate:
            self.start("box", "nginx", "-c", str(self.root / gate.PATH), "-p", str(self.folder))
        self.start("box", "avahi-daemon", "-f", str(self.root / mdns.DAEMON_PATH))
        # It first asks whether another has its name.
        self.wait_for(lambda: "successfully established" in self.logs(), "avahi starting")
        if self.hotspot.has_gate:
            self.wait_for(lambda: ":443 " in self.run("box", "ss", "-lnt"), "the gate starting")
        if self.pages is not None:
            # It first makes its pages.
            serving = f"{PORTAL}:{port} "
            self.wait_for(lambda: serving in self.run("box", "ss", "-lnt"), "pages", START_LIMIT_S)

    def _listen(self, where: str, *words: str) -> None:
        log = self.start(where, sys.executable, str(HERE / "listen.py"), *words)
        self.wait_for(lambda: "listening" in log.read_text(), f"listen.py {words}")

    def start(self, where: str, *words: str) -> Path:
        """Start a service with a /run and avahi services of its own; it ends with the lab."""
        log = self.folder / f"{len(self._logs)}-{Path(words[0]).name}.log"
        services = self.root / Path(mdns.SERVICE_PATH).parent
        prepare = (
            # A null of its own: dnsmasq makes the file of its log its user's.
            "mount -t tmpfs tmpfs /run && mknod -m 666 /run/null c 1 3"
            " && mount --bind /run/null /dev/null && mkdir /run/avahi-daemon /run/helppoint-dnsmasq"
            " && chown avahi /run/avahi-daemon && chown dnsmasq /run/helppoint-dnsmasq"
            f' && mount --bind {services} /etc/avahi/services && exec "$@"'
        )
        enter = (*self.enter(where), "unshare", "-m", "sh", "-c", prepare)
        with log.open("w") as out:
            process = Popen([*enter, "sh", *words], stdout=out, stderr=out)
        if where == "box":
            self._services[log.stem] = process.pid
        self._ends.callback(process.wait, 20)
        self._ends.callback(process.terminate)
        self._logs.append(log)
        return log


def _memory_kb(pid: int) -> int:
    process = Path(f"/proc/{pid}")
    found = re.search(r"VmRSS:\s+(\d+) kB", (process / "status").read_text())
    children = (process / f"task/{pid}/children").read_text().split()
    return int(found[1] if found else 0) + sum(_memory_kb(int(child)) for child in children)
