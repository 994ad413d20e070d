from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.powercuts.inside import PLANTS
from tests.powercuts.life import Deed
from tests.powercuts.machine import Drive
from tests.powercuts.workshop import Life, Workshop, make_workshop
from tests.powercuts.written import Write, read_log
from tests.radio import trees

# Every kind of deed before and after others: what one leaves behind must not hurt the next.
DEEDS = tuple(
    Deed(*words.split())
    for words in (
        "first", "name Elm", "sync 2", "count", "lot", "back", "sync 3", "export", "sync 4",
        "count", "name Oak", "export", "sync 5", "sync 6", "count", "back", "name Ash", "sync 7",
        "count",
    )
)  # fmt: skip
TOLD = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[TOLD] = []


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if lines := config.stash[TOLD]:
        terminalreporter.section("power cuts")
        terminalreporter.write_line("\n".join(lines))


@pytest.fixture(scope="session")
def told(request: pytest.FixtureRequest) -> list[str]:
    """Return a list of lines to print at the end."""
    return request.config.stash[TOLD]


@pytest.fixture(scope="session")
def seed(told: list[str]) -> int:
    """What chance begins with: another one each time, unless POWERCUTS_SEED says which."""
    number = int(os.environ.get("POWERCUTS_SEED") or secrets.randbelow(10**6))
    told.append(f"POWERCUTS_SEED={number} tries the same cuts of the same writes again")
    return number


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    wanted = ("qemu-system-x86_64", "busybox", "e2fsck", "debugfs", "setpriv")
    reason = trees.why_not(*wanted)
    if reason is not None:
        pytest.skip(f"{reason}; the same: sudo make test-cuts")
    return make_workshop(tmp_path_factory.mktemp("cuts"), trees.make())


@dataclass(frozen=True)
class Recorded:
    """A disk as it was at first, and every write to it."""

    base: Path
    writes: list[Write]


@pytest.fixture(scope="session")
def recorded(workshop: Workshop) -> Mapping[str, Recorded]:
    """Plant -> what a box with this plant wrote in its life; they live side by side."""
    bases, drives = {}, []
    for plant in PLANTS:
        bases[plant] = workshop.new_disk(f"recorded-{plant}")
        used, log = bases[plant].with_suffix(".used"), bases[plant].with_suffix(".log")
        shutil.copy(bases[plant], used)
        log.touch()
        drives.append(Drive(used, log))
    workshop.live([Life(DEEDS, plant) for plant in PLANTS], drives)
    return {
        plant: Recorded(base, read_log(base.with_suffix(".log"))) for plant, base in bases.items()
    }
