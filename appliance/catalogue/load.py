"""Reads a content tree into a catalogue, and says what stands in the way of that.

Two kinds of findings: a fault is one that pages depend on, and `load` refuses the tree for it; a
remark is one that an editor should mend, and a device carries on. Unknown fields and files are
remarks, so that a device with older software can show newer content.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TypeVar

from appliance.catalogue import records, schema
from appliance.catalogue.blocks import PICTURES, unknown_pictures
from appliance.catalogue.decode import MAX_GUIDE_BYTES, UnreadableError, decode, parse_toml
from appliance.catalogue.interface import compile_messages
from appliance.catalogue.lines import split_guide
from appliance.catalogue.model import Catalogue, Guide, Handout, Practice, Problem
from appliance.catalogue.references import (
    Names,
    broken_references,
    shelf_of,
)
from appliance.catalogue.schema import Table, shown
from appliance.catalogue.synonyms import read_wording
from appliance.catalogue.translations import HANDOUTS_PATH, translated_handout
from appliance.catalogue.wording import Wording
from appliance.errors import ContentError

T = TypeVar("T")

# Which table stands in which file.
LISTS = {
    "languages.toml": "languages",
    "topics.toml": "topics",
    "tasks.toml": "tasks",
    "sources.toml": "sources",
    "sites.toml": "sites",
    "links.toml": "links",
    "helplines.toml": "helplines",
    "handouts.toml": "handouts",
    "practice.toml": "screens",
}
# What any file that is read here ends in.
SUFFIXES = (".toml", ".md", ".po")
# Read by other parts of the appliance.
_OTHERS = ("interface/",)
_INTERFACE_PATH = re.compile(r"interface/([^/]+)\.po")
_SYNONYMS_PATH = re.compile(r"synonyms/([^/]+)\.toml")
_GUIDE_PATH = re.compile(r"guides/([^/]+)/([^/]+)\.md")


@dataclass(slots=True)
class Reading:
    """What was read: the sound records, what was wrong, and where each record stands.

    `tables` has a record's table by shelf and name: ("sites", "mind"), ("guides", "en/log-in").
    Both sites.toml and links.toml fill the shelf of sites.
    """

    catalogue: Catalogue = field(default_factory=Catalogue)
    faults: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    tables: dict[tuple[str, str], Table] = field(default_factory=dict)
    names: Names = field(default_factory=Names)

    def records(self, shelf: str) -> Iterator[tuple[str, object, Table]]:
        """Yield a shelf's sound records, each with its name and its table."""
        for name, record in shelf_of(self.catalogue, shelf):
            yield name, record, self.tables[shelf, name]


def load(tree: Mapping[str, bytes]) -> Catalogue:
    """Return the catalogue of a content tree.

    Args:
        tree: path relative to the content folder, with `/`, to the file's bytes.

    Raises:
        ContentError: names the first fault and how many more there are.
    """
    found = read(tree)
    faults = sorted(found.faults)
    if faults:
        more = f" And {len(faults) - 1} more." if len(faults) > 1 else ""
        raise ContentError(f"{faults[0]}{more}")
    return found.catalogue


def read(tree: Mapping[str, bytes]) -> Reading:
    """Read all that can be read; what cannot becomes a fault, whatever the bytes."""
    found = _Reader(tree).read()
    found.faults += broken_references(found.catalogue, found.names, found.tables)
    found.remarks += [_misplaced(path) for path in tree if _is_misplaced(path)]
    found.remarks += [
        _of_no_language(code)
        for code in found.catalogue.wording
        if not found.names.has("languages", code)
    ]
    return found


