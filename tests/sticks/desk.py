"""What staff do and see: plug a stick in, wait for what the box says, look at the pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.store.pointer import Pointer
from appliance.sync.content import release_of
from tests.radio.box import HOME, helppoint
from tests.sticks.machine import SERIAL, UsbBox

BY_HAND = "/run/by-hand"
NEWS = "/run/helppoint/sync/stick.json"
# Without KVM, on cores that others use too; alone it takes 15 s.
IMPORT_S = 600
UNITS = "--unit=helppoint-stick@*"


class Desk:
    """A box that staff plug sticks into."""

    def __init__(self, box: UsbBox) -> None:
        self.box = box

    @contextmanager
    def plugged(self, *sticks: Path, bytes_a_second: int | None = None) -> Iterator[None]:
        """Plug sticks in, and pull them out at the end."""
        self.box.run("rm", "--force", NEWS)
        self._plugged_at = self._cursor()
        names = [self.box.plug(stick, bytes_a_second=bytes_a_second) for stick in sticks]
        try:
            yield
        finally:
            for name in names:
                self.box.pull(name)

    def result_of(self, stick: Path) -> dict[str, object]:
        """Plug a stick in, wait until the box has done with it, and pull it out."""
        with self.plugged(stick):
            return self.result()

    def result(self) -> dict[str, object]:
        """Wait until the box has done with the stick that is plugged in; returns what it tells."""
        self.wait_until_done()
        return self.news()

    def wait_until_done(self, count: int = 1) -> None:
        """Wait until the box has done with so many partitions, whatever came of it."""
        lines = f"journalctl --quiet --output=cat {UNITS} --after-cursor='{self._plugged_at}'"
        done = f"{lines} --grep='^(Finished|Condition check resulted)' | wc -l"
        self.wait_for(f'test "$({done})" -ge {count}')

    def wait_for_news(self) -> None:
        """Wait until the box says anything of a stick."""
        self.wait_for(f"test -e {NEWS}")

    def wait_for_stage(self, stage: str) -> None:
        """Wait until an import has come to a stage."""
        self.wait_for(f"grep --quiet '\"{stage}\"' {NEWS} 2>/dev/null")

    def wait_for(self, happened: str) -> None:
        """Wait until a shell's condition holds in the box."""
        loop = f"until {happened}; do sleep 0.3; done"
        self.box.run("sh", "-c", loop, timeout_s=IMPORT_S)

    def has_news(self) -> bool:
        """Whether the box has said anything of the stick."""
        return self.box.run("sh", "-c", f"ls {NEWS} 2>/dev/null || true") != ""

    @contextmanager
    def mounted_by_hand(self, stick: Path) -> Iterator[str]:
        """Let staff mount an empty or owned stick to write to it; gives its folder."""
        device = f"/dev/disk/by-id/usb-QEMU_QEMU_HARDDISK_{SERIAL}-0:0"
        with self.plugged(stick):
            self.wait_until_done()
            self.box.run("mkdir", "--parents", BY_HAND)
            self.box.run("mount", device, BY_HAND)
            try:
                yield BY_HAND
            finally:
                self.box.run("umount", BY_HAND)

    def news(self) -> dict[str, object]:
        """Return what the box tells staff about the last stick."""
        found: dict[str, object] = json.loads(self.box.run("cat", NEWS))
        return found

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
        return self.box.run("journalctl", "--no-pager", UNITS)

    def _cursor(self) -> str:
        said = self.box.run("journalctl", "--quiet", "--lines=1", "--show-cursor")
        return said.splitlines()[-1].removeprefix("-- cursor: ")

    def export(self, folder: str) -> str:
        """Let staff write a stick; returns what they are told."""
        return helppoint(self.box, "export", folder)
