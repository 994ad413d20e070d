"""A plain TUF client, for operators and other tools: any repository, any artefacts.

It is the device's own client (the same library, the same reading from the network) without what a
device adds for itself: its built-in root, its floor of versions and its floor of the clock. The
folder holds root.json, timestamp.json, snapshot.json, targets.json and one file for each delegated
role; root_history/ has every root that was ever trusted here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tuf.api.metadata import TargetFile
from tuf.ngclient import Updater, UpdaterConfig

from appliance.errors import SourceError, TrustError
from appliance.files import TEMPORARY_SUFFIX, read_file, sync_file_system
from appliance.sync.fetcher import Fetcher, tuf_errors_in_words
from appliance.sync.web import Web

# The library's own limit for a root.
MAX_ROOT_BYTES = UpdaterConfig().root_max_length
# What metadata says of an artefact's length is the closer limit.
MAX_ARTEFACT_BYTES = 10**10
NOWHERE = "http://localhost/"


def trust_root(folder: Path, root: Path) -> None:
    """Begin to trust a repository by its root metadata; asks nobody.

    Args:
        folder: where metadata is kept; made if it is not there.
        root: a file with root metadata that came by a way you trust.
    Raises:
        TrustError: it is no root metadata, or does not sign itself.
        SourceError: it cannot be read, or `folder` cannot be written.
    """
    with _disk_errors_in_words(root), tuf_errors_in_words(str(root)):
        anchor = read_file(root, MAX_ROOT_BYTES)
        folder.mkdir(parents=True, exist_ok=True)
        Updater(str(folder), NOWHERE, bootstrap=anchor)
        sync_file_system(folder)


@contextmanager
def _disk_errors_in_words(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SourceError(f"{place}: {error.strerror}: {error.filename or place}") from error


@dataclass(frozen=True, slots=True)
class PlainClient:
    """A client of the repository whose metadata lies at `metadata_url` (http or https).

    Args:
        folder: where `trust_root` put the root, and where metadata is kept.
    """

    folder: Path
    metadata_url: str

    def refresh(self) -> None:
        """Bring the top-level metadata up to date, as TUF 1.0.34 section 5.3 to 5.6 has it.

        Raises:
            SourceError: it could not be read.
            TrustError: not signed as the root says, damaged, expired or older than before.
        """
        web = Web(most_bytes=MAX_ARTEFACT_BYTES)
        try:
            with tuf_errors_in_words(self.metadata_url), _disk_errors_in_words(self.folder):
                self._updater(web).refresh()
                sync_file_system(self.folder)
        finally:
            web.close()

    def download(self, names: Sequence[str], base_url: str, to: Path) -> list[Path]:
        """Bring artefacts into a folder; one that is there already and right is not asked for.

        Args:
            names: target paths, as the metadata has them; each becomes a file of its %-quoted name.
            base_url: what target paths are relative to.
            to: the folder, made if it is not there.
        Returns: where each lies.
        Raises:
            SourceError: it could not be read, or no role signs an artefact of this name.
            TrustError: as `refresh`, or other bytes than were signed.
        """
        web = Web(most_bytes=MAX_ARTEFACT_BYTES)
        try:
            with tuf_errors_in_words(self.metadata_url), _disk_errors_in_words(to):
                updater = self._updater(web)
                updater.refresh()
                to.mkdir(parents=True, exist_ok=True)
                places = [_download(updater, name, base_url, to) for name in names]
                sync_file_system(self.folder)
                sync_file_system(to)
                return places
        finally:
            web.close()

    def _updater(self, web: Web) -> Updater:
        fetcher = Fetcher(web.chunks)
        return Updater(str(self.folder), self.metadata_url, fetcher=fetcher, bootstrap=self._root())

    def _root(self) -> bytes:
        """Return the newest root trusted here.

        The library replaces root.json, a link, in two steps; a cut between them leaves none.
        """
        history = self.folder / "root_history"
        newest_first = sorted(history.glob("*.root.json"), key=_version, reverse=True)
        for path in ((self.folder / "root.json").resolve(), *newest_first):
            if path.is_file() and path.stat().st_size:
                return read_file(path, MAX_ROOT_BYTES)
        raise TrustError(
            f"{self.folder} has no root metadata: run `helppoint tuf --metadata-dir"
            f" {self.folder} init ROOT` with a root that you trust"
        )


def _version(path: Path) -> int:
    number = path.name.split(".")[0]
    return int(number) if number.isdigit() else 0


def _download(updater: Updater, name: str, base_url: str, to: Path) -> Path:
    target = updater.get_targetinfo(name)
    if target is None:
        raise SourceError(f"no role of this repository signs an artefact called {name!r:.200}")
    place = to / quote(name, safe="")
    if updater.find_cached_target(target, str(place)) is None:
        _fetch(updater, target, base_url, place)
    return place


def _fetch(updater: Updater, target: TargetFile, base_url: str, place: Path) -> None:
    """Fetch beside `place` and move there only what has been verified, whole."""
    # No quoted name ends so: an artefact may well be called `file.new`.
    temporary = place.with_name(place.name + "%" + TEMPORARY_SUFFIX)
    try:
        updater.download_target(target, str(temporary), base_url)
        temporary.replace(place)
    finally:
        temporary.unlink(missing_ok=True)
