"""What an update works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from appliance.catalogue.model import Catalogue
from appliance.errors import ApplianceError
from appliance.release.manifest import Release
from appliance.store.store import Store
from appliance.sync.fetch import Progress, TellBytes

Render = Callable[[Catalogue, Release, Path], None]


def _say_nothing(_channel: str, _error: ApplianceError) -> None:
    """Stand in for `on_fault`."""


@dataclass(frozen=True, slots=True)
class Device:
    """What an update works with.

    Args:
        store: the device's own copy.
        render: makes the pages of a catalogue in an empty folder.
        progress: told what is done, how much of it, and out of how much.
        languages: codes of those that are shown besides English; none stands for all.
        channels: whose content is shown beside the national one.
        on_fault: told which council's newest release is not shown, and why.
        tell_bytes: told how many bytes were fetched, and out of how many.
    """

    store: Store
    render: Render
    progress: Progress
    languages: frozenset[str] = frozenset()
    channels: tuple[str, ...] = ()
    on_fault: Callable[[str, ApplianceError], None] = _say_nothing
    tell_bytes: TellBytes = lambda _done, _total: None
