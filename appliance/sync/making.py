"""Makes the pages of all channels together, and finds out who is at fault if that cannot be."""

from __future__ import annotations

import shutil
from dataclasses import replace

from appliance.errors import ApplianceError, ChannelError, ContentError, HandoutError, StoreError
from appliance.release.keys import CORE
from appliance.store.pointer import Pointer, Shown
from appliance.store.store import Store
from appliance.sync.content import catalogue_of, refuse_borrowed_names, release_of
from appliance.sync.device import Device

FAULTY = (ChannelError, ContentError, HandoutError, StoreError)


def made(wanted: Shown, device: Device) -> Shown:
    """Make pages in a new folder; on any failure the half-made folder goes away."""
    store, release = device.store, release_of(wanted)
    device.progress("making pages", 0, 1)
    folder = store.new_site_folder(release.number)
    try:
        device.render(catalogue_of(store, wanted), release, folder)
    except (ApplianceError, OSError):
        shutil.rmtree(folder, ignore_errors=True)
        raise
    device.progress("making pages", 1, 1)
    return replace(wanted, site=folder.name)


def discard(shown: Shown, store: Store) -> None:
    """Throw pages away that were made and are not shown."""
    shutil.rmtree(store.site_folder(shown.site), ignore_errors=True)


def made_together(
    wanted: Shown, pointer: Pointer | None, device: Device
) -> tuple[Shown, dict[str, ApplianceError]]:
    """Make the pages of as much of `wanted` as can be shown.

    Returns: what pages were made of (`pointer.current` itself if nothing new can be shown), and
        what is wrong, by the channel at fault.
    Raises:
        ContentError, HandoutError, StoreError: the national content alone cannot be shown, and
            there is nothing else.
    """
    try:
        return made(wanted, device), {}
    except FAULTY:
        if not wanted.councils:
            raise
    faults: dict[str, ApplianceError] = {}
    best = _nation(wanted, pointer, device, faults)
    for channel in wanted.councils:
        best = _with_council(channel, best, wanted, pointer, device, faults)
    return best, faults


def _nation(
    wanted: Shown, pointer: Pointer | None, device: Device, faults: dict[str, ApplianceError]
) -> Shown:
    """Return pages to which councils can be added: the nation's new ones, or those shown."""
    current = None if pointer is None else pointer.current
    if current is None or not _has_nation_of(wanted, current):
        try:
            refuse_borrowed_names(device.store, wanted)
            return made(replace(wanted, councils={}), device)
        except FAULTY as error:
            if current is None:
                raise
            faults[CORE] = error
    kept = current.of(wanted.councils)
    return kept if kept == current else made(kept, device)


def _has_nation_of(wanted: Shown, current: Shown) -> bool:
    return (wanted.release_json, wanted.languages) == (current.release_json, current.languages)


def _with_council(
    channel: str,
    best: Shown,
    wanted: Shown,
    pointer: Pointer | None,
    device: Device,
    faults: dict[str, ApplianceError],
) -> Shown:
    """Return pages with a council's newest release too, or its last good one, or without it."""
    shown = None if pointer is None else pointer.current.councils.get(channel)
    for council in dict.fromkeys((wanted.councils[channel], shown)):
        if council is None or council == best.councils.get(channel):
            break
        try:
            more = replace(best, councils={**best.councils, channel: council})
            better = made(more, device)
        except FAULTY as error:
            faults.setdefault(channel, error)
            continue
        if pointer is None or best.site != pointer.current.site:
            discard(best, device.store)
        return better
    return best
