"""A content folder on the disk that tests write in, as an editor does."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from appliance.editing.preview.snapshot import Watched
from tests.catalogue.trees import TODAY
from tests.editing.samples import dictionary


def write(folder: Path, tree: Mapping[str, bytes]) -> Path:
    for path, data in tree.items():
        save(folder / path, data)
    return folder


def save(file: Path, data: bytes) -> None:
    """Write a file, one second later than it was: a test is faster than a clock's tick."""
    before = file.stat().st_mtime if file.exists() else 1_000_000_000.0
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    os.utime(file, (before + 1, before + 1))


def watched(folder: Path) -> Watched:
    return Watched(folder, TODAY, dictionary())
