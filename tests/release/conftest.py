from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.ceremony import Society

ONE = {"a.toml": b"one"}


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Society:
    """Three people with a published release; nobody changes it."""
    return Society.new(tmp_path_factory.mktemp("society") / "first", ONE)


@pytest.fixture
def society(founded: Society, tmp_path: Path) -> Society:
    """A copy of theirs, to do anything with."""
    shutil.copytree(founded.folder, tmp_path / "society")
    return Society(tmp_path / "society")
