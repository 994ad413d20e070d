"""A library's network behind the box in a container, with an internet of one site: www.nhs.uk."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from tests.radio.container import Container, run
from tests.radio.standing import Standing
from tests.radio.trees import ROOT

ROUTER = "192.168.7.1"
SITE, SITE_ADDRESS = "www.nhs.uk", "203.0.113.10"
START_S = 30


class Library(Standing):
    """Stands when entered; its cable is plugged into the box's eth0."""

    def __init__(self, container: Container, folder: Path) -> None:
        super().__init__()
        self._container = container
        self._folder = folder
        self._name = f"hp{os.getpid()}-library"

    def pull_cable(self) -> None:
        """Take the box's way out away."""
        run("ip", "-n", self._name, "link", "set", "lan0", "down")

    def publish_anew(self) -> None:
        """Sign a newer release than the one that boxes are made with."""
        content = self._folder / "content"
        shutil.copytree(ROOT / "content", content)
        with (content / "guides" / "en" / "get-nhs-app.md").open("a") as guide:
            guide.write("\n\nThis is new.\n")
        helppoint = (sys.executable, "-m", "appliance", "pack", content)
        where = ("--repository", self._folder, "--keys", ROOT / ".keys")
        run(*map(str, (*helppoint, *where)), timeout_s=START_S)

    def _build(self, ends: ExitStack) -> None:
        self._wire(ends)
        self._serve(ends)

    def _wire(self, ends: ExitStack) -> None:
        name = self._name
        run("ip", "netns", "add", name)
        ends.callback(run, "ip", "netns", "delete", name)
        pair = f"ip link add eth0 netns {self._container.pid} type veth peer name lan0 netns {name}"
        run(*pair.split())
        for device, address in (("lo", f"{SITE_ADDRESS}/32"), ("lan0", f"{ROUTER}/24")):
            run("ip", "-n", name, "address", "add", address, "dev", device)
            run("ip", "-n", name, "link", "set", device, "up")

    def _serve(self, ends: ExitStack) -> None:
        """Start what a library's router has, a source of content and the site."""
        dnsmasq = (
            "dnsmasq --keep-in-foreground --conf-file=/dev/null --pid-file= --no-resolv --no-hosts"
            f" --interface=lan0 --bind-interfaces --address=/{SITE}/{SITE_ADDRESS} --user=root"
            f" --dhcp-range=192.168.7.10,192.168.7.20 --dhcp-leasefile={self._folder / 'leases'}"
        )
        shutil.copytree(ROOT / "appliance" / "embedded", self._folder, dirs_exist_ok=True)
        web = f"{sys.executable} -m http.server --bind {ROUTER} --directory {self._folder} 80"
        site = f"{sys.executable} {ROOT / 'tests/network/listen.py'} tls {SITE_ADDRESS} {SITE}"
        for command in (dnsmasq, web, site):
            self._start(command, ends)
        self._wait_for_ports("192.168.7.1:53", "192.168.7.1:80", "203.0.113.10:443")

    def _start(self, command: str, ends: ExitStack) -> None:
        log = ends.enter_context((self._folder / "library.log").open("ab"))
        words = ["ip", "netns", "exec", self._name, *command.split()]
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        ends.callback(process.wait, 20)
        ends.callback(process.terminate)

    def _wait_for_ports(self, *wanted: str) -> None:
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            listening = run("ip", "netns", "exec", self._name, "ss", "-lnt")
            if all(port in listening for port in wanted):
                return
            time.sleep(0.1)
        raise AssertionError((self._folder / "library.log").read_text())
