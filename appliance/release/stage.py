"""Puts changes into staged/: a beginning, a release, other keys, another channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta

from securesystemslib.signer import Key
from tuf.api.metadata import Metadata, Root, Targets

from appliance.errors import ReleaseError
from appliance.files import sync_file_system
from appliance.release.ceremony import next_version, pending, release_metadata
from appliance.release.folder import Folder, Published
from appliance.release.keys import CORE, ROOT, TARGETS
from appliance.release.layout import ROOT_DAYS, TARGETS_DAYS, TOP_ROLES
from appliance.release.manifest import ALL, Release, read_release, write_release
from appliance.release.online import expiry
from appliance.release.pack import MIN_APP, refuse_unfit, write_blobs
from appliance.release.roles import (
    Signers,
    channels_of,
    first_root,
    first_targets,
    rotate,
    with_channel,
    without_channel,
)
from appliance.release.staging import Staged, Staging


@dataclass(frozen=True, slots=True)
class Stage:
    """Stages changes in a repository's folder; nothing that devices read is touched.

    Args:
        folder: the repository.
        now: the moment that lifetimes begin.
    """

    folder: Folder
    now: datetime

    def begin(self, plan: Mapping[str, Signers]) -> None:
        """Stage the first root and targets of a new repository.

        Raises:
            ReleaseError: there is a repository already.
        """
        if self.folder.newest_root():
            raise ReleaseError(f"{self.folder.path} is a repository already")
        self._staging.put(ROOT, first_root(plan, self.now))
        self._staging.put(TARGETS, first_targets(plan, self.now))

    def release(
        self,
        tree: Mapping[str, bytes],
        channel: str = CORE,
        share: int = ALL,
        on_file: Callable[[str], None] = lambda _path: None,
    ) -> Release | None:
        """Stage content as a channel's next release; its blobs are put in place at once.

        Blobs are named by what they hold and nothing names them yet, so nobody reads them.

        Args:
            tree: path -> bytes.
            channel: whose release.
            share: how many of a hundred devices will show it, 1 to 100.
            on_file: told each path before it is packed.
        Returns: the release; None if it is what is published, and still holds for long.
        Raises:
            ReleaseError: the channel is not there, or a file cannot be packed.
        """
        published = self.folder.published()
        self._refuse_unknown(channel, published)
        for path, content in tree.items():
            refuse_unfit(path, content)
        self.folder.path.mkdir(parents=True, exist_ok=True)
        shards = write_blobs(tree, self.folder.path, on_file)
        sync_file_system(self.folder.path)
        current = self.folder.release(channel, published)
        newest = None if current is None else read_release(current)
        if (
            current is not None
            and newest is not None
            and (newest.shards, newest.share) == (shards, share)
        ):
            if self._holds_for_long(published.channels[channel]):
                return None
            self._put_release(channel, current)
            return newest
        number = self.folder.highest_release(channel) if newest is None else newest.number
        number += 1
        release = Release(channel, number, self.now, MIN_APP, shards, share)
        self._put_release(channel, write_release(release))
        return release

    def keys(
        self,
        role: str,
        add: Sequence[Key] = (),
        remove: Sequence[str] = (),
        threshold: int | None = None,
    ) -> None:
        """Stage a role's change of keys; with no change, a longer life for what hands it out.

        What the role has signed is staged too, to be signed again by its keys from now on.

        Raises:
            ReleaseError: no such role or key, or too few keys would be left.
        """
        published, staged = self._state()
        if role in TOP_ROLES:
            root = self._next_root(published, staged)
            rotate(root, role, add, remove, threshold)
            self._staging.put(ROOT, root)
            if role == TARGETS:
                self._staging.put(TARGETS, self._next_targets(published, staged))
        else:
            targets = self._next_targets(published, staged)
            rotate(targets, role, add, remove, threshold)
            self._staging.put(TARGETS, targets)
            self._again(role, published)

    def channel(self, name: str, signers: Signers, in_words: str = "") -> None:
        """Stage a new channel; `in_words` is whose it is, such as Leeds City Council.

        Raises:
            ReleaseError: nothing to add it to.
        """
        targets = self._next_targets(*self._state())
        self._staging.put(TARGETS, with_channel(targets, name, signers, in_words))

    def without_channel(self, name: str) -> None:
        """Stage that there is a channel no more; what it has staged itself is thrown away.

        Raises:
            ReleaseError: there is no such channel, or it is the national one.
        """
        if name == CORE:
            raise ReleaseError(f"{CORE} is the national content: it cannot be removed")
        targets = self._next_targets(*self._state())
        self._staging.put(TARGETS, without_channel(targets, name))
        self._staging.drop(name)

    @property
    def _staging(self) -> Staging:
        return Staging(self.folder.path)

    def _state(self) -> tuple[Published, Staged]:
        published = self.folder.published()
        return published, pending(published, self._staging.read())

    def _next_root(self, published: Published, staged: Staged) -> Root:
        current = staged.root or published.root
        if current is None:
            raise ReleaseError("there is no repository yet: run `helppoint publish begin`")
        root = deepcopy(current.signed)
        root.version = 1 if published.root is None else published.root.signed.version + 1
        root.expires = expiry(self.now, ROOT_DAYS)
        return root

    def _next_targets(self, published: Published, staged: Staged) -> Targets:
        current = staged.targets or published.targets
        if current is None:
            raise ReleaseError("there is no repository yet: run `helppoint publish begin`")
        return next_version(current.signed, self.folder.highest(TARGETS) + 1, self.now)

    def _again(self, channel: str, published: Published) -> None:
        """Stage a channel's release as it is, for other keys; one that is staged is kept."""
        current = published.channels.get(channel)
        staged = self._staging.read()
        if channel in staged.channels:
            self._staging.put(channel, staged.channels[channel].signed)
        elif current is not None:
            release_json = self.folder.release(channel, published)
            self._put_release(channel, release_json or b"")

    def _put_release(self, channel: str, release_json: bytes) -> None:
        number = self.folder.highest(channel) + 1
        self._staging.put_release(channel, release_json)
        metadata = release_metadata(channel, release_json, number, self.now)
        self._staging.put(channel, metadata)

    def _refuse_unknown(self, channel: str, published: Published) -> None:
        targets = self._staging.read().targets or published.targets
        known = [] if targets is None else channels_of(targets.signed)
        if channel not in known:
            raise ReleaseError(
                f"{self.folder.path} has no channel {channel}: it has {', '.join(known) or 'none'}"
            )

    def _holds_for_long(self, metadata: Metadata[Targets]) -> bool:
        return metadata.signed.expires > self.now + timedelta(days=TARGETS_DAYS // 2)
