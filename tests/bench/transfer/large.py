"""What one change costs, and what memory a sync takes, with 10,000 and 100,000 files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from appliance.release.manifest import pack_blob
from tests.bench.figure import Figure, at_most
from tests.bench.transfer.library import many, one_more
from tests.bench.transfer.updates import new_box, origin

SIZES = (10_000, 100_000)
# The issue's own numbers.
MAX_METADATA_BYTES, MAX_MEMORY_MB = 60_000, 80


def measure(folder: Path) -> list[Figure]:
    """Return metadata of one change, and the peak memory of both syncs, at each size."""
    figures: list[Figure] = []
    for size in SIZES:
        print(f"  {size:,} files", flush=True)
        figures += _at(size, folder / f"{size}")
        shutil.rmtree(folder / f"{size}")
    return figures


def _at(size: int, folder: Path) -> Iterator[Figure]:
    folder.mkdir()
    tree = many(size)
    with origin(folder / "origin", tree) as served:
        box = new_box(folder / "box", served.publisher)
        first, first_mb = served.pull(box)
        release = served.publish(one_more(tree))
        passed, mb = served.pull(box)
    changed = (content for path, content in one_more(tree).items() if content != tree[path])
    metadata = passed.total - sum(pack_blob(content)[0].length for content in changed)
    note = (
        f"{passed.requests} requests, all but the file itself; {len(release.shards)} shards;"
        f" first sync {first.requests:,} requests, {first.total:,} bytes"
    )
    name = f"metadata of one change, {size:,} files"
    yield at_most(name, metadata, "bytes", MAX_METADATA_BYTES, note)
    yield _memory(f"memory of a first sync, {size:,} files", first_mb)
    yield _memory(f"memory of a sync with one change, {size:,} files", mb)


def _memory(name: str, value: float) -> Figure:
    note = "peak RSS (VmHWM) of the sync's process; the content is read, pages are not made"
    return at_most(name, value, "MB", MAX_MEMORY_MB, note)
