"""Show the newest of a source: verify, fetch what is missing, make the pages, move over."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from appliance.errors import ApplianceError, ChannelError, SpaceError, StoreError, TrustError
from appliance.release.keys import CORE
from appliance.release.listing import BlobPaths
from appliance.release.manifest import Release, read_release
from appliance.store.pointer import Attempt, Pointer, Shown
from appliance.store.store import Store, disk_error
from appliance.sync.content import each_blob_of, release_of
from appliance.sync.device import Device, Render
from appliance.sync.fetch import keep_stick_timestamp
from appliance.sync.gather import Gathered, gather
from appliance.sync.making import discard, made, made_together
from appliance.sync.sources import Source, naming
from appliance.sync.trust import Heard, Trust

__all__ = ["Device", "Render", "remake", "roll_back", "update"]

log = logging.getLogger(__name__)


def update(source: Source, trust: Trust, device: Device) -> Release | None:
    """Show the newest releases of `source`, in the languages of the device.

    What is wrong with a council's release is told to `device.on_fault`, and its last good one
    stays; the nation's is raised, after all else is shown.

    Returns: the national release; None if the device already shows what it should, staff went back
        from it, or it is for some devices only and not for this one.

    Raises:
        SourceError: could not be read; the device goes on showing what it showed.
        TrustError: not signed by us, damaged, or older than what is shown.
        ContentError, ChannelError: signed, but its content cannot be shown.
        StoreError: no space, or another update is at work.
    """
    with device.store.locked():
        try:
            return _update(source, trust, device)
        except SpaceError:
            # What broken-off updates left may be what takes the room.
            if not _clear_leftovers(device.store):
                raise
            return _update(source, trust, device)


def _update(source: Source, trust: Trust, device: Device) -> Release | None:
    store = device.store
    with _disk_in_words(store), naming(source):
        heard = trust.newest_of(source, (CORE, *device.channels))
        store.let_group_read_metadata()
        pointer = store.pointer()
        if pointer is None or _is_later(heard, pointer):
            keep_stick_timestamp(source, store)
        gathered = gather(heard, pointer, source, device)
        faults, release = gathered.faults, None
        if pointer is None or not gathered.is_settled:
            faults, release = _show(heard, gathered, pointer, device)
        elif heard.offers.keys() - faults:
            _settle(heard, gathered, pointer, store)
        _tell(faults, device)
        return release


@contextmanager
def _disk_in_words(store: Store) -> Iterator[None]:
    """Raise what the disk says as one of our own errors."""
    try:
        yield
    except OSError as error:
        raise disk_error(error, error.filename or store.folder) from error


def _clear_leftovers(store: Store) -> bool:
    """Clear away what nothing that is or was shown needs. Returns whether there was any."""
    pointer = store.pointer()
    if pointer is None:
        return store.prune(set(), set())
    return _prune(store, pointer, keep_site=None)


def remake(device: Device) -> None:
    """Make the pages of what is shown anew, after a setting has changed.

    Raises:
        StoreError: nothing is shown yet, the store is damaged, or it lacks a language.
    """
    store = device.store
    with store.locked(), _disk_in_words(store):
        pointer = store.pointer()
        if pointer is None:
            raise StoreError("no release is shown yet, so there are no pages to make anew")
        kept = replace(pointer.current.of(device.channels), languages=device.languages)
        _move(pointer.moved_to(made(kept, device), device.channels), pointer, store)


def roll_back(device: Device) -> Release:
    """Show what was shown before; the next update shows only what is newer than today's releases.

    Returns: the national release that is shown now.
    Raises:
        StoreError: there is nothing before it, or the store is damaged; what is shown stays.
    """
    store = device.store
    with store.locked(), _disk_in_words(store):
        pointer = store.pointer()
        if pointer is None or pointer.previous is None:
            raise StoreError("there is no release before the one that is shown")
        # Made anew, in the languages that it had: settings may have changed since.
        was = pointer.previous.of(device.channels)
        _move(_back(pointer, made(was, device)), pointer, store)
        release, now = release_of(was), release_of(pointer.current)
        log.info("went back from release %d to release %d", now.number, release.number)
        return release


def _back(pointer: Pointer, shown: Shown) -> Pointer:
    """Refuse from now on what was shown of each channel, where it is not shown any more."""
    now, refused = pointer.current, pointer.refused
    if now.release_json != shown.release_json:
        refused = release_of(now).number
    left = {
        channel: read_release(council.release_json.encode()).number
        for channel, council in now.councils.items()
        if channel not in shown.councils
        or shown.councils[channel].release_json != council.release_json
    }
    return pointer.moved_back_to(shown, refused, {**pointer.refused_of, **left})


def _is_later(heard: Heard, pointer: Pointer) -> bool:
    return any(pointer.floor.get(role) != number for role, number in heard.versions.items())


def _settle(heard: Heard, gathered: Gathered, pointer: Pointer, store: Store) -> None:
    """Keep what the publisher's newest word says, though nothing else changes."""
    accepted = _accepted(pointer, heard, gathered.faults, gathered.attempt({}))
    if accepted != pointer:
        store.move_pointer(accepted)
    councils = (error for channel, error in gathered.faults.items() if channel != CORE)
    if any(isinstance(error, TrustError | ChannelError) for error in councils):
        # Or a council could fill the card, a broken release a day.
        _prune(store, accepted, keep_site=None)


