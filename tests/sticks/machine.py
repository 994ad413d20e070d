"""A box in a virtual machine with USB sockets: sticks are plugged in and pulled out by qemu."""

from __future__ import annotations

import json
import socket
from contextlib import ExitStack
from pathlib import Path

from tests.radio.guest import Guest, GuestError

PATIENCE_S = 60
# What a stick is called by those who made it and who own it: no file of ours may say it.
SERIAL = "ANNS-STICK-4711"


class UsbBox(Guest):
    """Starts when entered; sticks are image files."""

    def plug(self, stick: Path, *, bytes_a_second: int | None = None) -> str:
        """Plug a stick in. Returns what `pull` wants to know.

        Args:
            stick: its bytes, with or without a table of partitions.
            bytes_a_second: how slow it is, as slow as the computer if None.
        """
        name = f"stick{next(self._numbers)}"
        backing = {"driver": "raw", "file": {"driver": "file", "filename": str(stick)}}
        if bytes_a_second is not None:
            limits = {"bps-total": bytes_a_second}
            self._do(
                "object-add", id=f"{name}-pace", limits=limits, **{"qom-type": "throttle-group"}
            )
            backing = {"driver": "throttle", "throttle-group": f"{name}-pace", "file": backing}
        self._do("blockdev-add", **{"node-name": name}, **backing)
        self._do(
            "device_add", driver="usb-storage", id=name, bus="usb.0", drive=name, serial=SERIAL
        )
        return name

    def pull(self, name: str) -> None:
        """Pull a stick out, whatever is going on."""
        self._do("device_del", id=name)
        while self._next().get("event") != "DEVICE_DELETED":
            pass
        self._do("blockdev-del", **{"node-name": name})

    def _command(self) -> list[str]:
        usb = ("-device", "qemu-xhci,id=usb")
        return [*super()._command(), *usb, "-qmp", f"unix:{self._hands},server=on,wait=off"]

    def _build(self, ends: ExitStack) -> None:
        super()._build(ends)
        self._numbers = iter(range(1000))
        self._qmp = ends.enter_context(socket.socket(socket.AF_UNIX))
        self._qmp.settimeout(PATIENCE_S)
        self._qmp.connect(str(self._hands))
        self._words = ends.enter_context(self._qmp.makefile("rb"))
        self._next()
        self._do("qmp_capabilities")

    @property
    def _hands(self) -> Path:
        return self._folder / "qmp"

    def _do(self, order: str, **arguments: object) -> None:
        """Tell qemu to do something (its QMP reference manual)."""
        asked = {"execute": order, "arguments": arguments}
        self._qmp.sendall(json.dumps(asked).encode() + b"\n")
        while "return" not in (said := self._next()):
            if "error" in said:
                raise GuestError(f"qemu refused {order} {arguments}: {said['error']}")

    def _next(self) -> dict[str, object]:
        said: dict[str, object] = json.loads(self._words.readline())
        return said
