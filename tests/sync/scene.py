"""A box under attack, and what must be so after it."""

from __future__ import annotations

import gzip
import re
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from appliance.errors import ApplianceError, SourceError, TrustError, printable
from appliance.sync.sources import Source
from tests.content import tree_saying
from tests.publisher import Publisher, files_in
from tests.sync.device import Box

# What the folder of a scene holds, whatever happens.
NAMES = {"box", "keys", "repository", "honest"}


class Scene:
    """A box that shows release 1, and a publisher whose release 2 lies on a hostile origin."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.publisher = Publisher.new(folder)
        self.publisher.pack(tree_saying("One."))
        self.box = Box(folder / "box", self.publisher.anchor())
        self.box.sync(str(self.publisher.repository))
        old = files_in(self.publisher.repository)
        self.publisher.pack(tree_saying("Two."))
        new = files_in(self.publisher.repository)
        self.new = [path for path in new if old.get(path) != new[path]]
        # Later than whatever a test may sign: else it would rightly be refused as older.
        shutil.copytree(self.publisher.repository, folder / "honest")
        for words in ("Three.", "Four.", "Five."):
            Publisher(self.publisher.keys, folder / "honest").pack(tree_saying(words))

    def place(self, name: str) -> str:
        """The path of what is new in release 2: a role, `release`, `shard` or `blob`."""
        if name in ("shard", "blob"):
            blobs = [path for path in self.new if path.startswith("blobs/")]
            contents = {
                path: gzip.decompress((self.publisher.repository / path).read_bytes())
                for path in blobs
            }
            return next(p for p in blobs if contents[p].startswith(b"{") == (name == "shard"))
        if name in ("2.root", "timestamp"):
            return f"metadata/{name}.json"
        return next(path for path in self.new if path.endswith(f".{name}.json"))

    def must_refuse(self, source: Source) -> ApplianceError:
        """Sync from it: nothing may change, and an honest source works after it.

        Returns: what was said; it names the source.
        """
        honest = self.folder / "honest"
        pointer = self.box.store.folder / "current.json"
        before = pointer.read_bytes()
        with pytest.raises((SourceError, TrustError)) as caught:
            self.box.sync(source)
        assert self.box.shown() == "1: One."
        assert pointer.read_bytes() == before
        self._must_be_tidy()
        said = str(caught.value)
        assert source.name in said
        assert printable(said) == said
        assert len(said) < 600
        self.box.sync(str(honest))
        assert self.box.shown() == "5: Five."
        return caught.value

    def _must_be_tidy(self) -> None:
        assert {path.name for path in self.folder.iterdir()} == NAMES
        assert [path.name for path in self.box.folder.iterdir()] == ["store"]
        for path, content in files_in(self.box.store.folder).items():
            assert not re.search(r"\.new$|/tmp[^/]*$", path), path
            if path.startswith("blobs/"):
                assert sha256(content).hexdigest() == Path(path).stem
        assert len(list((self.box.store.folder / "sites").iterdir())) == 1