def _accepted(
    pointer: Pointer,
    heard: Heard,
    faults: Mapping[str, ApplianceError],
    tried: Attempt | None,
) -> Pointer:
    """Return the pointer with the versions of whatever is not at fault as its floor."""
    versions = dict(heard.versions)
    for channel, offer in heard.offers.items():
        if channel not in faults:
            versions |= offer.versions
    return replace(pointer.accepting(versions, heard.signed_at), attempt=tried)


def _show(
    heard: Heard, gathered: Gathered, pointer: Pointer | None, device: Device
) -> tuple[Mapping[str, ApplianceError], Release | None]:
    """Make pages of what was gathered and show them."""
    shown, at_fault = made_together(gathered.wanted, pointer, device)
    faults = {**gathered.faults, **at_fault}
    tried = gathered.attempt(at_fault)
    if pointer is not None and shown == pointer.current:
        accepted = _accepted(pointer, heard, faults, tried)
        device.store.move_pointer(accepted)
        _prune(device.store, accepted, keep_site=None)
        return faults, None
    first = (
        Pointer(shown, None, {})
        if pointer is None
        else pointer.moved_to(shown, _kept(heard, device))
    )
    _move(_accepted(first, heard, faults, tried), pointer, device.store)
    release = release_of(shown)
    log.info("now showing release %d, and %d councils", release.number, len(shown.councils))
    return faults, release


def _kept(heard: Heard, device: Device) -> list[str]:
    return [channel for channel in device.channels if channel not in heard.gone]


def _tell(faults: Mapping[str, ApplianceError], device: Device) -> None:
    for channel in device.channels:
        if channel in faults:
            log.warning("the newest of %s is not shown: %s", channel, faults[channel])
            device.on_fault(channel, faults[channel])
    if CORE in faults:
        raise faults[CORE]


def _move(to: Pointer, pointer: Pointer | None, store: Store) -> None:
    """Show what `to` says, and clear away what nobody needs any more."""
    try:
        store.move_pointer(to)
    except ApplianceError:
        # It may have moved all the same: the disk can fail after the rename.
        if not _is_shown(to.current.site, store):
            discard(to.current, store)
        raise
    # Requests that began before the move still read the folder that was shown until now.
    _prune(store, to, keep_site=None if pointer is None else pointer.current.site)


def _is_shown(site: str, store: Store) -> bool:
    try:
        pointer = store.pointer()
    except StoreError:
        return True  # Nobody knows: what is left over is cleared away by the next update.
    return pointer is not None and pointer.current.site == site


def _prune(store: Store, pointer: Pointer, keep_site: str | None) -> bool:
    """Keep what is shown and what was shown before; the rest goes. Returns whether any went."""
    kept = [shown for shown in (pointer.current, pointer.previous) if shown is not None]
    blobs = BlobPaths()
    try:
        for shown in kept:
            blobs.add(each_blob_of(store, shown))
    except ApplianceError as error:
        log.warning("old content is not cleared away this time: %s", error)
        return False
    return store.prune(blobs, {shown.site for shown in kept} | {keep_site})
