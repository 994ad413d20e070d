"""Show the newest release of a source: verify, fetch what is missing, make the pages, move over."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from appliance import __version__
from appliance.catalogue.load import load
from appliance.catalogue.model import Catalogue
from appliance.errors import ApplianceError, SourceError, StoreError, TrustError
from appliance.release.layout import STICK_TIMESTAMP
from appliance.release.manifest import (
    ALL,
    MAX_BLOB_BYTES,
    Blob,
    Release,
    listed_files,
    read_release,
    unpack_blob,
)
from appliance.store.pointer import Pointer, Shown
from appliance.store.store import Store
from appliance.sync.sources import Source, read_all
from appliance.sync.trust import Offer, Trust

log = logging.getLogger(__name__)

# python-tuf's own limit for a timestamp.
MAX_TIMESTAMP_BYTES = 16_384

Progress = Callable[[str, int, int], None]
Render = Callable[[Catalogue, Release, Path], None]


@dataclass(frozen=True, slots=True)
class Device:
    """What an update works with.

    Args:
        store: the device's own copy.
        render: makes the pages of a catalogue in an empty folder.
        progress: told what is done, how much of it, and out of how much.
    """

    store: Store
    render: Render
    progress: Progress


def update(source: Source, trust: Trust, device: Device) -> Release | None:
    """Show the newest release of `source`.

    Returns: the release; None if the device already shows it, staff went back from it, or it is
        for some devices only and not for this one.

    Raises:
        SourceError: could not be read; the device goes on showing what it showed.
        TrustError: not signed by us, damaged, or older than what is shown.
        ContentError: signed, but its content cannot be shown.
        StoreError: no space, or another update is at work.
    """
    store = device.store
    with store.locked():
        offer = trust.newest(source)
        pointer = store.pointer()
        if pointer is None or offer.versions != pointer.floor:
            _keep_stick_timestamp(source, store)
        if pointer is not None and pointer.current.release_json == offer.release_json:
            _mend(offer.release, source, device)
            _accept(offer, pointer, store)
            return None
        if pointer is not None and offer.release.number <= pointer.refused:
            _accept(offer, pointer, store)
            return None
        if pointer is not None and _waits(offer.release, store):
            _accept(offer, pointer, store)
            return None
        _refuse_unfit(offer.release, pointer)
        files = _fetch_missing(offer.release, source, device)
        shown = _pages(offer.release, offer.release_json, files, device)
        first = Pointer(shown, None, {}) if pointer is None else pointer.moved_to(shown)
        _move(first.accepting(offer.versions, offer.signed_at), pointer, store)
        log.info("now showing release %d with %d files", offer.release.number, len(files))
        return offer.release


def remake(device: Device) -> None:
    """Make the pages of what is shown anew, after a setting has changed.

    Raises:
        StoreError: nothing is shown yet, or the store is damaged.
    """
    store = device.store
    with store.locked():
        pointer = store.pointer()
        if pointer is None:
            raise StoreError("no release is shown yet, so there are no pages to make anew")
        release = read_release(pointer.current.release_json.encode())
        shown = _made(release, pointer.current.release_json, device)
        _move(pointer.moved_to(shown), pointer, store)


def roll_back(device: Device) -> Release:
    """Show what was shown before; the next update shows only what is newer than today's release.

    Returns: the release that is shown now.
    Raises:
        StoreError: there is nothing before it, or the store is damaged; what is shown stays.
    """
    store = device.store
    with store.locked():
        pointer = store.pointer()
        if pointer is None or pointer.previous is None:
            raise StoreError("there is no release before the one that is shown")
        refused = read_release(pointer.current.release_json.encode()).number
        release = read_release(pointer.previous.release_json.encode())
        # Made anew: settings may have changed since its pages were made.
        shown = _made(release, pointer.previous.release_json, device)
        _move(pointer.moved_back_to(shown, refused), pointer, store)
        log.info("went back from release %d to release %d", refused, release.number)
        return release


def shown_catalogue(store: Store) -> Catalogue:
    """Return the content that is shown.

    Raises:
        StoreError: nothing is shown yet, or the store is damaged.
    """
    pointer = store.pointer()
    if pointer is None:
        raise StoreError("no release is shown yet")
    release = read_release(pointer.current.release_json.encode())
    files = listed_files(release, lambda blob: _stored(store, blob))
    return load(_content(store, files))


def blobs_shown(store: Store, pointer: Pointer) -> tuple[Release, list[str]]:
    """Return what is shown, and the paths of its shards and blobs, each once.

    Raises:
        StoreError: the store is damaged.
    """
    release = read_release(pointer.current.release_json.encode())
    files = listed_files(release, lambda blob: _stored(store, blob))
    for blob in files.values():
        _stored(store, blob)
    return release, list(dict.fromkeys(blob.path for blob in (*release.shards, *files.values())))


def _waits(release: Release, store: Store) -> bool:
    """Whether a release is tried out on other devices first; a new one shows what there is."""
    return release.share < ALL and store.lot() >= release.share


def _refuse_unfit(release: Release, pointer: Pointer | None) -> None:
    if pointer is not None:
        shown = read_release(pointer.current.release_json.encode())
        if release.number <= shown.number:
            raise TrustError(
                f"release {release.number} is offered, but release {shown.number} is shown:"
                " a number is never used twice and never goes back"
            )
    if _version(release.min_app) > _version(__version__):
        raise SourceError(
            f"release {release.number} needs version {release.min_app} of Help Point,"
            f" this is {__version__}: update the application first"
        )


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _fetch_missing(release: Release, source: Source, device: Device) -> dict[str, Blob]:
    """Bring every blob of the release into the store. Returns path -> blob."""
    store = device.store
    files = listed_files(release, lambda blob: _fetched(store, blob, source))
    missing = [blob for blob in dict.fromkeys(files.values()) if _verified(store, blob) is None]
    _require_space(missing, store)
    device.progress("fetching", 0, len(missing))
    with ThreadPoolExecutor(source.at_once) as pool:
        fetching = [pool.submit(_fetched, store, blob, source) for blob in missing]
        try:
            for done, fetched in enumerate(fetching):
                fetched.result()
                device.progress("fetching", done + 1, len(missing))
        finally:
            for rest in fetching:
                rest.cancel()
    return files


def _require_space(missing: Sequence[Blob], store: Store) -> None:
    """Refuse at once what would fail half-way: the new files, and pages as large as today's."""
    pointer = store.pointer()
    pages = 0 if pointer is None else store.size_of_site(pointer.current.site)
    if missing:
        store.require_space(sum(blob.length for blob in missing) + pages)


