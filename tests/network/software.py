"""Runs real programs as a phone's own: in its namespace, with its own /run and name server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, Popen

from appliance.hotspot.model import BOX
from tests.network.lab import Lab

# /sys read only: NetworkManager then does not wait for this machine's udev.
PREPARE = (
    "mount -t tmpfs tmpfs /run && mkdir -p /run/dbus /run/NetworkManager /run/systemd/resolve"
    " && chmod 777 /run/systemd/resolve && mount -o remount,ro /sys"
    ' && mount --bind "$1" /etc/resolv.conf && shift && exec "$@"'
)


def on_phone(lab: Lab, number: int, *words: str, resolver: str = BOX) -> list[str]:
    """Return the command that runs a program so."""
    file = lab.folder / f"resolv{number}.conf"
    file.write_text(f"nameserver {resolver}\n")
    enter = lab.enter(f"phone{number}")
    return [*enter, "unshare", "-m", "sh", "-c", PREPARE, "sh", str(file), *words]


@contextmanager
def running(command: list[str], log: Path) -> Iterator[Popen[str]]:
    """Let a program run beside what is done within."""
    with (
        log.open("w") as out,
        Popen(command, stdin=DEVNULL, stdout=out, stderr=out, text=True) as it,
    ):
        try:
            yield it
        finally:
            it.terminate()
