"""A box in a virtual machine, without KVM: it starts in a minute or so and takes commands."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

from tests.radio.standing import Standing
from tests.radio.trees import Made

# The machine has other work too: 31 s and 1 s on quiet cores, 205 s and 10 s on busy ones.
BOOT_S = 600
COMMAND_S = 120
MEMORY_MB = 1024


class GuestError(AssertionError):
    """The machine did not start, or a command in it failed."""


class Guest(Standing):
    """Starts when entered, and is switched off after; what it writes to the disk is forgotten.

    `folder` is for the socket and the logs: `console.log` is what the kernel and systemd say.
    """

    def __init__(self, made: Made, folder: Path) -> None:
        super().__init__()
        self._made = made
        self._folder = folder
        self._unread = b""

    def run(self, *words: str, timeout_s: float = COMMAND_S) -> str:
        """Run a program in the guest; returns what it printed.

        Raises:
            GuestError: it failed or took too long, or the machine has died.
        """
        asked = {"words": words, "timeout_s": timeout_s}
        self._line.sendall(json.dumps(asked).encode() + b"\n")
        answer = self._answer(timeout_s + 60)
        if answer["code"] != 0:
            raise GuestError(f"{words} gave {answer['code']}: {answer['output']}")
        return str(answer["output"])

    def console(self) -> str:
        """Return the end of what the kernel and systemd have said."""
        return (self._folder / "console.log").read_text(errors="replace")[-3000:]

    def _build(self, ends: ExitStack) -> None:
        machine = subprocess.Popen(self._command(), stdin=subprocess.DEVNULL)
        ends.callback(machine.wait)
        ends.callback(machine.kill)
        self._line = ends.enter_context(self._connect(machine))
        if self._answer(BOOT_S) != {"ready": True}:
            raise GuestError(f"The machine did not greet us: {self.console()}")

    def _command(self) -> list[str]:
        boot = next((self._made.tree / "boot").glob("vmlinuz-*"))
        first = next((self._made.tree / "boot").glob("initrd.img-*"))
        machine = (
            # Not longer than these tests, even if they are killed.
            "setpriv --pdeathsig KILL qemu-system-x86_64 -M q35 -accel tcg,thread=multi -cpu max"
            f" -smp 2 -m {MEMORY_MB} -kernel {boot} -initrd {first}"
            f" -drive file={self._made.disk},format=raw,if=virtio,cache=unsafe,snapshot=on"
            f" -chardev socket,id=line,path={self._socket},server=on,wait=off"
            " -device virtio-serial -device virtserialport,chardev=line,name=helppoint"
            f" -serial file:{self._folder / 'console.log'} -device virtio-rng-pci"
            " -nic none -display none -monitor none -no-reboot"
        )
        # systemd's own patience, 90 s, is for computers that have their cores to themselves.
        kernel = (
            "root=/dev/vda rw console=ttyS0 quiet systemd.show_status=0"
            f" systemd.default_timeout_start_sec={BOOT_S}"
            f" systemd.default_device_timeout_sec={BOOT_S}"
        )
        return [*machine.split(), "-append", kernel]

    @property
    def _socket(self) -> Path:
        return self._folder / "line"

    def _connect(self, machine: subprocess.Popen[bytes]) -> socket.socket:
        line = socket.socket(socket.AF_UNIX)
        end = time.monotonic() + 20
        while True:
            try:
                line.connect(str(self._socket))
            except OSError as error:
                if machine.poll() is not None or time.monotonic() > end:
                    line.close()
                    raise GuestError(f"qemu did not start: {error}") from error
                time.sleep(0.1)
            else:
                return line

    def _answer(self, timeout_s: float) -> dict[str, object]:
        self._line.settimeout(timeout_s)
        try:
            while b"\n" not in self._unread:
                got = self._line.recv(65_536)
                if not got:
                    raise GuestError(f"The machine has died: {self.console()}")
                self._unread += got
        except TimeoutError as error:
            raise GuestError(f"No answer in {timeout_s} s: {self.console()}") from error
        answer, self._unread = self._unread.split(b"\n", 1)
        found: dict[str, object] = json.loads(answer)
        return found
