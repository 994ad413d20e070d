"""Show the newest release of a source: verify, fetch what is missing, make the pages, move over."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from appliance import __version__
from appliance.catalogue.model import Catalogue
from appliance.errors import ApplianceError, SourceError, StoreError, TrustError
from appliance.release.manifest import ALL, Blob, Release
from appliance.store.pointer import Pointer, Shown
from appliance.store.store import Store
from appliance.sync.content import catalogue_of, files_of, release_of
from appliance.sync.fetch import Progress, fetch_missing, keep_stick_timestamp
from appliance.sync.sources import Source, naming
from appliance.sync.trust import Offer, Trust

log = logging.getLogger(__name__)

Render = Callable[[Catalogue, Release, Path], None]


@dataclass(frozen=True, slots=True)
class Device:
    """What an update works with.

    Args:
        store: the device's own copy.
        render: makes the pages of a catalogue in an empty folder.
        progress: told what is done, how much of it, and out of how much.
        languages: codes of those that are shown besides English; none stands for all.
    """

    store: Store
    render: Render
    progress: Progress
    languages: frozenset[str] = frozenset()


def update(source: Source, trust: Trust, device: Device) -> Release | None:
    """Show the newest release of `source`, in the languages of the device.

    Returns: the release; None if the device already shows it, staff went back from it, or it is
        for some devices only and not for this one.

    Raises:
        SourceError: could not be read; the device goes on showing what it showed.
        TrustError: not signed by us, damaged, or older than what is shown.
        ContentError: signed, but its content cannot be shown.
        StoreError: no space, or another update is at work.
    """
    store = device.store
    with store.locked(), naming(source):
        offer = trust.newest(source)
        pointer = store.pointer()
        if pointer is None or offer.versions != pointer.floor:
            keep_stick_timestamp(source, store)
        if pointer is not None and _is_settled(offer, pointer, source, device):
            _accept(offer, pointer, store)
            return None
        _refuse_unfit(offer, pointer)
        files = fetch_missing(offer.release, device.languages, source, store, device.progress)
        shown = _pages(offer.release, offer.release_json, files, device)
        first = Pointer(shown, None, {}) if pointer is None else pointer.moved_to(shown)
        _move(first.accepting(offer.versions, offer.signed_at), pointer, store)
        log.info("now showing release %d with %d files", offer.release.number, len(files))
        return offer.release


def remake(device: Device) -> None:
    """Make the pages of what is shown anew, after a setting has changed.

    Raises:
        StoreError: nothing is shown yet, the store is damaged, or it lacks a language.
    """
    store = device.store
    with store.locked():
        pointer = store.pointer()
        if pointer is None:
            raise StoreError("no release is shown yet, so there are no pages to make anew")
        _move(pointer.moved_to(_made(pointer.current, device)), pointer, store)


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
        refused = release_of(pointer.current).number
        # Made anew, in the languages that it had: settings may have changed since.
        was = Device(store, device.render, device.progress, pointer.previous.languages)
        _move(pointer.moved_back_to(_made(pointer.previous, was), refused), pointer, store)
        release = release_of(pointer.previous)
        log.info("went back from release %d to release %d", refused, release.number)
        return release


def _is_settled(offer: Offer, pointer: Pointer, source: Source, device: Device) -> bool:
    """Whether no other pages are wanted; what was lost or damaged since is fetched anew."""
    if offer.release.number <= pointer.refused or _waits(offer.release, pointer, device.store):
        return True
    shown = pointer.current
    if (shown.release_json, shown.languages) != (offer.release_json, device.languages):
        return False
    # A setting, or paper, will need it.
    fetch_missing(offer.release, device.languages, source, device.store, device.progress)
    return True


def _waits(release: Release, pointer: Pointer, store: Store) -> bool:
    """Whether a release is tried out on other devices first; what is shown already stays."""
    if release.share == ALL or release.number <= release_of(pointer.current).number:
        return False
    return store.lot() >= release.share


def _refuse_unfit(offer: Offer, pointer: Pointer | None) -> None:
    release = offer.release
    if pointer is not None and pointer.current.release_json != offer.release_json:
        shown = release_of(pointer.current)
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


def _accept(offer: Offer, pointer: Pointer, store: Store) -> None:
    """Keep what the publisher's newest word says, though nothing else changes."""
    accepted = pointer.accepting(offer.versions, offer.signed_at)
    if accepted != pointer:
        store.move_pointer(accepted)


def _made(shown: Shown, device: Device) -> Shown:
    """Make the pages of a release whose blobs are in the store."""
    release = release_of(shown)
    files = files_of(device.store, release, device.languages)
    return _pages(release, shown.release_json, files, device)


def _pages(release: Release, release_json: str, files: Mapping[str, Blob], device: Device) -> Shown:
    """Make pages in a new folder; on any failure the half-made folder goes away."""
    store = device.store
    device.progress("making pages", 0, 1)
    folder = store.new_site_folder(release.number)
    try:
        device.render(catalogue_of(store, files, device.languages), release, folder)
    except (ApplianceError, OSError):
        shutil.rmtree(folder, ignore_errors=True)
        raise
    device.progress("making pages", 1, 1)
    return Shown(release_json, folder.name, device.languages)


def _move(to: Pointer, pointer: Pointer | None, store: Store) -> None:
    """Show what `to` says, and clear away what nobody needs any more."""
    try:
        store.move_pointer(to)
    except ApplianceError:
        # It may have moved all the same: the disk can fail after the rename.
        if not _is_shown(to.current.site, store):
            shutil.rmtree(store.site_folder(to.current.site), ignore_errors=True)
        raise
    # Requests that began before the move still read the folder that was shown until now.
    _prune(store, to, keep_site=None if pointer is None else pointer.current.site)


def _is_shown(site: str, store: Store) -> bool:
    try:
        pointer = store.pointer()
    except StoreError:
        return True  # Nobody knows: what is left over is cleared away by the next update.
    return pointer is not None and pointer.current.site == site


def _prune(store: Store, pointer: Pointer, keep_site: str | None) -> None:
    """Keep what is shown and what was shown before; the rest goes."""
    kept = [shown for shown in (pointer.current, pointer.previous) if shown is not None]
    blobs: set[str] = set()
    for shown in kept:
        release = release_of(shown)
        try:
            files = files_of(store, release, shown.languages)
        except ApplianceError as error:
            log.warning("old content is not cleared away this time: %s", error)
            return
        blobs.update(blob.path for blob in (*release.shards, *files.values()))
    store.prune(blobs, {shown.site for shown in kept} | {keep_site})
