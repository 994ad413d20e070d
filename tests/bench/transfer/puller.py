"""A box's sync without the making of pages, in a process of its own whose memory can be told.

Usage: puller.py FOLDER URL; FOLDER holds root.json, and the store is made in it. Prints how many
files the release has, and the most memory that this process ever had, in bytes.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from appliance.catalogue.model import Catalogue
from appliance.release.manifest import Release
from appliance.store.store import Store
from appliance.sync.sources import open_source
from appliance.sync.thrift import thrifty
from appliance.sync.trust import Trust
from appliance.sync.update import Device, update
from tests.bench.processes import megabytes


def pull(folder: Path, url: str) -> bool:
    """Bring in what is new. Returns whether there was anything."""
    store = Store(folder / "store")
    pointer = store.pointer()
    floor = {} if pointer is None else pointer.floor
    anchor = (folder / "root.json").read_bytes()
    store.prepare()
    trust = Trust(anchor, store.metadata, floor, datetime.now(UTC))
    with thrifty(open_source(url), store) as source:
        try:
            return update(source, trust, Device(store, _no_pages, _no_progress)) is not None
        finally:
            source.close()


def _no_pages(_catalogue: Catalogue, release: Release, folder: Path) -> None:
    (folder / "page").write_text(f"{release.number}", "utf-8")


def _no_progress(_stage: str, _done: int, _total: int) -> None:
    """Nobody watches."""


if __name__ == "__main__":
    is_new = pull(Path(sys.argv[1]), sys.argv[2])
    print(json.dumps({"is_new": is_new, "peak_mb": megabytes(os.getpid(), "status", "VmHWM")}))
