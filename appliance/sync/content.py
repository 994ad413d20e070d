"""What the store holds of a release: its files, checked by hash, and the catalogue they make."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from appliance.catalogue.editions import is_wanted, only
from appliance.catalogue.load import load
from appliance.catalogue.model import Catalogue
from appliance.errors import ChannelError, ReleaseError, StoreError, TrustError
from appliance.release.channels import merged, refuse_borrowed, refuse_foreign
from appliance.release.keys import CORE
from appliance.release.listing import Listing
from appliance.release.manifest import (
    MAX_BLOB_BYTES,
    Blob,
    Release,
    listed_files,
    read_release,
    unpack_blob,
)
from appliance.store.pointer import Pointer, Shown
from appliance.store.store import Store

log = logging.getLogger(__name__)


def listed(release: Release, languages: Collection[str], read: Callable[[Blob], bytes]) -> Listing:
    """Return path -> blob of the files of a release that are wanted for `languages`.

    Args:
        release: what names the shards.
        languages: codes; none stands for all.
        read: returns a shard's content.
    Raises:
        ChannelError: a council has files that it may not have.
        TrustError: a shard is none, or there are too many files.
    """
    files = listed_files(release, read)
    if release.channel != CORE:
        with named_fault(release):
            refuse_foreign(release.channel, {path: blob.size for path, blob in files.items()})
    return files.only(lambda path: is_wanted(path, languages)) if languages else files


def verified(store: Store, blob: Blob) -> bytes | None:
    """Return a blob's content if the store has it whole: power cuts can leave empty files."""
    data = store.read_blob(blob.path, MAX_BLOB_BYTES)
    if data is None:
        return None
    try:
        return unpack_blob(blob, data)
    except TrustError:
        log.warning("%s is damaged in the store and will be fetched anew", blob.path)
        return None


class StoredTree(Mapping[str, bytes]):
    """A content tree whose files are read when they are asked for: pictures may be many."""

    def __init__(self, store: Store, files: Mapping[str, Blob]) -> None:
        self._store, self._files = store, files

    def __getitem__(self, path: str) -> bytes:
        return stored(self._store, self._files[path])

    def __contains__(self, path: object) -> bool:
        return path in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def stored(store: Store, blob: Blob) -> bytes:
    """Return a blob's content.

    Raises:
        StoreError: the store has it not, or not whole.
    """
    content = verified(store, blob)
    if content is None:
        raise StoreError(f"{blob.path} is missing or damaged in the store: sync again")
    return content


def files_of(store: Store, release: Release, languages: Collection[str]) -> Listing:
    """Return path -> blob of a release that the store holds."""
    return listed(release, languages, lambda blob: stored(store, blob))


def catalogue_of(store: Store, shown: Shown) -> Catalogue:
    """Load the content of all channels that are shown together.

    Raises:
        ChannelError: two of them do not go together.
        ContentError: it cannot be shown.
        StoreError: something is missing or damaged.
    """
    tree: Mapping[str, bytes] = _tree(store, release_of(shown), shown.languages)
    for release in councils_of(shown):
        own = _tree(store, release, shown.languages)
        with named_fault(release):
            refuse_borrowed(tree, [release.channel])
            tree = merged(tree, release.channel, own)
    names = {channel: council.name for channel, council in shown.councils.items()}
    return replace(only(load(tree), shown.languages), councils=names)


def refuse_borrowed_names(store: Store, shown: Shown) -> None:
    """Refuse national content that names something as only one of the councils may.

    Raises:
        ChannelError: it does.
    """
    release = release_of(shown)
    with named_fault(release):
        refuse_borrowed(_tree(store, release, shown.languages), shown.councils)


def _tree(store: Store, release: Release, languages: Collection[str]) -> StoredTree:
    return StoredTree(store, files_of(store, release, languages))


@contextmanager
def named_fault(release: Release) -> Iterator[None]:
    """Say what a publisher would have been told of a release, with whose it is.

    Raises:
        ChannelError: in place of a ReleaseError.
    """
    try:
        yield
    except ReleaseError as error:
        raise ChannelError(f"release {release.number} of {release.channel}: {error}") from error


def shown_catalogue(store: Store) -> Catalogue:
    """Return the content that is shown.

    Raises:
        StoreError: nothing is shown yet, or the store is damaged.
    """
    return catalogue_of(store, _pointer(store).current)


def all_languages(store: Store) -> frozenset[str]:
    """Return the codes of all languages of the release that is shown, also of those left out.

    Raises:
        StoreError: nothing is shown yet, or the store is damaged.
    """
    current = _pointer(store).current
    return frozenset(load(_tree(store, release_of(current), current.languages)).languages)


def _pointer(store: Store) -> Pointer:
    pointer = store.pointer()
    if pointer is None:
        raise StoreError("no release is shown yet")
    return pointer


def has_languages(store: Store, shown: Shown, languages: Collection[str]) -> bool:
    """Whether the store holds what is shown in these languages, whole."""
    return all(
        verified(store, blob) is not None
        for release in releases_of(shown)
        for blob in files_of(store, release, languages).values()
    )


def holds_all(store: Store, shown: Shown) -> bool:
    """Whether all the releases that are shown lie in the store whole, by their files' lengths.

    Raises:
        StoreError: a shard is missing or damaged.
    """
    return all(
        store.length_of(blob.path) == blob.length
        for release in releases_of(shown)
        for blob in {*release.shards, *files_of(store, release, ()).values()}
    )


def release_of(shown: Shown) -> Release:
    """Return the release that pages were made from."""
    return read_release(shown.release_json.encode())


def councils_of(shown: Shown) -> list[Release]:
    """Return the councils' releases that stand in the same pages."""
    return [read_release(council.release_json.encode()) for council in shown.councils.values()]


def releases_of(shown: Shown) -> list[Release]:
    """Return every release that pages were made from, the national one first."""
    return [release_of(shown), *councils_of(shown)]


def each_blob_of(store: Store, shown: Shown) -> Iterator[Blob]:
    """Yield all shards and blobs that are shown, one that is there twice twice.

    Raises:
        StoreError: a shard is missing or damaged.
    """
    for release in releases_of(shown):
        yield from release.shards
        yield from files_of(store, release, shown.languages).blobs()


def blobs_shown(store: Store, shown: Shown) -> list[str]:
    """Return the paths of all shards and blobs of some releases in every language, each once.

    Raises:
        StoreError: the store is damaged, or has only some of the languages.
    """
    if not has_languages(store, shown, ()):
        raise StoreError(
            "this box does not have the whole release, perhaps because it keeps only some"
            ' languages: `helppoint settings languages ""` and a sync bring the rest'
        )
    every = each_blob_of(store, replace(shown, languages=frozenset()))
    return list(dict.fromkeys(blob.path for blob in every))
