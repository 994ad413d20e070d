"""Decides whether an offered release is ours, whole and not older than what is shown.

python-tuf does the cryptography and the roles; around it stand the three things it leaves to us:
the root we were built with is always its starting point, our own floor of versions outlives its
files (after a power cut they can be empty, and then it would accept version 1 after 3), and the
time it judges expiry by is the trusted clock. Measured: docs/sources.md#power-cuts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Signed, Targets
from tuf.ngclient import Updater, UpdaterConfig
from tuf.ngclient.fetcher import FetcherInterface

from appliance.errors import ApplianceError, SourceError, TrustError
from appliance.files import read_file
from appliance.release.keys import CORE, TARGETS
from appliance.release.layout import MAX_METADATA_BYTES, SIGNED_AT, TOP_ROLES, release_target
from appliance.release.manifest import MAX_RELEASE_BYTES, Release, read_release
from appliance.release.roles import channels_of, name_of_channel, why_unsound
from appliance.sync.fetcher import Fetcher, tuf_errors_in_words
from appliance.sync.memory import prepare_memory
from appliance.sync.sources import Source

ROLES = (*TOP_ROLES, CORE)
# A stolen key can make their versions as high as it likes; new keys begin anew (TUF 5.3.11).
ONLINE_ROLES = ("timestamp", "snapshot")
# Release files of councils are a fifth of it; the pointer holds them, and must stay readable.
MAX_COUNCIL_RELEASE_BYTES = 8_000
MOMENT = re.compile(r"20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\dZ")


def release_floor(channel: str) -> str:
    """Return the name under which the floor keeps a channel's release number."""
    return "release" if channel == CORE else f"release/{channel}"


@dataclass(frozen=True, slots=True)
class Offer:
    """A release that is properly signed, and the versions of the metadata that vouch for it.

    `signed_at` is when the timestamp was signed, by its own word: ISO 8601 in UTC, or empty. `name`
    is whose channel it is, in words.
    """

    release: Release
    release_json: str
    versions: Mapping[str, int]
    signed_at: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the publisher's newest word says of the channels that were asked for.

    Args:
        versions: of the roles that stand above all channels.
        signed_at: see `Offer`.
        offers: the newest release of each channel, and `faults` why there is none.
        gone: the channels that the publisher does not have (any more).
    """

    versions: Mapping[str, int]
    signed_at: str
    offers: dict[str, Offer]
    faults: dict[str, ApplianceError]
    gone: frozenset[str]


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
        """Return the newest release of `channel`.

        Raises:
            SourceError: it could not be read.
            TrustError: not signed by us, damaged, expired, or older than the floor.
            StoreError: this device's own disk refused.
        """
        heard = self.newest_of(source, [self.channel])
        if self.channel not in heard.offers:
            raise heard.faults[self.channel]
        return heard.offers[self.channel]

    def newest_of(self, source: Source, channels: Collection[str]) -> Heard:
        """Return the newest releases of some channels; what is wrong with one stops no other.

        Raises:
            SourceError: the source could not be read.
            TrustError: what it says of all channels is not signed by us, damaged, expired, or
                older than the floor.
            StoreError: this device's own disk refused.
            OSError: the same, in the TUF client.
        """
        prepare_memory(self.metadata)
        with tuf_errors_in_words(source.name, self.now):
            updater = self._refreshed(Fetcher(source.chunks))
        versions = {role: self._version(role) for role in TOP_ROLES}
        self._refuse_older(source.name, versions)
        targets = self._targets(source.name)
        heard = Heard(
            versions, self._signed_at(), {}, {}, frozenset(channels) - {*channels_of(targets)}
        )
        for channel in channels:
            try:
                heard.offers[channel] = self._offer(channel, targets, updater, heard, source.name)
            except (SourceError, TrustError) as error:
                heard.faults[channel] = error
        return heard

    def _targets(self, source: str) -> Targets:
        """Return which channels there are.

        Raises:
            TrustError: a channel has more than its own paths: it could speak for another.
        """
        targets = Metadata[Targets].from_bytes(self._kept(TARGETS)).signed
        fault = why_unsound(targets)
        if fault is not None:
            raise TrustError(f"{source} is not to be believed: its targets metadata {fault}")
        return targets

    def _offer(
        self, channel: str, targets: Targets, updater: Updater, heard: Heard, source: str
    ) -> Offer:
        if channel in heard.gone:
            raise TrustError(f"{source} has no channel {channel}")
        release, release_json = self._offered(channel, updater, source)
        versions = {
            channel: self._version(channel),
            release_floor(channel): release.number,
        }
        self._refuse_older(source, versions)
        name = name_of_channel(targets, channel)
        every = {**heard.versions, **versions}
        return Offer(release, release_json.decode(), every, heard.signed_at, name)

    def _refreshed(self, fetcher: FetcherInterface) -> Updater:
        updater = Updater(
            str(self.metadata),
            "metadata",
            str(self.metadata / "targets"),
            "targets",
            fetcher,
            # Targets hands out channels, and a channel hands out nothing.
            UpdaterConfig(32, max_delegations=1, targets_max_length=MAX_METADATA_BYTES),
            bootstrap=self.anchor,
        )
        # The library offers no other way to give it the time; a test fails should this name go.
        updater._trusted_set.reference_time = self.now
        updater.refresh()
        return updater

    def _offered(self, channel: str, updater: Updater, source: str) -> tuple[Release, bytes]:
        """Return a channel's release, with release.json as it was signed."""
        with tuf_errors_in_words(source, self.now):
            release_json = _verified_release(channel, updater)
        release = read_release(release_json)
        if release.channel != channel:
            raise TrustError(f"{source} offers {release.channel} in place of {channel}")
        return release, release_json

    def _version(self, role: str) -> int:
        """Read the version from the file that the client has just verified and kept."""
        return self._verified(role).version

    def _signed_at(self) -> str:
        """Return the timestamp's own word, if what offline keys signed allows so late a day.

        Whoever steals the online key could else set every device's clock to the year 2099.
        """
        signed_at = str(self._verified("timestamp").unrecognized_fields.get(SIGNED_AT, ""))
        latest = min(self._verified(role).expires for role in ("root", "targets"))
        is_moment = MOMENT.fullmatch(signed_at) is not None
        return signed_at if is_moment and signed_at <= f"{latest:%Y-%m-%dT%H:%M:%SZ}" else ""

    def _verified(self, role: str) -> Signed:
        """Read the signed half of what the client has just verified and kept.

        As the client reads it: it takes `"version": null` for 1, and finds the signature right.
        """
        return Metadata[Root].from_bytes(self._kept(role)).signed

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


def _verified_release(channel: str, updater: Updater) -> bytes:
    """Return a channel's release.json.

    Raises:
        RepositoryError: there is none that a device could read.
        DownloadError: it could not be read.
    """
    name = release_target(channel)
    most = MAX_RELEASE_BYTES if channel == CORE else MAX_COUNCIL_RELEASE_BYTES
    target = updater.get_targetinfo(name)
    if target is None or target.length > most:
        raise RepositoryError(f"it signs no {name} that a device could read")
    path = updater.find_cached_target(target) or updater.download_target(target)
    return read_file(Path(path), MAX_RELEASE_BYTES)
