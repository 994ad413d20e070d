"""The folder that is served, as the web process sees it: read only, and swapped while it runs."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from appliance.errors import SearchError, StoreError
from appliance.files import read_file
from appliance.site import addresses
from appliance.site.search.find import Found, Question, find, refuse_unreadable
from appliance.site.templates import render
from appliance.store.pointer import Pointer
from appliance.store.store import Store

log = logging.getLogger(__name__)

PAGES = "pages"
INDEX = "search.db"
FACTS = "site.json"
INTERFACE = "interface"
MAX_FACTS_BYTES = 1_000_000
MAX_PAGE_BYTES = 1_000_000

_ENGLISH = NullTranslations()

Context = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the web process must know of a folder of pages.

    `frames` holds, by language, what the frame of every page shows, for pages made on request, and
    `topics` the title of each topic by its slug. `renew_on` is the day (ISO 8601) from which the
    pages are out of date; empty for never. `hosts` are those of the content's sites, but nhs.uk.
    `made_with` is the mark of the settings that the pages say; empty if nobody knows.
    """

    release: int
    content_security_policy: str
    frames: Mapping[str, Context]
    topics: Mapping[str, Mapping[str, str]]
    renew_on: str = ""
    hosts: Sequence[str] = ()
    made_with: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """One folder of pages: immutable, so that a request begun on it can end on it."""

    folder: Path
    facts: Facts

    @property
    def pages(self) -> Path:
        """The files that are served as they are."""
        return self.folder / PAGES

    def file(self, address: str) -> Path | None:
        """Return the file that is served at an address, None if there is none."""
        name = addresses.file_of(address)
        if name is None:
            return None
        path = self.pages / name
        try:
            return path if path.is_file() else None
        except OSError:
            # Longer than any name of ours.
            return None

    def read(self, path: Path) -> bytes:
        """Return a file of this folder.

        Raises:
            StoreError: it cannot be read.
        """
        try:
            return read_file(path, MAX_PAGE_BYTES)
        except OSError as error:
            raise StoreError(f"{path} cannot be read: {error.strerror}") from error

    def language_or_default(self, wanted: str | None) -> str:
        """Return `wanted` if the pages exist in it, else the first language."""
        if wanted is not None and wanted in self.facts.frames:
            return wanted
        return next(iter(self.facts.frames))

    def page(self, template: str, language: str, context: Context, address: str) -> str:
        """Return a page made on request, in the same frame as the others.

        Args:
            template: its file name.
            language: one of the languages there are.
            context: what the template shows.
            address: where it is, with its query and without a view.
        """
        frame = {**self.facts.frames[language], "others": {}, "address": address}
        return render(template, {**frame, **context}, self._translations(language))

    def _translations(self, language: str) -> NullTranslations:
        path = self.folder / INTERFACE / f"{language}.mo"
        return _read_translations(path) if path.exists() else _ENGLISH

    def search(self, question: Question) -> Found:
        """Return the pages found.

        Raises:
            SearchError: it took too long.
        """
        return find(self.folder / INDEX, question)


@lru_cache(maxsize=64)  # more than there are languages; a new site has new paths
def _read_translations(path: Path) -> NullTranslations:
    return GNUTranslations(BytesIO(read_file(path, MAX_PAGE_BYTES)))


def write_interface(folder: Path, interface: Mapping[str, bytes]) -> None:
    """Write the interface's texts: language -> gettext catalogue."""
    (folder / INTERFACE).mkdir()
    for language, compiled in interface.items():
        (folder / INTERFACE / f"{language}.mo").write_bytes(compiled)


def write_facts(folder: Path, facts: Facts) -> None:
    """Write site.json."""
    (folder / FACTS).write_text(json.dumps(asdict(facts), ensure_ascii=False), "utf-8")


def open_site(folder: Path) -> Site:
    """Read a folder that `render_site` filled.

    Raises:
        StoreError: it is missing or damaged.
    """
    try:
        facts = Facts(**json.loads(read_file(folder / FACTS, MAX_FACTS_BYTES)))
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise StoreError(f"the pages in {folder} are missing or damaged: {error}") from error
    if not _is_sound(facts):
        raise StoreError(f"the pages in {folder} are damaged: {FACTS} says what it never would")
    return Site(folder, facts)


def tried_site(folder: Path) -> Site:
    """Read a folder that `render_site` filled, and try whether its pages can be shown.

    Costs a few files, so it is done once for each folder: home pages and the search index.

    Raises:
        StoreError: it is missing or damaged, or may not be read.
    """
    site = open_site(folder)
    if not site.facts.frames:
        raise StoreError(f"the pages in {folder} are in no language")
    for language in site.facts.frames:
        home = site.file(addresses.home(language))
        if home is None or not site.read(home):
            raise StoreError(f"the pages in {folder} lack the home page of {language}")
    try:
        refuse_unreadable(folder / INDEX)
    except SearchError as error:
        raise StoreError(f"the pages in {folder} cannot be searched: {error}") from error
    return site


@dataclass(frozen=True, slots=True)
class Refused:
    """A folder of pages that the pointer leads to and that cannot be shown, and why."""

    site: str
    why: str


def _is_sound(facts: Facts) -> bool:
    """Whether each field is of its type, and there is a language."""
    texts = (facts.content_security_policy, facts.renew_on)
    tables = (facts.frames, facts.topics)
    return (
        type(facts.release) is int
        and all(isinstance(text, str) for text in texts)
        and all(isinstance(table, dict) and table for table in tables)
        and all(isinstance(inner, dict) for table in tables for inner in table.values())
        and isinstance(facts.hosts, list)
        and all(isinstance(host, str) for host in facts.hosts)
    )


class Published:
    """What the store's pointer shows, looked up anew only when the pointer has moved.

    Where that cannot be shown, what was shown before it is; `refused` says so then.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._seen: tuple[object, Site] | None = None
        self.refused: Refused | None = None

    def current(self) -> Site:
        """Return the site that is shown now; costs one stat when nothing has changed.

        Raises:
            StoreError: nothing is shown yet, or what should be is damaged.
        """
        stamp = self._store.pointer_stamp()
        seen = self._seen
        if seen is not None and seen[0] == stamp:
            return seen[1]
        with self._lock:
            site = self._look_up()
            self._seen = (stamp, site)
            return site

    def _look_up(self) -> Site:
        pointer = self._store.pointer()
        if pointer is None:
            raise StoreError("nothing is shown yet: no release has been imported")
        try:
            site = tried_site(self._store.site_folder(pointer.current.site))
        except StoreError as error:
            self.refused = Refused(pointer.current.site, str(error))
            site = self._before(pointer)
            log.error("%s: going on with %s", error, site.folder)  # noqa: TRY400 - no trace in a log
            return site
        self.refused = None
        return site

    def _before(self, pointer: Pointer) -> Site:
        """Return what was shown before, here or by the pointer.

        With nothing before it, what is faulty is shown as far as it goes: pages without a search
        help more than none.
        """
        folders = [] if self._seen is None else [self._seen[1].folder]
        if pointer.previous is not None:
            folders.append(self._store.site_folder(pointer.previous.site))
        for folder in folders:
            with suppress(StoreError):
                return tried_site(folder)
        return open_site(self._store.site_folder(pointer.current.site))
