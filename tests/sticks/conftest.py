from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.radio import trees
from tests.sticks.desk import Desk
from tests.sticks.machine import UsbBox
from tests.sticks.releases import Publisher

PROGRAMS = ("qemu-system-x86_64", "mkfs.vfat", "mkfs.exfat", "mcopy")


@pytest.fixture(scope="session")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> Publisher:
    """Who signs what the box shows."""
    return Publisher(tmp_path_factory.mktemp("releases"))


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A box in a virtual machine, and what its staff see."""
    reason = trees.why_not(*PROGRAMS)
    if reason is not None:
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("guest")
    with UsbBox(trees.make(), folder) as box:
        yield Desk(box)
        (folder / "journal.log").write_text(box.run("journalctl", "--no-pager"))


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """Where a stick's image may be made."""
    return tmp_path / "stick"
