"""A device for tests: a real store, and pages reduced to one file that names its release."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from appliance.catalogue.model import Catalogue
from appliance.release.manifest import Release
from appliance.store.store import Store
from appliance.sync.sources import Source, open_source
from appliance.sync.thrift import thrifty
from appliance.sync.trust import Trust
from appliance.sync.update import Device, Render, update
from tests.publisher import SIGNED_AT


@dataclass
class Box:
    """A device built with `anchor` as its root of trust."""

    folder: Path
    anchor: bytes
    now: datetime = SIGNED_AT
    stages: list[str] = field(default_factory=list)
    languages: frozenset[str] = frozenset()
    channels: tuple[str, ...] = ()
    faults: dict[str, str] = field(default_factory=dict)
    render: Render | None = None

    @property
    def store(self) -> Store:
        return Store(self.folder / "store")

    @property
    def device(self) -> Device:
        return Device(
            self.store,
            self.render or _render,
            lambda stage, _done, _total: self.stages.append(stage),
            self.languages,
            self.channels,
            lambda channel, error: self.faults.update({channel: str(error)}),
        )

    def trust(self) -> Trust:
        pointer = self.store.pointer()
        floor = {} if pointer is None else pointer.floor
        return Trust(self.anchor, self.store.metadata, floor, self.now)

    def sync(self, source: Source | str) -> Release | None:
        opened = open_source(source) if isinstance(source, str) else source
        try:
            with thrifty(opened, self.store) as careful:
                return update(careful, self.trust(), self.device)
        finally:
            opened.close()

    def shown(self) -> str | None:
        """What a visitor would see."""
        pointer = self.store.pointer()
        if pointer is None:
            return None
        return (self.store.site_folder(pointer.current.site) / "page").read_text()


def _render(catalogue: Catalogue, release: Release, folder: Path) -> None:
    guide = catalogue.guides["en", "get-nhs-app"]
    last_line = guide.body.rstrip().splitlines()[-1]
    (folder / "page").write_text(f"{release.number}: {last_line}")
