"""Deeds of those who publish: whatever goes wrong, devices find the old or the new, and whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from appliance.cli.publish import finish, renew
from appliance.errors import ApplianceError
from appliance.release.ceremony import pending
from appliance.release.keyfile import new_key, open_signer, read_public
from appliance.release.stage import Stage
from appliance.release.staging import Staging
from appliance.sync.readback import read_back
from appliance.sync.sources import FolderSource
from appliance.sync.trust import Trust
from tests.ceremony import Society
from tests.faults.deeds import Deed, tree_of
from tests.publisher import SIGNED_AT, days_later

LATER = days_later(1)


class _OfASociety(Deed):
    """A deed of several people who have published one release."""

    releases = frozenset({1})
    timestamps = frozenset({1})

    def prepare(self, folder: Path) -> None:
        Society.new(folder / "society", tree_of("one"))

    def society(self, folder: Path) -> Society:
        return Society(folder / "society")

    def complaints(self, folder: Path, *, is_done: bool) -> Iterator[str]:
        """Say what a new box, and one that knows release 1, would not be able to read."""
        society = self.society(folder)
        source = FolderSource(society.repository)
        known = folder / "known"
        try:
            (found,) = read_back(source, society.anchor(), LATER)
            if not known.exists():
                Trust(society.anchor(), known, {}, LATER).newest(source)
            Trust(society.anchor(), known, {"release": 1}, LATER).newest(source)
        except ApplianceError as error:
            yield f"devices are refused: {error}"
            return
        seen = (found.release.number, found.versions["timestamp"])
        wanted = [(max(self.releases), max(self.timestamps))] if is_done else self.whole_states()
        if seen not in wanted:
            yield f"devices find release {seen[0]} by timestamp {seen[1]}"

    def whole_states(self) -> list[tuple[int, int]]:
        """Return release and timestamp as before, and as after."""
        return list(zip(sorted(self.releases), sorted(self.timestamps), strict=True))


class Finish(_OfASociety):
    """The second release, signed by all who must, is put in place."""

    releases = frozenset({1, 2})
    timestamps = frozenset({1, 2})

    def prepare(self, folder: Path) -> None:
        super().prepare(folder)
        society = self.society(folder)
        society.stage().release(tree_of("two"))
        society.sign("ann", "bob")

    def do(self, folder: Path) -> None:
        society = self.society(folder)
        if not Staging(society.repository).path.exists():
            return  # Done again after it was done: nothing is left to do.
        with _moment(LATER):
            assert finish.callback is not None
            finish.callback(repository=society.repository, keys=society.folder / "online")


class Renew(_OfASociety):
    """The word that the newest release is the newest is said anew, as each day."""

    releases = frozenset({1})
    timestamps = frozenset({1, 2})

    def do(self, folder: Path) -> None:
        society = self.society(folder)
        published = society.files.published().timestamp
        if published is not None and published.signed.version == 2:
            return
        with _moment(LATER):
            assert renew.callback is not None
            renew.callback(repository=society.repository, keys=society.folder / "online")

    def whole_states(self) -> list[tuple[int, int]]:
        return [(1, 1), (1, 2)]


class NewChannel(_OfASociety):
    """A council's channel is staged; nothing that devices read changes."""

    def prepare(self, folder: Path) -> None:
        super().prepare(folder)
        self.society(folder).make_key("leeds")

    def do(self, folder: Path) -> None:
        society = self.society(folder)
        Stage(society.files, SIGNED_AT).channel("council-leeds", society.signers("leeds"))

    def complaints(self, folder: Path, *, is_done: bool) -> Iterator[str]:
        yield from super().complaints(folder, is_done=is_done)
        society = self.society(folder)
        try:
            staged = pending(society.files.published(), Staging(society.repository).read())
        except ApplianceError as error:
            yield f"what is staged cannot be read: {error}"
            return
        delegations = None if staged.targets is None else staged.targets.signed.delegations
        channels = {} if delegations is None else delegations.roles or {}
        if is_done and "council-leeds" not in channels:
            yield "the channel was said to be staged"


class NewKey(Deed):
    """Somebody makes their signing key."""

    def prepare(self, folder: Path) -> None:
        """Nothing is there."""

    def path(self, folder: Path) -> Path:
        return folder / "ann.pem"

    def do(self, folder: Path) -> None:
        if not self.path(folder).exists():
            new_key(self.path(folder), None)

    def complaints(self, folder: Path, *, is_done: bool) -> Iterator[str]:
        """A key that is there has both its halves, and they belong together."""
        path = self.path(folder)
        if not path.exists():
            if is_done:
                yield "the key was said to be made"
            return
        try:
            signer = open_signer(str(path), str)
            if signer.public_key.keyval != read_public(path.with_suffix(".pub")).keyval:
                yield "the two halves are of different keys"
        except ApplianceError as error:
            yield str(error)


@contextmanager
def _moment(when: datetime) -> Iterator[None]:
    """Let the programs sign as of a moment, as builds that are repeated do."""
    os.environ["SOURCE_DATE_EPOCH"] = f"{when.timestamp():.0f}"
    try:
        yield
    finally:
        del os.environ["SOURCE_DATE_EPOCH"]


DEEDS: tuple[Deed, ...] = (Finish(), Renew(), NewChannel(), NewKey())
