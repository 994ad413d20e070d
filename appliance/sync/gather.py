"""Decides what is to be shown of each channel, and brings it in: what is new, or what is shown.

What is wrong with one channel stops no other. Why so: docs/decisions/0066-councils-on-a-box.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from appliance import __version__
from appliance.errors import (
    ApplianceError,
    ChannelError,
    SourceError,
    StoreError,
    TooOldError,
    TrustError,
)
from appliance.release.keys import CORE
from appliance.release.manifest import ALL, Release, read_release
from appliance.store.pointer import Attempt, Council, Pointer, Shown
from appliance.store.store import Store
from appliance.sync.content import has_languages
from appliance.sync.device import Device
from appliance.sync.fetch import fetch_missing
from appliance.sync.sources import Source
from appliance.sync.trust import Heard, Offer

MOST_SAID = 500


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is to be shown, all of it in the store; no pages are made of it yet.

    Args:
        wanted: what pages are to be made of.
        is_settled: whether no other pages are wanted than those that are shown.
        faults: why a channel does not show what is newest, by channel.
        refused: those of them that no other source would mend.
        intended: what would be shown without them.
    """

    wanted: Shown
    is_settled: bool
    faults: Mapping[str, ApplianceError]
    refused: Mapping[str, ApplianceError]
    intended: Shown

    def attempt(self, at_fault: Mapping[str, ApplianceError]) -> Attempt | None:
        """Return what to remember, so that what cannot be shown is not tried again and again.

        A damaged store may be whole next time: that is always tried again.

        Args:
            at_fault: what came to light when pages were made, by channel.
        """
        faults = {**self.refused, **at_fault}
        if not faults or any(isinstance(error, StoreError) for error in faults.values()):
            return None
        said = {channel: str(error)[:MOST_SAID] for channel, error in faults.items()}
        return Attempt(_fingerprint(self.intended), said)


def gather(heard: Heard, pointer: Pointer | None, source: Source, device: Device) -> Gathered:
    """Bring every channel's release into the store, if it is to be shown.

    Raises:
        SourceError, TrustError: nothing is shown yet, and the national content cannot be read.
        StoreError: no space for the national content.
    """
    faults = dict(heard.faults)
    fit = _fit(heard, pointer, device.store, faults)
    intended = _wanted(fit, heard, pointer, device, faults)
    known = _known_faults(intended, pointer)
    failed = dict(known)
    for channel in [channel for channel in fit if channel not in known]:
        error = _fetched(fit[channel], channel, intended, source, device)
        if error is not None:
            failed[channel] = error
            del fit[channel]
    faults |= failed
    if known:
        return Gathered(intended, is_settled=True, faults=faults, refused=known, intended=intended)
    wanted = _wanted(fit, heard, pointer, device, faults)
    refused = {c: error for c, error in failed.items() if isinstance(error, ChannelError)}
    if refused.keys() != failed.keys():
        intended = wanted  # Another try may bring more.
    return Gathered(wanted, _is_shown(wanted, pointer), faults, refused, intended)


def _fetched(
    offer: Offer, channel: str, wanted: Shown, source: Source, device: Device
) -> ApplianceError | None:
    """Bring a release into the store. Returns what was wrong with it."""
    try:
        fetch_missing(
            offer.release,
            wanted.languages,
            source,
            device.store,
            device.progress,
            device.tell_bytes,
        )
    except (SourceError, TrustError, ChannelError) as error:
        return error
    except StoreError as error:
        # A council may be too large for what is left of the card; that stops nobody else.
        if channel == CORE:
            raise
        return error
    return None


def _known_faults(wanted: Shown, pointer: Pointer | None) -> dict[str, ApplianceError]:
    """Return what was wrong when just this was tried before; nothing if it never was."""
    tried = None if pointer is None else pointer.attempt
    if tried is None or tried.what != _fingerprint(wanted):
        return {}
    return {channel: ChannelError(why) for channel, why in tried.faults.items()}


def _fingerprint(wanted: Shown) -> str:
    """Return what tells an attempt to show something from any other.

    A newer application may be able to show what this one could not.
    """
    councils = [[name, one.release_json, one.name] for name, one in wanted.councils.items()]
    parts = [__version__, wanted.release_json, sorted(wanted.languages), councils]
    return sha256(json.dumps(parts).encode()).hexdigest()


def _fit(
    heard: Heard, pointer: Pointer | None, store: Store, faults: dict[str, ApplianceError]
) -> dict[str, Offer]:
    """Return the offers that are to be shown; the rest are at fault, refused, or wait."""
    fit = {}
    for channel, offer in heard.offers.items():
        shown = _release_shown(channel, pointer)
        if pointer is not None and (
            offer.release.number <= _refused(channel, pointer)
            or _waits(offer.release, shown, store)
        ):
            continue
        try:
            _refuse_unfit(offer, channel, pointer)
            fit[channel] = offer
        except (SourceError, TrustError) as error:
            faults[channel] = error
    return fit


def _wanted(
    fit: Mapping[str, Offer],
    heard: Heard,
    pointer: Pointer | None,
    device: Device,
    faults: Mapping[str, ApplianceError],
) -> Shown:
    current = None if pointer is None else pointer.current
    if CORE in fit:
        wanted = Shown(fit[CORE].release_json, "", device.languages)
    elif current is not None:
        wanted = replace(current, site="", languages=_languages(current, device))
    else:
        raise faults[CORE]
    shown = {} if current is None else current.councils
    councils = {}
    for channel in device.channels:
        if channel in fit:
            councils[channel] = Council(fit[channel].release_json, fit[channel].name)
        elif channel in shown and channel not in heard.gone:
            councils[channel] = shown[channel]
    return replace(wanted, councils=councils)


def _languages(current: Shown, device: Device) -> frozenset[str]:
    """Return the languages that what is shown can be shown in: fetching it anew is not possible."""
    if current.languages == device.languages:
        return current.languages
    has_all = has_languages(device.store, current, device.languages)
    return device.languages if has_all else current.languages


def _is_shown(wanted: Shown, pointer: Pointer | None) -> bool:
    return pointer is not None and replace(pointer.current, site="") == wanted


def _json_shown(channel: str, pointer: Pointer | None) -> str | None:
    if pointer is None:
        return None
    if channel == CORE:
        return pointer.current.release_json
    council = pointer.current.councils.get(channel)
    return None if council is None else council.release_json


def _release_shown(channel: str, pointer: Pointer | None) -> Release | None:
    release_json = _json_shown(channel, pointer)
    return None if release_json is None else read_release(release_json.encode())


def _refused(channel: str, pointer: Pointer) -> int:
    return pointer.refused if channel == CORE else pointer.refused_of.get(channel, 0)


def _waits(release: Release, shown: Release | None, store: Store) -> bool:
    """Whether a release is tried out on other devices first; what is shown already stays."""
    if release.share == ALL or shown is None or release.number <= shown.number:
        return False
    return store.lot() >= release.share


def _refuse_unfit(offer: Offer, channel: str, pointer: Pointer | None) -> None:
    release, shown = offer.release, _release_shown(channel, pointer)
    is_other = _json_shown(channel, pointer) != offer.release_json
    if shown is not None and is_other and release.number <= shown.number:
        raise TrustError(
            f"release {release.number} is offered, but release {shown.number} is shown:"
            " a number is never used twice and never goes back"
        )
    if _version(release.min_app) > _version(__version__):
        raise TooOldError(
            f"release {release.number} needs version {release.min_app} of Help Point,"
            f" this is {__version__}: update the application first"
        )


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))
