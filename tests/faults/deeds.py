"""What a box does that must survive a fault at any instant: begun, checked, done again."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from appliance.catalogue.model import Catalogue
from appliance.errors import ApplianceError, ChannelError
from appliance.release.manifest import Release
from appliance.state.state import SMALLEST_COUNT, Counts, SettingsFile
from appliance.store.store import Store
from appliance.sync.content import catalogue_of, files_of, release_of, releases_of, stored
from appliance.sync.export import export
from appliance.sync.sources import FolderSource
from appliance.sync.update import Device, roll_back, update
from tests.ceremony import Society
from tests.content import CONTENT
from tests.publisher import Publisher
from tests.sync.device import Box

# The smallest content that a box takes: what is swept is how it is written, not what it says.
LANGUAGES = (CONTENT / "languages.toml").read_bytes().split(b"[[languages]]")
DAY = date(2026, 11, 23)
COUNCIL = "council-leeds"
FOUND, CHANGED = "Oak Library", "Elm Library"


def tree_of(word: str) -> dict[str, bytes]:
    """A content of two files, one of which is always the same."""
    return {
        "languages.toml": b"[[languages]]".join(LANGUAGES[:2]),
        "README.md": word.encode(),
    }


class Deed(ABC):
    """One thing that a box does; everything it touches is below one folder.

    `calls` are system calls that can go wrong in it besides those that touch the disk, `faults`
    what can happen at a call (tests/faults/sweep.py).
    """

    calls: tuple[str, ...] = ()
    faults: tuple[str, ...] = ("signal=KILL", "error=ENOSPC", "error=EIO")

    @contextmanager
    def around(self, prepared: Path) -> Iterator[None]:  # noqa: ARG002 - for those that need it
        """Keep up what lasts through all trials, for copies of the folder `prepared`."""
        yield

    @abstractmethod
    def prepare(self, folder: Path) -> None:
        """Make the box as it is before."""

    @abstractmethod
    def do(self, folder: Path) -> None:
        """Do it; an error may be raised, and means that it was not done."""

    @abstractmethod
    def complaints(self, folder: Path, *, is_done: bool) -> Iterator[str]:
        """Say what is broken: neither as before nor as after; if `is_done`, not as after."""


class OfABox(Deed):
    """A deed of a box that knows the publisher of two releases."""

    before, after = 1, 2

    def box(self, folder: Path, publisher: Path | None = None) -> Box:
        """Return the box in a folder, built for the publisher in it, or in another."""
        made = folder if publisher is None else publisher
        return Box(folder / "box", Publisher(made / "keys", made / "repository").anchor())

    def device(self, folder: Path, publisher: Path | None = None) -> Device:
        return Device(
            self.box(folder, publisher).store, _render, lambda _stage, _done, _total: None
        )

    def bring(self, folder: Path) -> None:
        box = self.box(folder)
        update(FolderSource(folder / "repository"), box.trust(), self.device(folder))

    def prepare(self, folder: Path) -> None:
        publisher = Publisher.new(folder)
        publisher.pack(tree_of("one"))
        self.bring(folder)
        publisher.pack(tree_of("two"))

    def complaints(self, folder: Path, *, is_done: bool) -> Iterator[str]:
        store = self.box(folder).store
        pointer = store.pointer()
        number = 0 if pointer is None else release_of(pointer.current).number
        if number not in {self.before, self.after} or (is_done and number != self.after):
            yield f"release {number} is shown"
        if pointer is None:
            return
        try:
            files = files_of(store, release_of(pointer.current), pointer.current.languages)
            for blob in files.values():
                stored(store, blob)
        except ApplianceError as error:
            yield str(error)
        page = store.site_folder(pointer.current.site) / "page"
        if page.read_text() != f"release {number}, whole":
            yield f"the page says {page.read_text()!r}"


class Update(OfABox):
    """A newer release is brought in."""

    def do(self, folder: Path) -> None:
        self.bring(folder)


class FirstUpdate(Update):
    """A new box brings its first release in."""

    before = 0

    def prepare(self, folder: Path) -> None:
        publisher = Publisher.new(folder)
        publisher.pack(tree_of("one"))
        publisher.pack(tree_of("two"))


class GoingBack(OfABox):
    """Staff go back to the release before."""

    before, after = 2, 1

    def prepare(self, folder: Path) -> None:
        super().prepare(folder)
        self.bring(folder)

    def do(self, folder: Path) -> None:
        pointer = self.box(folder).store.pointer()
        # Done again after it was done: there is nothing left to do.
        if pointer is None or pointer.previous is not None:
            roll_back(self.device(folder))


class UpdateOfTwoChannels(Deed):
    """A newer release of the nation and one of a council are brought in together."""

    def society(self, folder: Path) -> Society:
        return Society(folder / "society")

    def publish(self, folder: Path, word: str) -> None:
        society = self.society(folder)
        society.stage().release(tree_of(word))
        society.stage().release({"sites.toml": f"# {word}\n".encode()}, COUNCIL)
        society.sign("ann", "bob")
        society.finish()

    def prepare(self, folder: Path) -> None:
        society = Society.new(folder / "society", tree_of("none"))
        society.stage().channel(COUNCIL, society.signers("ann"), "Leeds City Council")
        society.sign("ann", "bob")
        society.finish()
        self.publish(folder, "one")
        self.do(folder)
        self.publish(folder, "two")

    def do(self, folder: Path) -> None:
        society = self.society(folder)
        box = Box(folder / "box", society.anchor(), channels=(COUNCIL,), render=_render)
        box.sync(str(society.repository))
        if box.faults:
            raise ChannelError(str(box.faults))

    def complaints(self, folder: Path, *, is_done: bool) -> Iterator[str]:
        """The nation has a release more than the council: 2 with 1, and then 3 with 2.

        If only one of them could be brought in, it alone may be shown: each for itself is whole.
        """
        store = Store(folder / "box" / "store")
        pointer = store.pointer()
        shown = [] if pointer is None else [one.number for one in releases_of(pointer.current)]
        good = [[3, 2]] if is_done else [[2, 1], [3, 1], [2, 2], [3, 2]]
        if pointer is None or shown not in good:
            yield f"releases {shown} are shown"
            return
        try:
            catalogue_of(store, pointer.current)
        except ApplianceError as error:
            yield str(error)
        page = (store.site_folder(pointer.current.site) / "page").read_text()
        if page != f"release {shown[0]}, whole":
            yield f"the page says {page!r}"


class Export(OfABox):
    """A stick with an older release is written anew."""

    def prepare(self, folder: Path) -> None:
        super().prepare(folder)
        self.do(folder)
        self.bring(folder)

    def do(self, folder: Path) -> None:
        box = self.box(folder)
        export(box.store, box.anchor, folder / "stick", lambda _stage, _done, _total: None)

    def complaints(self, folder: Path, *, is_done: bool) -> Iterator[str]:
        """Another box takes the old release or the new one, or is told that the stick is broken."""
        shutil.rmtree(folder / "other", ignore_errors=True)
        other = Box(folder / "other", self.box(folder).anchor)
        device = Device(other.store, _render, lambda _stage, _done, _total: None)
        try:
            release = update(FolderSource(folder / "stick"), other.trust(), device)
        except ApplianceError as error:
            if is_done:
                yield f"the stick was said to be written: {error}"
            return
        if release is None or release.number not in ({2} if is_done else {1, 2}):
            yield f"the stick brings {release}"


class ChangeOfSettings(Deed):
    """Staff change the library's name."""

    def file(self, folder: Path) -> SettingsFile:
        return SettingsFile(folder / "state" / "desk.json")

    def prepare(self, folder: Path) -> None:
        self.file(folder).change("library_name", FOUND)

    def do(self, folder: Path) -> None:
        self.file(folder).change("library_name", CHANGED)

    def complaints(self, folder: Path, *, is_done: bool) -> Iterator[str]:
        name = self.file(folder).read().library_name
        if name not in ({CHANGED} if is_done else {FOUND, CHANGED}):
            yield f"the library is called {name!r}"