class _Reader:
    """Goes through the files once and gathers what it finds."""

    def __init__(self, tree: Mapping[str, bytes]) -> None:
        self._tree = tree
        # Sorted once, and without pictures: they may be many.
        self._paths = sorted(path for path in tree if path.endswith(SUFFIXES))
        self._found = Reading()

    def read(self) -> Reading:
        listed = self._list("sites.toml", "sites", records.site)
        single = self._list("links.toml", "sites", records.link)
        handouts = self._list("handouts.toml", "handouts", records.handout)
        self._found.catalogue = Catalogue(
            languages=self._list("languages.toml", "languages", records.language),
            topics=self._list("topics.toml", "topics", records.topic),
            tasks=self._list("tasks.toml", "tasks", records.task),
            sources=self._list("sources.toml", "sources", records.source),
            sites={**listed, **single},
            helplines=self._list("helplines.toml", "helplines", records.helpline),
            handouts=handouts,
            translated_handouts=dict(self._translated_handouts(handouts)),
            guides={(guide.language, guide.slug): guide for guide in self._guides()},
            interface=dict(self._interface()),
            wording=dict(self._wording()),
            practice=self._practice(),
        )
        return self._found

    def _list(self, path: str, shelf: str, build: Callable[[Table], T]) -> dict[str, T]:
        """Read one list; a file that is not there is an empty list."""
        whole = self._whole(path, shelf)
        if whole is None:
            return {}
        tables = whole.tables(LISTS[path])
        self._note(whole)
        return dict(self._records(shelf, tables, build))

    def _practice(self) -> Practice:
        """Read the practice screens, and the guides that stand above them in the same file."""
        whole = self._whole("practice.toml", "screens")
        if whole is None:
            return Practice()
        guides, review = whole.many("guides", schema.SLUG), records.review(whole)
        tables = whole.tables("screens")
        self._note(whole)
        self._found.tables["practice", ""] = whole
        screens = dict(self._records("screens", tables, records.screen))
        return Practice(guides, review if whole.is_sound else None, screens)

    def _whole(self, path: str, shelf: str) -> Table | None:
        """Return a list's file as one table; None if it is not there or cannot be read."""
        if path not in self._tree:
            return None
        try:
            return parse_toml(path, decode(path, self._tree[path]))
        except UnreadableError as error:
            self._found.faults.append(error.problem)
            self._found.names.unreadable.add(shelf)
            return None

    def _records(
        self, shelf: str, tables: tuple[Table, ...], build: Callable[[Table], T]
    ) -> Iterator[tuple[str, T]]:
        for inner in tables:
            table = inner.on_its_own()
            record = build(table)
            name = self._take_name(shelf, table)
            self._note(table)
            if table.is_sound:
                yield name, record

    def _take_name(self, shelf: str, table: Table) -> str:
        """Note a record's name, and a fault if another has it."""
        field_name = "code" if shelf == "languages" else "slug"
        name = table.raw.get(field_name)
        if not isinstance(name, str):
            return ""
        first = self._found.tables.setdefault((shelf, name), table)
        if first is not table:
            message = f"{shown(name)} is taken by {first.path}, line {first.line()}."
            table.fault(message, "Choose another, or remove one of the two.", field_name)
        self._found.names.add(shelf, name)
        return name

    def _translated_handouts(
        self, originals: Mapping[str, Handout]
    ) -> Iterator[tuple[str, Handout]]:
        """Yield the handouts of other languages, by language and slug."""
        shelf = "translated_handouts"
        for path in self._paths:
            match = HANDOUTS_PATH.fullmatch(path)
            whole = self._whole(path, shelf) if match else None
            if match and whole:
                tables = whole.tables("handouts")
                self._note(whole)
                for inner in tables:
                    table = inner.on_its_own()
                    handout = translated_handout(table, match[1], originals)
                    name = self._take_translation(shelf, match[1], table)
                    self._note(table)
                    if handout is not None and table.is_sound:
                        yield name, handout

    def _take_translation(self, shelf: str, language: str, table: Table) -> str:
        """Note a translation's name; a fault if it is there twice, or translates nothing."""
        slug = table.raw.get("slug")
        name = f"{language}/{slug}"
        if isinstance(slug, str):
            first = self._found.tables.setdefault((shelf, name), table)
            if first is not table:
                message = f"{shown(slug)} is translated already, in line {first.line()}."
                table.fault(message, "Remove one of the two.", "slug")
            if not self._found.names.has("handouts", slug):
                message = f"`slug` is {shown(slug)}, which is not in handouts.toml."
                table.fault(message, "Correct the spelling, or remove the translation.", "slug")
        return name

    def _interface(self) -> Iterator[tuple[str, bytes]]:
        for path in self._paths:
            if match := _INTERFACE_PATH.fullmatch(path):
                try:
                    yield match[1], compile_messages(path, self._tree[path])
                except UnreadableError as error:
                    self._found.faults.append(error.problem)

    def _wording(self) -> Iterator[tuple[str, Wording]]:
        for path in self._paths:
            if match := _SYNONYMS_PATH.fullmatch(path):
                try:
                    wording, table = read_wording(path, self._tree[path])
                except UnreadableError as error:
                    self._found.faults.append(error.problem)
                    continue
                self._found.faults += table.faults
                self._found.remarks += table.remarks
                if table.is_sound:
                    yield match[1], wording

    def _guides(self) -> Iterator[Guide]:
        for path in self._paths:
            place = _guide_place(path)
            if place:
                try:
                    yield from self._guide(path, place)
                except UnreadableError as error:
                    self._found.faults.append(error.problem)

    def _guide(self, path: str, place: records.GuidePlace) -> Iterator[Guide]:
        """Yield the guide if it is sound."""
        name = f"{place.language}/{place.slug}"
        self._found.names.add("guides", name)
        parts = split_guide(decode(path, self._tree[path], MAX_GUIDE_BYTES))
        if parts is None:
            raise UnreadableError(path, 1, "The front matter is not between two lines of `+++`.")
        table = parse_toml(path, parts.front, first_line=2)
        self._found.tables["guides", name] = table
        guide = records.guide(table, place, parts)
        self._note(table)
        self._found.faults += _unknown_pictures(guide)
        if table.is_sound:
            yield guide

    def _note(self, table: Table) -> None:
        table.remark_unknown()
        self._found.faults += table.faults
        self._found.remarks += table.remarks


def _unknown_pictures(guide: Guide) -> Iterator[Problem]:
    mend = f"Write one of: {', '.join(PICTURES)}."
    for line, name in unknown_pictures(guide.body):
        message = f"There is no picture {shown(name)}."
        yield Problem(guide.path, guide.body_line + line, "error", message, mend)


def _guide_place(path: str) -> records.GuidePlace | None:
    match = _GUIDE_PATH.fullmatch(path)
    return records.GuidePlace(*match.groups()) if match and not _is_readme(path) else None


def _is_readme(path: str) -> bool:
    return PurePosixPath(path).name == "README.md"


def _is_misplaced(path: str) -> bool:
    """Whether a file looks like content but stands where nothing reads it."""
    is_ours = path.endswith((".toml", ".md"))
    is_known = path in LISTS or _is_readme(path) or path.startswith(_OTHERS)
    is_known = is_known or _SYNONYMS_PATH.fullmatch(path) is not None
    is_translation = HANDOUTS_PATH.fullmatch(path) or _guide_place(path)
    return is_ours and not is_known and not is_translation


def _misplaced(path: str) -> Problem:
    mend = (
        "Guides belong in guides/<lang>/<slug>.md, translated handouts in handouts/<lang>.toml;"
        " lists have the names in content/README.md."
    )
    return Problem(path, 0, "error", "Nothing reads a file of this name in this place.", mend)


def _of_no_language(code: str) -> Problem:
    mend = "Name the file after a code in languages.toml."
    return Problem(f"synonyms/{code}.toml", 0, "error", "No language has this code.", mend)
