"""A help point of our own: content packed with keys of our own, imported, and served."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from appliance.catalogue.model import Catalogue
from appliance.config import read_config
from appliance.site import addresses
from appliance.site.published import Published
from appliance.store.store import Store
from appliance.sync.content import shown_catalogue
from tests.bench.processes import ROOT, python, run, running, wait_until_ready
from tests.bench.web import free_port

HEALTH = "/healthz"


HEAVIEST = 3  # pages of each further language


@dataclass(frozen=True, slots=True)
class Box:
    """A help point that shows its release.

    Args:
        home: its folder.
        repository: the signed repository that it was filled from.
        pages: the folder of files that it serves.
        catalogue: what it shows.
        activation_s: how long it took to bring the release in and make its pages.
    """

    home: Path
    repository: Path
    pages: Path
    catalogue: Catalogue
    activation_s: float

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of `helppoint` for this box."""
        return _helppoint("--home", str(self.home), *arguments)

    def serve_command(self, port: int) -> list[str]:
        """Return the command line that serves what is shown."""
        return self.command("serve", "--no-import", "--port", str(port))

    def page_addresses(self) -> list[str]:
        """Return the address of every ready-made page."""
        files = sorted(path.relative_to(self.pages) for path in self.pages.rglob("*.html"))
        return [f"/{file.with_suffix('')}".removesuffix("index") for file in files]

    def pages_to_open(self) -> list[str]:
        """Return the pages worth a browser's time: 3,000 would take it a quarter of an hour.

        Every page of the first language, every home page and guide, and the heaviest pages of each
        other language; the tests hold the size of all of them.
        """
        first, *others = self.catalogue.languages
        pages = self.page_addresses()
        chosen = {*self.homes(), *self.guides()}
        chosen |= {page for page in pages if page.startswith(addresses.home(first))}
        for code in others:
            own = [page for page in pages if page.startswith(addresses.home(code))]
            chosen |= set(sorted(own, key=self._packed_size)[-HEAVIEST:])
        return sorted(chosen)

    def _packed_size(self, address: str) -> int:
        return (self.pages / f"{addresses.file_of(address)}.gz").stat().st_size

    def guides(self) -> list[str]:
        """Return the address of every guide that is shown."""
        found = self.catalogue.guides.values()
        every = (addresses.guide(guide.language, guide.slug) for guide in found)
        return [address for address in every if self.file(address).exists()]

    def homes(self) -> list[str]:
        """Return the address of every home page."""
        return ["/", *map(addresses.home, self.catalogue.languages)]

    def usual_guide(self) -> str:
        """Return the address of the guide of middling length in the first language."""
        first = addresses.home(next(iter(self.catalogue.languages)))
        english = (address for address in self.guides() if address.startswith(first))
        by_length = sorted(english, key=lambda address: self.file(address).stat().st_size)
        return by_length[len(by_length) // 2]

    def file(self, address: str) -> Path:
        """Return the file of a page that is not a folder's own."""
        return self.pages / f"{address.lstrip('/')}.html"


@dataclass(frozen=True, slots=True)
class Server:
    """A box that answers."""

    port: int
    process: subprocess.Popen[bytes]


def make_box(folder: Path, content: Path = ROOT / "content") -> Box:
    """Fill a new box from a freshly signed repository: neither can have expired."""
    keys, repository, home = folder / "keys", folder / "repository", folder / "home"
    run(_helppoint("keys", "dev", str(keys)))
    packing = ("--repository", str(repository), "--keys", str(keys))
    run(_helppoint("pack", str(content), *packing))
    home.mkdir(parents=True)
    (home / "helppoint.toml").write_text(f'embedded = "{repository}"\n', "utf-8")
    begun = time.monotonic()
    run(_helppoint("--home", str(home), "sync", "--embedded"))
    took_s = time.monotonic() - begun
    store = Store(read_config(home).store)
    return Box(home, repository, Published(store).current().pages, shown_catalogue(store), took_s)


@contextmanager
def serving(box: Box) -> Iterator[Server]:
    """Serve a box until the block ends."""
    port = free_port()
    with running(box.serve_command(port)) as process:
        wait_until_ready(process, port, HEALTH)
        yield Server(port, process)


def _helppoint(*arguments: str) -> list[str]:
    return python("-m", "appliance", *arguments)
