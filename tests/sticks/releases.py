"""Releases for the box in the machine, signed with the keys that its own content is signed with."""

from __future__ import annotations

import base64
import random
import shutil
from datetime import UTC, datetime
from pathlib import Path

from appliance.release.keys import load_keys
from appliance.release.pack import pack
from appliance.release.repository import Repository
from tests.content import CONTENT, PROJECT
from tests.faults.deeds import tree_of

# So much that a slow stick can be pulled out meanwhile; random, or it would be packed small.
BULK_BYTES = 300_000


class Publisher:
    """Publishes on from the release that the box ships; each release is a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._repository = folder / "publisher"
        shutil.copytree(PROJECT / "appliance" / "embedded", self._repository)

    def publish(self, to: Path) -> int:
        """Publish the next release, small to render; returns its number."""
        keys = load_keys(PROJECT / ".keys")
        repository = Repository(self._repository, keys, datetime.now(UTC).replace(microsecond=0))
        release, _ = pack(small_tree(str(to)), repository)
        shutil.copytree(self._repository, to)
        return release.number


def small_tree(word: str) -> dict[str, bytes]:
    """The smallest content that pages can be made from, and some bulk."""
    noise = random.Random(word).randbytes(BULK_BYTES)  # noqa: S311 - not for secrets
    helplines = (CONTENT / "helplines.toml").read_bytes()
    return {**tree_of(base64.b64encode(noise).decode()), "helplines.toml": helplines}