class FlushOfCounts(Deed):
    """What was counted in memory is written down."""

    def counts(self, folder: Path) -> Counts:
        return Counts(folder / "state" / "public.json")

    def add(self, folder: Path) -> None:
        counts = self.counts(folder)
        for _ in range(SMALLEST_COUNT):
            counts.add(DAY, "/en/")
        counts.flush(DAY)

    def prepare(self, folder: Path) -> None:
        self.add(folder)

    def do(self, folder: Path) -> None:
        self.add(folder)

    def complaints(self, folder: Path, *, is_done: bool) -> Iterator[str]:
        count = self.counts(folder).totals().get(DAY.isoformat(), {}).get("/en/", 0)
        # More only if it was done again after it had been done unnoticed.
        least = 2 * SMALLEST_COUNT if is_done else SMALLEST_COUNT
        if count < least or count % SMALLEST_COUNT:
            yield f"{count} are counted"


def _render(_catalogue: Catalogue, release: Release, folder: Path) -> None:
    (folder / "page").write_text(f"release {release.number}, whole")


DEEDS: tuple[Deed, ...] = (
    FirstUpdate(),
    Update(),
    GoingBack(),
    UpdateOfTwoChannels(),
    Export(),
    ChangeOfSettings(),
    FlushOfCounts(),
)
