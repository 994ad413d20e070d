"""What staff do and see: plug a stick in, wait for what the box says, look at the pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.store.pointer import Pointer
from appliance.sync.content import release_of
from tests.radio.box import HOME, helppoint
from tests.sticks.machine import UsbBox

NEWS = "/run/helppoint/sync/stick.json"
# Without KVM, on cores that others use too; alone it takes 15 s.
IMPORT_S = 600
AT_WORK = "activating,active,deactivating,reloading"


class Desk:
    """A box that staff plug sticks into."""

    def __init__(self, box: UsbBox) -> None:
        self.box = box

    @contextmanager
    def plugged(self, stick: Path, *, bytes_a_second: int | None = None) -> Iterator[None]:
        """Plug a stick in, and pull it out at the end."""
        self.box.run("rm", "--force", NEWS)
        name = self.box.plug(stick, bytes_a_second=bytes_a_second)
        try:
            yield
        finally:
            self.box.pull(name)

    def result_of(self, stick: Path) -> dict[str, object]:
        """Plug a stick in, wait until the box has done with it, and pull it out."""
        with self.plugged(stick):
            return self.result()

    def result(self) -> dict[str, object]:
        """Wait until the box has done with the stick that is plugged in."""
        self.wait_for(f"grep --quiet '\"ended\"' {NEWS} 2>/dev/null")
        self.wait_until_idle()
        return self.news()

    def news(self) -> dict[str, object]:
        """Return what the box tells staff about the last stick."""
        found: dict[str, object] = json.loads(self.box.run("cat", NEWS))
        return found

    def wait_for(self, happened: str) -> None:
        """Wait until a shell's condition holds in the box."""
        loop = f"until {happened}; do sleep 0.3; done"
        self.box.run("sh", "-c", loop, timeout_s=IMPORT_S)

    def wait_until_idle(self) -> None:
        """Wait until no stick is worked on."""
        self.box.run("udevadm", "settle")
        units = f"systemctl list-units --no-legend --plain --state={AT_WORK} 'helppoint-stick@*'"
        self.wait_for(f'test -z "$({units})"')

    def shown(self) -> int:
        """Return the number of the release that the box shows."""
        pointer = Pointer.from_bytes(self.box.run("cat", f"{HOME}/store/current.json").encode())
        return release_of(pointer.current).number

    def mounted(self) -> list[str]:
        """Return what the box has mounted of sticks."""
        lines = self.box.run("cat", "/proc/self/mountinfo").splitlines()
        return [line for line in lines if "helppoint-sticks" in line or "/dev/sd" in line]

    def journal(self) -> str:
        """Return what the import has written."""
        return self.box.run("journalctl", "--no-pager", "--unit=helppoint-stick@*")

    def export(self, folder: str) -> str:
        """Let staff write a stick; returns what they are told."""
        return helppoint(self.box, "export", folder)
