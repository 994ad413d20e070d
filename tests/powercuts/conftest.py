from __future__ import annotations

import os
import secrets
from collections.abc import Mapping

import pytest

from tests.powercuts.inside import PLANTS
from tests.powercuts.recording import Recorded, record
from tests.powercuts.workshop import Workshop, make_workshop
from tests.radio import trees

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


@pytest.fixture(scope="session")
def recorded(workshop: Workshop) -> Mapping[str, Recorded]:
    """Plant -> what a box with this plant wrote in its life."""
    return record(workshop, PLANTS)
