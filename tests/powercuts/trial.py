"""Judges what a power cut left: the file system, then the box on it, then whether it goes on."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from appliance.errors import ApplianceError
from tests.powercuts.life import (
    BROKEN,
    CHANGES,
    NOTHING,
    STICK,
    Deed,
    State,
    do,
    set_embedded,
    state_of,
)
from tests.powercuts.marks import Mark

# e2fsck(8): up to this code all is well again, and nobody needs to be asked.
MENDED = 1
ASH = "Ash Library"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be found: all as `before`; of the deed that was begun, if one was, any part `after`.

    `after` is None where nobody knows how the deed would have ended.
    """

    before: State
    deed: str = ""
    after: State | None = None

    def complaints(self, found: State) -> Iterator[str]:
        for part, is_now in found.items():
            wanted = self._wanted(part)
            if wanted and is_now not in wanted:
                yield f"{part} is {is_now!r} and not {' or '.join(map(repr, wanted))}"

    def _wanted(self, part: str) -> tuple[str, ...]:
        """Return what a part of the state may be; nothing stands for anything."""
        if self.deed == "" or part not in CHANGES[self.deed.partition(" ")[0]]:
            return (self.before[part],)
        if self.after is None:
            return ()
        # A stick that was pulled out too early: whoever reads it is told so.
        broken = (BROKEN,) if part == STICK else ()
        return (self.before[part], self.after[part], *broken)

    def outcome(self, found: State) -> str:
        """Tell what is as before the deed from what is as after it."""
        if self.deed == "":
            return "between deeds"
        if found == self.before:
            return "old"
        seen = CHANGES[self.deed.partition(" ")[0]][0]
        return "new" if self.after and found[seen] == self.after[seen] else "begun"


def allowed(said: Sequence[Mark], later: Sequence[Mark]) -> Allowed:
    """Return what may be found after `said`; what the box said `later` tells how a deed ends."""
    before = next(mark.state for mark in reversed(said) if mark.state)
    if said[-1].said != "begun":
        return Allowed(before)
    return Allowed(before, said[-1].deed, later[0].state if later else None)


@dataclass(frozen=True, slots=True)
class Judged:
    """What is wrong, what was found, and whether that is old, new, or begun, or between deeds.

    Begun is what changes a second part before the one that people see, such as name and pages.
    `is_replayed` if the file system had a journal to replay, `is_mended` if more had to be done.
    """

    complaints: tuple[str, ...]
    outcome: str = BROKEN
    found: State = field(default_factory=dict)
    is_replayed: bool = False
    is_mended: bool = False


def judge(disk: Path, may_be: Allowed, releases: Path, folder: Path) -> Judged:
    """Judge a disk after a cut; the file is changed, as it would be by the box's next start."""
    mended = _fsck(disk, "-p")
    clean = _fsck(disk, "-fn")
    if mended.returncode > MENDED or clean.returncode != 0:
        return Judged((f"e2fsck: {mended.stdout}{clean.stdout}",))
    home = _files_of(disk, releases, folder)
    try:
        found = state_of(home)
    except (ApplianceError, OSError, ValueError) as error:
        return Judged((f"what was left cannot be read: {error!r}",))
    return Judged(
        (*may_be.complaints(found), *_going_on(home, releases, found)),
        may_be.outcome(found),
        found,
        is_replayed="recovering journal" in mended.stdout,
        is_mended=mended.returncode == MENDED,
    )


def _fsck(disk: Path, how: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["e2fsck", how, disk], capture_output=True, text=True, check=False)


def _files_of(disk: Path, releases: Path, folder: Path) -> Path:
    """Copy all files out of a disk: no right to mount is needed, and no kernel can be hurt."""
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    subprocess.run(["debugfs", "-R", f"rdump / {home}", disk], capture_output=True, check=True)
    set_embedded(home, releases / "1")
    return home


def _going_on(home: Path, releases: Path, found: State) -> Iterator[str]:
    """Do the next things that a box does: each must work, and change nothing else."""
    newest = max(releases.iterdir(), key=lambda path: int(path.name)).name
    for deed in (Deed("sync", newest), Deed("name", ASH), Deed("count"), Deed("export")):
        try:
            do(deed, home, releases)
        except (ApplianceError, OSError, ValueError) as error:
            yield f"then {deed} fails: {error!r}"
            return
    now = state_of(home)
    wanted = {"name": ASH, STICK: f"release {newest}"}
    if found["lot"] != NOTHING:
        wanted["lot"] = found["lot"]
    yield from (
        f"then {part} is {now[part]!r}" for part, is_so in wanted.items() if now[part] != is_so
    )
    if not now["shown"].startswith(f"release {newest},") or now["counted"] == found["counted"]:
        yield f"then {now['shown']!r} is shown and {now['counted']!r} counted"
