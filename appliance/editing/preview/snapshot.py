"""What a content folder looks like now: its pages, its handouts and its problems."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from threading import RLock

from appliance.catalogue.load import load
from appliance.catalogue.model import Catalogue, Handout, Problem
from appliance.clock import now
from appliance.editing.check import check_for_editors
from appliance.editing.spelling import Dictionary
from appliance.errors import ApplianceError, ContentError, HandoutError
from appliance.files import read_tree
from appliance.handouts.layout import lay_out
from appliance.handouts.sheet import sheet
from appliance.release.manifest import Release
from appliance.site.pages import pages
from appliance.site.views import Edition

LIBRARY_NAME = "your library"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of the folder.

    `catalogue` is of the last state that could be read, which `is_stale` tells.
    """

    stamp: str = ""
    problems: tuple[Problem, ...] = ()
    catalogue: Catalogue = field(default_factory=Catalogue)
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one language by address; if `failure` says why they could not be made, old."""

    stamp: str = ""
    by_address: Mapping[str, str] = field(default_factory=dict)
    failure: str = ""


class Watched:
    """A content folder that is looked at again whenever somebody asks and a file has changed.

    Only what is asked for is made: all pages of all languages take seconds.
    """

    def __init__(self, folder: Path, today: date, dictionary: Dictionary | None) -> None:
        self._folder = folder
        self._today = today
        self._dictionary = dictionary
        self._snapshot = Snapshot(is_stale=True)
        self._pages: dict[str, Pages] = {}
        self._pdfs: dict[tuple[str, str], bytes | HandoutError] = {}
        self._lock = RLock()

    def snapshot(self) -> Snapshot:
        """Return the folder's state as of now."""
        with self._lock:
            stamp = stamp_of(self._folder)
            if stamp != self._snapshot.stamp:
                self._snapshot = self._look(stamp)
                self._pdfs.clear()
            return self._snapshot

    def pages(self, language: str) -> Pages:
        """Return the pages of a language; if they cannot be made, those from before."""
        with self._lock:
            snapshot = self.snapshot()
            kept = self._pages.get(language, Pages())
            if kept.stamp != snapshot.stamp:
                self._pages[language] = _rendered(snapshot, language, kept)
            return self._pages[language]

    def pdf(self, handout: Handout) -> bytes:
        """Return a handout of the current snapshot, laid out once for each state.

        Raises:
            HandoutError: it cannot be laid out.
        """
        with self._lock:
            catalogue = self.snapshot().catalogue
            key = (handout.language, handout.slug)
            if key not in self._pdfs:
                self._pdfs[key] = _laid_out(handout, catalogue)
            result = self._pdfs[key]
        if isinstance(result, HandoutError):
            raise result
        return result

    def _look(self, stamp: str) -> Snapshot:
        """Read everything anew; what cannot be read leaves the last catalogue standing."""
        try:
            tree = read_tree(self._folder)
        except (OSError, ApplianceError) as error:
            mend = "Close other programs, and save it again."
            problem = Problem(str(self._folder), 0, "error", f"{error}.", mend)
            return replace(self._snapshot, stamp=stamp, problems=(problem,), is_stale=True)
        problems = tuple(check_for_editors(tree, self._today, self._dictionary))
        try:
            return Snapshot(stamp, problems, load(tree))
        except ContentError:  # its reasons are among the problems
            return replace(self._snapshot, stamp=stamp, problems=problems, is_stale=True)


def _rendered(snapshot: Snapshot, language: str, kept: Pages) -> Pages:
    try:
        return Pages(snapshot.stamp, render(snapshot.catalogue, language))
    except ApplianceError as error:
        return replace(kept, stamp=snapshot.stamp, failure=str(error))


def render(catalogue: Catalogue, language: str) -> dict[str, str]:
    """Return a language's pages by address, as the box makes them; sizes of PDFs are left at 0.

    Raises:
        ContentError: there is nothing to show, or a link leads nowhere.
    """
    if language not in catalogue.languages or not catalogue.helplines:
        raise ContentError("the content has no such language or no helpline, so there are no pages")
    release = Release("preview", 0, now(), "0", ())
    edition = Edition(catalogue, catalogue.languages[language], LIBRARY_NAME, release)
    return {page.address: page.html for page in pages(edition, defaultdict(int))}


def stamp_of(folder: Path) -> str:
    """Return a word that changes whenever a file below the folder does."""
    lines = []
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            try:
                found = (Path(root) / name).lstat()
            except OSError:
                continue  # an editor's own file, gone again
            lines.append(f"{root}/{name} {found.st_mtime_ns} {found.st_size}")
    return sha256("\n".join(lines).encode()).hexdigest()[:16]


def _laid_out(handout: Handout, catalogue: Catalogue) -> bytes | HandoutError:
    try:
        return lay_out(sheet(handout, catalogue, LIBRARY_NAME))
    except HandoutError as error:
        return error
