"""A box in a container with systemd, and a phone on the card that an access point would hang on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.radio.standing import Standing
from tests.radio.trees import ROOT, Made

START_S = 60
COMMAND_S = 60
# A library's network is known after 10 s on a quiet computer.
HAPPENS_S = 60
CARD = "eth1"


class ContainerError(AssertionError):
    """The container did not start, or a command in it failed."""


class Container(Standing):
    """Starts when entered, and is switched off after; what it writes stays in `folder`."""

    def __init__(self, made: Made, folder: Path) -> None:
        super().__init__()
        self._made = made
        self._folder = folder
        self._name = f"hp{os.getpid()}-phone"

    def run(self, *words: str, timeout_s: float = COMMAND_S) -> str:
        """Run a program in the box; returns what it printed."""
        return run(*self._enter(), *words, timeout_s=timeout_s)

    def phone(self, *words: str, timeout_s: float = COMMAND_S) -> str:
        """Run a program of this computer on the phone; returns what it printed."""
        return run("ip", "netns", "exec", self._name, *words, timeout_s=timeout_s)

    def phone_does(self, *words: str) -> object:
        """Let the phone do something (tests/network/phone.py); returns what came of it."""
        script = ROOT / "tests" / "network" / "phone.py"
        found: object = json.loads(self.phone(sys.executable, str(script), *words))
        return found

    def wait_until(self, happened: Callable[[], bool], what: str) -> None:
        """Wait until something is so."""
        end = time.monotonic() + HAPPENS_S
        while not happened():
            if time.monotonic() > end:
                raise ContainerError(f"{what} was waited for: {self.run('journalctl', '-n40')}")
            time.sleep(0.2)

    def _build(self, ends: ExitStack) -> None:
        root = self._mount(ends)
        self._start(root, ends)
        self._wire(ends)

    def _mount(self, ends: ExitStack) -> Path:
        root, upper, work = (self._folder / name for name in ("root", "upper", "work"))
        for folder in (root, upper, work):
            folder.mkdir(exist_ok=True)
        options = f"lowerdir={self._made.tree},upperdir={upper},workdir={work}"
        run("mount", "-t", "overlay", "overlay", "-o", options, str(root))
        ends.callback(run, "umount", str(root))
        return root

    def _start(self, root: Path, ends: ExitStack) -> None:
        # Without a register of machines: this computer need not run systemd itself.
        nspawn = (
            # Not longer than these tests, even if they are killed.
            "setpriv --pdeathsig TERM systemd-nspawn --quiet --boot --register=no --keep-unit"
            f" --private-network --console=pipe --directory {root}"
        )
        log = ends.enter_context((self._folder / "console.log").open("wb"))
        process = subprocess.Popen(
            nspawn.split(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Debian 13's systemd wants it; Debian 12's nspawn goes by what this computer has.
            env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
        )
        self.pid = self._first_process(process)
        ends.callback(self._stop, process)
        self._wait_for_boot()

    def _first_process(self, nspawn: subprocess.Popen[bytes]) -> int:
        end = time.monotonic() + START_S
        while time.monotonic() < end and nspawn.poll() is None:
            # Before systemd there is one that only prepares.
            found = run_anyway("pgrep", "--parent", str(nspawn.pid), "--exact", "systemd")
            if found:
                return int(found)
            time.sleep(0.1)
        nspawn.kill()
        nspawn.wait()
        raise ContainerError(f"systemd-nspawn did not start: {self.console()}")

    def _wait_for_boot(self) -> None:
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            state = run_anyway(*self._enter(), "systemctl", "is-system-running")
            if state == "running":
                return
            time.sleep(0.2)
        raise ContainerError(f"systemd says {state!r}, not that all runs: {self.console()}")

    def _enter(self) -> tuple[str, ...]:
        return ("nsenter", "--target", str(self.pid), "--all", "--wd=/", "--")

    def _stop(self, process: subprocess.Popen[bytes]) -> None:
        # systemd(1), SIGNALS: switch off.
        os.kill(self.pid, signal.SIGRTMIN + 4)
        process.wait(START_S)

    def _wire(self, ends: ExitStack) -> None:
        run("ip", "netns", "add", self._name)
        ends.callback(run, "ip", "netns", "delete", self._name)
        # systemd-nspawn's own --network-interface waits for udev, which containers have not.
        cards = f"ip link add {CARD} netns {self.pid} type veth peer name wl0 netns {self._name}"
        run(*cards.split())
        for device in ("lo", "wl0"):
            run("ip", "-n", self._name, "link", "set", device, "up")

    def console(self) -> str:
        """Return the end of what systemd has said."""
        return (self._folder / "console.log").read_text(errors="replace")[-3000:]


def run(*words: str, timeout_s: float = COMMAND_S) -> str:
    """Run a program of this computer; returns what it printed."""
    done = subprocess.run(words, capture_output=True, text=True, timeout=timeout_s, check=False)
    if done.returncode != 0:
        raise ContainerError(f"{words} gave {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def run_anyway(*words: str) -> str:
    """Return what a program printed, whatever it thinks of it."""
    done = subprocess.run(words, capture_output=True, text=True, timeout=COMMAND_S, check=False)
    return done.stdout.strip()
