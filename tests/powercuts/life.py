"""What a box in the small machine does, and what can be told of it afterwards.

Runs inside the machine and outside of it alike: what was so when a deed was said to be done is
compared with what a power cut left.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from appliance.catalogue.model import Catalogue
from appliance.cli import cli
from appliance.config import read_config
from appliance.errors import ApplianceError
from appliance.files import read_file
from appliance.release.layout import MAX_METADATA_BYTES
from appliance.release.manifest import Release
from appliance.site.published import open_site
from appliance.state.state import SMALLEST_COUNT, Counts, SettingsFile
from appliance.store.store import Store
from appliance.sync.content import files_of, release_of, stored
from appliance.sync.sources import FolderSource
from appliance.sync.trust import Trust
from appliance.sync.update import Device, update

DAY = date(2026, 11, 23)
NOTHING, BROKEN = "nothing", "broken"
STICK = "stick"

State = Mapping[str, str]
COMMANDS: Mapping[str, str] = {
    "first": "sync --embedded",
    "sync": "sync {releases}/{what}",
    "back": "rollback --yes",
    "name": "settings library_name {what}",
    "export": "export {home}/stick",
}
# Which parts of the state a deed changes; the first is what people see of it.
CHANGES: Mapping[str, tuple[str, ...]] = {
    "first": ("shown",),
    "sync": ("shown", "checked"),
    "back": ("shown",),
    "name": ("shown", "name"),
    "count": ("counted",),
    "export": (STICK,),
    "lot": ("lot",),
}


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that a box does; `kind` is one of CHANGES.

    `what` is the release to bring in, or the library's new name.
    """

    kind: str
    what: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.what}".strip()


# Every kind before and after others: what one leaves behind must not hurt the next.
DEEDS = tuple(
    Deed(*words.split())
    for words in (
        "first", "name Elm", "sync 2", "count", "lot", "back", "sync 3", "export", "sync 4",
        "count", "name Oak", "export", "sync 5", "sync 6", "count", "back", "name Ash", "sync 7",
        "count",
    )
)  # fmt: skip


def do(deed: Deed, home: Path, releases: Path) -> None:
    """Do it as a box does, by its own commands; whatever goes wrong is raised.

    `releases` holds a signed repository for each release, under its number.
    """
    if deed.kind == "count":
        _count(home)
    elif deed.kind == "lot":
        Store(read_config(home).store).lot()
    elif deed.kind != "back" or _can_go_back(home):
        words = COMMANDS[deed.kind].split()
        places = {"home": home, "releases": releases, "what": deed.what}
        words = ["--home", str(home), *(word.format_map(places) for word in words)]
        cli.main(words, standalone_mode=False)


def _can_go_back(home: Path) -> bool:
    """Done again after it was done, there is nothing left to go back to."""
    pointer = Store(read_config(home).store).pointer()
    return pointer is not None and pointer.previous is not None


def state_of(home: Path) -> dict[str, str]:
    """Return what a box holds, part by part: each is as it was before a deed, or as after.

    Raises:
        ApplianceError, OSError: it is neither.
    """
    config = read_config(home)
    store = Store(config.store)
    return {
        "shown": "; ".join(_shown(store)) or NOTHING,
        "name": SettingsFile(config.settings_file).read().library_name,
        "counted": json.dumps(Counts(config.counts_file).totals(), sort_keys=True),
        "lot": _text(config.store / "lot"),
        "checked": json.dumps(store.last_check(), sort_keys=True),
        STICK: _brought_by(home / STICK, config.embedded),
    }


def _count(home: Path) -> None:
    counts = Counts(read_config(home).counts_file)
    for _ in range(SMALLEST_COUNT):
        counts.add(DAY, "/en/")
    counts.flush(DAY)


def _shown(store: Store) -> Iterator[str]:
    """Yield what is shown and what was shown before, each with the mark of all its pages."""
    pointer = store.pointer()
    if pointer is None:
        return
    for shown in (pointer.current, pointer.previous):
        if shown is None:
            continue
        release = release_of(shown)
        for blob in files_of(store, release, shown.languages).values():
            stored(store, blob)
        folder = store.site_folder(shown.site)
        open_site(folder)
        yield f"release {release.number}, pages {_digest(folder)} in {shown.site}"
    yield f"refused {pointer.refused}, floor {json.dumps(dict(pointer.floor), sort_keys=True)}"


def _digest(folder: Path) -> str:
    digest = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)} {path.stat().st_size}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else NOTHING


def _brought_by(stick: Path, embedded: Path) -> str:
    """Return what another box shows after it was given the stick."""
    if not stick.exists():
        return NOTHING
    with TemporaryDirectory() as folder:
        store = Store(Path(folder))
        anchor = read_file(embedded / "metadata" / "1.root.json", MAX_METADATA_BYTES)
        trust = Trust(anchor, store.metadata, {}, datetime.now(UTC))
        device = Device(store, _no_pages, lambda _stage, _done, _total: None)
        try:
            release = update(FolderSource(stick), trust, device)
        except ApplianceError:
            return BROKEN
    return f"release {release.number}" if release is not None else BROKEN


def _no_pages(_catalogue: Catalogue, _release: Release, _folder: Path) -> None:
    """Whether the other box makes good pages is not asked here."""


def new_home(home: Path, embedded: Path) -> None:
    """Make the home of a box that has shown nothing yet."""
    home.mkdir(parents=True)
    set_embedded(home, embedded)


def set_embedded(home: Path, embedded: Path) -> None:
    """Say where the repository is that the application ships."""
    (home / "helppoint.toml").write_text(f'embedded = "{embedded}"\n')
