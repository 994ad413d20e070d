"""Decides whether an offered release is ours, whole and not older than what is shown.

python-tuf does the cryptography and the roles; around it stand the three things it leaves to us:
the root we were built with is always its starting point, our own floor of versions outlives its
files (after a power cut they can be empty, and then it would accept version 1 after 3), and the
time it judges expiry by is the trusted clock. Measured: docs/sources.md#power-cuts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root
from tuf.ngclient import Updater, UpdaterConfig
from tuf.ngclient.fetcher import FetcherInterface

from appliance.errors import StoreError, TrustError
from appliance.files import read_file
from appliance.release.keys import CORE
from appliance.release.layout import MAX_METADATA_BYTES, SIGNED_AT, TOP_ROLES, release_target
from appliance.release.manifest import MAX_RELEASE_BYTES, Release, read_release
from appliance.sync.fetcher import Fetcher, tuf_errors_in_words
from appliance.sync.memory import prepare_memory
from appliance.sync.sources import Source

ROLES = (*TOP_ROLES, CORE)
# A stolen key can make their versions as high as it likes; new keys begin anew (TUF 5.3.11).
ONLINE_ROLES = ("timestamp", "snapshot")
RELEASE = "release"
MOMENT = re.compile(r"20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\dZ")


@dataclass(frozen=True, slots=True)
class Offer:
    """A release that is properly signed, and the versions of the metadata that vouch for it.

    `signed_at` is when the timestamp was signed, by its own word: ISO 8601 in UTC, or empty.
    """

    release: Release
    release_json: str
    versions: Mapping[str, int]
    signed_at: str = ""


@dataclass(frozen=True, slots=True)
class Trust:
    """What a device believes. `anchor` is the root metadata it was built with.

    Args:
        anchor: JSON of 1.root.json.
        metadata: the folder where the TUF client keeps what it has verified.
        floor: the lowest version accepted of each role and of the release; absent means any.
        now: the moment that expiry is judged by.
        channel: whose release is wanted.
    """

    anchor: bytes
    metadata: Path
    floor: Mapping[str, int]
    now: datetime
    channel: str = CORE

    def newest(self, source: Source) -> Offer:
        """Return the newest release of `source`.

        Raises:
            SourceError: it could not be read.
            TrustError: not signed by us, damaged, expired, or older than the floor.
            StoreError: this device's own disk refused.
        """
        try:
            prepare_memory(self.metadata)
            with tuf_errors_in_words(source.name, self.now):
                return self._offer(source)
        except OSError as error:
            place = error.filename or self.metadata
            raise StoreError(f"{place} cannot be read or written: {error.strerror}") from error

    def _offer(self, source: Source) -> Offer:
        release_json = self._verified_release(Fetcher(source.chunks))
        release = read_release(release_json)
        if release.channel != self.channel:
            raise TrustError(f"{source.name} offers {release.channel} in place of {self.channel}")
        versions = {**self._verified_versions(), RELEASE: release.number}
        self._refuse_older(source.name, versions)
        return Offer(release, release_json.decode(), versions, self._signed_at())

    def _verified_release(self, fetcher: FetcherInterface) -> bytes:
        updater = Updater(
            str(self.metadata),
            "metadata",
            str(self.metadata / "targets"),
            "targets",
            fetcher,
            UpdaterConfig(max_root_rotations=32, targets_max_length=MAX_METADATA_BYTES),
            bootstrap=self.anchor,
        )
        # The library offers no other way to give it the time; a test fails should this name go.
        updater._trusted_set.reference_time = self.now
        updater.refresh()
        name = release_target(self.channel)
        target = updater.get_targetinfo(name)
        if target is None or target.length > MAX_RELEASE_BYTES:
            raise RepositoryError(f"it signs no {name} that a device could read")
        path = updater.find_cached_target(target) or updater.download_target(target)
        return read_file(Path(path), MAX_RELEASE_BYTES)

    def _verified_versions(self) -> dict[str, int]:
        """Read the versions from the files that the client has just verified and kept."""
        versions = {}
        for role in (*TOP_ROLES, self.channel):
            versions[role] = int(str(self._verified(role)["version"]))
        return versions

    def _signed_at(self) -> str:
        """Return the timestamp's own word, if what offline keys signed allows so late a day.

        Whoever steals the online key could else set every device's clock to the year 2099.
        """
        signed_at = str(self._verified("timestamp").get(SIGNED_AT, ""))
        latest = min(str(self._verified(role)["expires"]) for role in ("root", "targets"))
        return signed_at if MOMENT.fullmatch(signed_at) and signed_at <= latest else ""

    def _verified(self, role: str) -> dict[str, object]:
        """Read the signed half of what the client has just verified and kept."""
        return dict(json.loads(self._kept(role))["signed"])

    def _kept(self, role: str) -> bytes:
        # root.json is the client's own link to the newest of root_history, hence resolve.
        path = (self.metadata / f"{role}.json").resolve()
        return read_file(path, MAX_METADATA_BYTES)

    def _refuse_older(self, name: str, versions: Mapping[str, int]) -> None:
        for role, version in versions.items():
            lowest = self.floor.get(role, 0)
            if version < lowest and not self._has_new_keys(role):
                raise TrustError(
                    f"{name} offers {role} version {version}, older than version {lowest},"
                    " which this device has already accepted"
                )

    def _has_new_keys(self, role: str) -> bool:
        """Whether the newest root gives an online role other keys than the floor's root did."""
        before = self.metadata / "root_history" / f"{self.floor.get('root', 0)}.root.json"
        if role not in ONLINE_ROLES or not before.is_file():
            return False
        old = Metadata[Root].from_bytes(read_file(before, MAX_METADATA_BYTES)).signed
        new = Metadata[Root].from_bytes(self._kept("root")).signed
        return set(old.roles[role].keyids).isdisjoint(new.roles[role].keyids)
