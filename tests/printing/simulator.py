"""A printer on this computer: CUPS's own ippeveprinter, with a spool folder to look into."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PRINTS = "exit 0"


@dataclass(frozen=True)
class Simulator:
    """A running printer: its address, and the folder that its jobs go to."""

    uri: str
    folder: Path
    process: subprocess.Popen[bytes]

    def received(self) -> list[bytes]:
        """The files that were printed, in order."""
        return [path.read_bytes() for path in sorted(self.folder.glob("spool/*.pdf"))]

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def switch_off(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def message_bus() -> Iterator[str]:
    """A D-Bus of our own: ippeveprinter starts only where there is one, and announces nothing."""
    command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().decode().strip()
        finally:
            process.terminate()


@contextmanager
def simulated(
    folder: Path, bus: str, *, command: str = PRINTS, formats: str = "application/pdf"
) -> Iterator[Simulator]:
    """Run a printer that handles each job with a line of shell."""
    script = folder / "command"
    script.write_text(f"#!/bin/sh\nenv > {folder}/job-environment\n{command}\n")
    script.chmod(0o755)
    spool = folder / "spool"
    spool.mkdir()
    keys = folder / "keys"
    keys.mkdir()
    port = free_port()
    options = ["-r", "off", "-n", "localhost", "-p", str(port), "-vvv", "-k", "-f", formats]
    folders = ["-d", str(spool), "-K", str(keys), "-c", str(script)]
    arguments = ["ippeveprinter", *options, *folders, "Test printer"]
    environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": bus}
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(arguments, env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            wait_for(port, process)
            yield Simulator(f"ipp://127.0.0.1:{port}/ipp/print", folder, process)
        finally:
            process.kill()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        assert process.poll() is None, "ippeveprinter ended; are dbus-daemon and avahi's client in?"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"ippeveprinter does not listen on port {port}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        assert isinstance(port, int)
        return port