def _keep_stick_timestamp(source: Source, store: Store) -> None:
    """Keep the word for sticks, if the source has it: whoever reads a stick judges it."""
    try:
        content = read_all(source, f"metadata/{STICK_TIMESTAMP}.json", MAX_TIMESTAMP_BYTES)
        store.keep_stick_timestamp(content)
    except (SourceError, OSError) as error:
        log.info("no longer-lived timestamp for sticks: %s", error)


def _mend(release: Release, source: Source, device: Device) -> None:
    """Fetch anew what was lost or damaged since; a setting, or paper, will need it."""
    files = listed_files(release, lambda blob: _fetched(device.store, blob, source))
    if any(_verified(device.store, blob) is None for blob in files.values()):
        _fetch_missing(release, source, device)


def _fetched(store: Store, blob: Blob, source: Source) -> bytes:
    """Return a blob's content from the store, or from the source and then keep it."""
    content = _verified(store, blob)
    if content is None:
        data = read_all(source, blob.path, blob.length)
        content = unpack_blob(blob, data)
        store.write_blob(blob.path, data)
    return content


def _verified(store: Store, blob: Blob) -> bytes | None:
    """Return a blob's content if the store has it whole: power cuts can leave empty files."""
    data = store.read_blob(blob.path, MAX_BLOB_BYTES)
    if data is None:
        return None
    try:
        return unpack_blob(blob, data)
    except TrustError:
        log.warning("%s is damaged in the store and will be fetched anew", blob.path)
        return None


def _stored(store: Store, blob: Blob) -> bytes:
    content = _verified(store, blob)
    if content is None:
        raise StoreError(f"{blob.path} is missing or damaged in the store: sync again")
    return content


def _accept(offer: Offer, pointer: Pointer, store: Store) -> None:
    """Keep what the publisher's newest word says, though nothing else changes."""
    accepted = pointer.accepting(offer.versions, offer.signed_at)
    if accepted != pointer:
        store.move_pointer(accepted)


def _made(release: Release, release_json: str, device: Device) -> Shown:
    """Make the pages of a release whose blobs are in the store."""
    files = listed_files(release, lambda blob: _stored(device.store, blob))
    return _pages(release, release_json, files, device)


def _pages(release: Release, release_json: str, files: Mapping[str, Blob], device: Device) -> Shown:
    """Make pages in a new folder; on any failure the half-made folder goes away."""
    store = device.store
    device.progress("making pages", 0, 1)
    folder = store.new_site_folder(release.number)
    try:
        device.render(load(_content(store, files)), release, folder)
    except (ApplianceError, OSError):
        shutil.rmtree(folder, ignore_errors=True)
        raise
    device.progress("making pages", 1, 1)
    return Shown(release_json, folder.name)


def _move(to: Pointer, pointer: Pointer | None, store: Store) -> None:
    """Show what `to` says, and clear away what nobody needs any more."""
    try:
        store.move_pointer(to)
    except ApplianceError:
        shutil.rmtree(store.site_folder(to.current.site), ignore_errors=True)
        raise
    # Requests that began before the move still read the folder that was shown until now.
    _prune(store, to, keep_site=None if pointer is None else pointer.current.site)


def _content(store: Store, files: Mapping[str, Blob]) -> dict[str, bytes]:
    return {path: _stored(store, blob) for path, blob in files.items()}


def _prune(store: Store, pointer: Pointer, keep_site: str | None) -> None:
    """Keep what is shown and what was shown before; the rest goes."""
    kept = [shown for shown in (pointer.current, pointer.previous) if shown is not None]
    blobs: set[str] = set()
    for shown in kept:
        release = read_release(shown.release_json.encode())
        try:
            files = listed_files(release, lambda blob: _stored(store, blob))
        except ApplianceError as error:
            log.warning("old content is not cleared away this time: %s", error)
            return
        blobs.update(blob.path for blob in (*release.shards, *files.values()))
    store.prune(blobs, {shown.site for shown in kept} | {keep_site})
