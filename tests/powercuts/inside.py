"""The only program of the small machine: lives the lives that plan.json tells, and marks each deed.

Each life has a disk of its own. One that is planted with a fault never writes a certain thing
through to its disk, as a careless programmer would have it.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from appliance import files
from appliance.store import store
from appliance.sync import export
from tests.powercuts.life import Deed, do, state_of
from tests.powercuts.marks import Mark, MarkWriter

WORK = Path("/mnt")
RELEASES = WORK / "releases"
# As a box mounts its data: docs/sources.md#power-cuts and shared facts, reliability 7.
OPTIONS = "noatime,commit=60"
POWER_OFF = 0x4321FEDC  # LINUX_REBOOT_CMD_POWER_OFF, man 2 reboot


def _without_fsync() -> None:
    os.fsync = _nothing  # type: ignore[assignment]  # it asks for nothing and gives nothing


def _without_syncfs() -> None:
    for module in (store, export):
        module.sync_file_system = _nothing  # type: ignore[attr-defined]  # imported there by name


def _without_folders() -> None:
    files.sync_folder = _nothing  # type: ignore[assignment]  # as above


def _nothing(*_: object) -> None:
    """Do nothing."""


PLANTS: Mapping[str, Callable[[], None]] = {
    "": _nothing,
    "fsync": _without_fsync,
    "syncfs": _without_syncfs,
    "folders": _without_folders,
}


def live(disk: Path, plant: str, deeds: list[Deed]) -> None:
    """Do each deed, and say on the disk when it is begun and when it is done."""
    home = Path("/run") / disk.name
    home.mkdir()
    subprocess.run(["mount", "-t", "ext4", "-o", OPTIONS, disk, home], check=True)
    PLANTS[plant]()
    marks = MarkWriter(disk)
    marks.write(Mark("found", state=state_of(home)))
    for deed in deeds:
        marks.write(Mark("begun", str(deed)))
        do(deed, home, RELEASES)
        marks.write(Mark("done", str(deed), state_of(home)))
    subprocess.run(["umount", home], check=True)
    marks.write(Mark("end"))


def _in_a_process(life: Mapping[str, Any]) -> int:
    child = os.fork()
    if child == 0:
        try:
            live(Path(life["disk"]), life["plant"], [Deed(**deed) for deed in life["deeds"]])
        except BaseException:  # noqa: BLE001 - said on the console; the end mark will be missing
            traceback.print_exc()
        os._exit(0)
    return child


def main() -> None:
    """Live all lives side by side, then switch the machine off."""
    try:
        for folder in ("/tmp", "/run"):  # noqa: S108 - the machine's own, in memory
            subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)
        lives = json.loads((WORK / "plan.json").read_text())
        for child in [_in_a_process(life) for life in lives]:
            os.waitpid(child, 0)
    finally:
        ctypes.CDLL(None).reboot(POWER_OFF)


if __name__ == "__main__":
    main()
