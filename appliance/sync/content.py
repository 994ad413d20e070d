"""What the store holds of a release: its files, checked by hash, and the catalogue they make."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping

from appliance.catalogue.editions import is_wanted, only
from appliance.catalogue.load import load
from appliance.catalogue.model import Catalogue
from appliance.errors import StoreError, TrustError
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
        TrustError: a shard is none, or there are too many files.
    """
    files = listed_files(release, read)
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


def catalogue_of(store: Store, files: Mapping[str, Blob], languages: Collection[str]) -> Catalogue:
    """Load the catalogue of some files.

    Raises:
        ContentError: they cannot be shown.
        StoreError: one is missing or damaged.
    """
    return only(load(StoredTree(store, files)), languages)


def shown_catalogue(store: Store) -> Catalogue:
    """Return the content that is shown.

    Raises:
        StoreError: nothing is shown yet, or the store is damaged.
    """
    pointer = store.pointer()
    if pointer is None:
        raise StoreError("no release is shown yet")
    languages = pointer.current.languages
    return catalogue_of(store, files_of(store, release_of(pointer.current), languages), languages)


def all_languages(store: Store) -> frozenset[str]:
    """Return the codes of all languages of the release that is shown, also of those left out.

    Raises:
        StoreError: nothing is shown yet, or the store is damaged.
    """
    pointer = store.pointer()
    if pointer is None:
        raise StoreError("no release is shown yet")
    files = files_of(store, release_of(pointer.current), pointer.current.languages)
    return frozenset(load(StoredTree(store, files)).languages)


def has_languages(store: Store, languages: Collection[str]) -> bool:
    """Whether the store holds what is shown in these languages, whole."""
    pointer = store.pointer()
    if pointer is None:
        return False
    files = files_of(store, release_of(pointer.current), languages)
    return all(verified(store, blob) is not None for blob in files.values())


def holds_all(store: Store, pointer: Pointer) -> bool:
    """Whether the whole release that is shown lies in the store, by its files' lengths.

    Raises:
        StoreError: a shard is missing or damaged.
    """
    release = release_of(pointer.current)
    blobs = {*release.shards, *files_of(store, release, ()).values()}
    return all(store.length_of(blob.path) == blob.length for blob in blobs)


def release_of(shown: Shown) -> Release:
    """Return the release that pages were made from."""
    return read_release(shown.release_json.encode())


def blobs_shown(store: Store, pointer: Pointer) -> tuple[Release, list[str]]:
    """Return what is shown, and the paths of all its shards and blobs, each once.

    Raises:
        StoreError: the store is damaged, or has only some of the languages.
    """
    release = release_of(pointer.current)
    files = files_of(store, release, ())
    if any(verified(store, blob) is None for blob in files.values()):
        raise StoreError(
            "this box does not have the whole release, perhaps because it keeps only some"
            ' languages: `helppoint settings languages ""` and a sync bring the rest'
        )
    return release, list(dict.fromkeys(blob.path for blob in (*release.shards, *files.values())))
