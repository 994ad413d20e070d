"""Makes what the small machine needs, and lets it live: releases, disks, and a plan of deeds."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.content import real_tree
from tests.powercuts.inside import RELEASES
from tests.powercuts.life import Deed, new_home
from tests.powercuts.machine import Drive, MachineError, make_first, start
from tests.powercuts.marks import DISK_BYTES, FILE_SYSTEM_BYTES, Mark, read_marks
from tests.powercuts.written import chance_of
from tests.publisher import Publisher
from tests.radio.trees import ROOT, Made

# What of the tests runs inside the machine.
SCRIPTS = (
    "tests/__init__.py",
    "tests/powercuts/__init__.py",
    "tests/powercuts/inside.py",
    "tests/powercuts/life.py",
    "tests/powercuts/marks.py",
)
NEWEST = 8
NOISE_BYTES = 40_000
WORK_MB = 24
# 60 s on quiet cores, 300 s on busy ones.
LIFE_S = 1200
DISK_NAMES = "cdefgh"


@dataclass(frozen=True, slots=True)
class Life:
    """What a box does one after the other; `plant` is a fault of inside.PLANTS, or none."""

    deeds: Sequence[Deed]
    plant: str = ""


@dataclass(frozen=True, slots=True)
class Workshop:
    """Everything lies in `folder`; `made` is the root folder of a box, `first` its memory disk."""

    folder: Path
    made: Made
    first: Path

    @property
    def releases(self) -> Path:
        """A folder with a signed repository for each release, under its number."""
        return self.folder / "work" / "releases"

    def new_disk(self, name: str) -> Path:
        """Make a disk for the data of a box that has shown nothing yet."""
        home = self.folder / f"{name}-home"
        new_home(home, RELEASES / "1")
        disk = self.folder / f"{name}.disk"
        with disk.open("wb") as file:
            file.truncate(DISK_BYTES)
        make_file_system(disk, home, FILE_SYSTEM_BYTES)
        return disk

    def switch_on(self, lives: Sequence[Life], drives: Sequence[Drive]) -> subprocess.Popen[bytes]:
        """Let boxes live their lives, each on the drive of the same number."""
        plan = [
            {"disk": f"/dev/vd{disk}", "plant": life.plant, "deeds": [*map(asdict, life.deeds)]}
            for disk, life in zip(DISK_NAMES, lives, strict=False)
        ]
        (self.folder / "work" / "plan.json").write_text(json.dumps(plan))
        work = self.folder / "work.disk"
        with work.open("wb") as file:
            file.truncate(WORK_MB * 2**20)
        make_file_system(work, self.folder / "work", WORK_MB * 2**20)
        return start(self.made, self.first, work, drives, self.console)

    def live(self, lives: Sequence[Life], drives: Sequence[Drive]) -> None:
        """Let boxes live their lives to the end.

        Raises:
            MachineError: one did not come to its end.
        """
        machine = self.switch_on(lives, drives)
        try:
            machine.wait(LIFE_S)
        except subprocess.TimeoutExpired as error:
            raise MachineError(f"it took more than {LIFE_S} s: {self.said()}") from error
        finally:
            machine.kill()
            machine.wait()
        for drive in drives:
            if [*read_marks(drive.disk)][-1:] != [Mark("end")]:
                raise MachineError(f"{drive.disk} was left half-way: {self.said()}")

    @property
    def console(self) -> Path:
        """Where the machine's words go."""
        return self.folder / "console.log"

    def said(self) -> str:
        """Return the machine's last words."""
        return self.console.read_text(errors="replace")[-3000:]


def make_workshop(folder: Path, made: Made) -> Workshop:
    """Sign the releases, and lay out what runs inside the machine."""
    work = folder / "work"
    publisher = Publisher.new(folder)
    for number in range(1, NEWEST + 1):
        publisher.pack(_tree(number), datetime.now(UTC))
        shutil.copytree(publisher.repository, work / "releases" / str(number))
    for script in SCRIPTS:
        (work / script).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / script, work / script)
    return Workshop(folder, made, make_first(made.tree, folder))


def _tree(number: int) -> dict[str, bytes]:
    """The least that pages are made of, with something that does not compress."""
    noise = chance_of(number).randbytes(NOISE_BYTES).hex()
    kept = {name: real_tree()[name] for name in ("languages.toml", "helplines.toml")}
    return {**kept, "README.md": noise.encode()}


def make_file_system(disk: Path, content: Path, size: int) -> None:
    """Fill the start of a file with an ext4; nothing of it is left for the kernel to do later."""
    options = ["-b", "4096", "-E", "lazy_itable_init=0,lazy_journal_init=0"]
    places = ["-d", str(content), str(disk), str(size // 4096)]
    subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", *options, *places], check=True)
