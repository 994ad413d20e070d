"""Lets boxes live their lives, sound ones and such with a planted fault, and keeps every write."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.powercuts.life import DEEDS
from tests.powercuts.machine import Drive
from tests.powercuts.workshop import Life, Workshop
from tests.powercuts.written import Write, read_log


@dataclass(frozen=True, slots=True)
class Recorded:
    """A disk as it was at first, and every write to it."""

    base: Path
    writes: list[Write]


def record(workshop: Workshop, plants: Collection[str]) -> Mapping[str, Recorded]:
    """Return plant -> what a box with this plant wrote in its life; they live side by side.

    Raises:
        MachineError: one did not come to the end of its life.
    """
    bases = {plant: workshop.new_disk(f"recorded-{plant}") for plant in plants}
    drives = [Drive(_copy(base), _new_log(base)) for base in bases.values()]
    workshop.live([Life(DEEDS, plant) for plant in plants], drives)
    return {plant: Recorded(base, read_log(_log(base))) for plant, base in bases.items()}


def _copy(base: Path) -> Path:
    return Path(shutil.copy(base, base.with_suffix(".used")))


def _new_log(base: Path) -> Path:
    _log(base).touch()
    return _log(base)


def _log(base: Path) -> Path:
    return base.with_suffix(".log")
