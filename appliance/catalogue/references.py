"""Who may name whom: the slugs that records hold, and what they must be slugs of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from appliance.catalogue.model import Catalogue, Guide, Handout, Problem, Screen
from appliance.catalogue.schema import Table, shown

# What a translation does not have is shown in this language.
FALLBACK_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Names:
    """Every name on each shelf, also of records with faults: one fault should be told once.

    A name on an unreadable shelf may exist, so nothing is said about it.
    """

    by_shelf: dict[str, set[str]] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)

    def add(self, shelf: str, name: str) -> None:
        """Put a name on a shelf."""
        self.by_shelf.setdefault(shelf, set()).add(name)

    def has(self, shelf: str, name: str) -> bool:
        """Whether the name is, or may be, on the shelf."""
        return shelf in self.unreadable or name in self.by_shelf.get(shelf, ())

    def has_guide(self, language: str, slug: str) -> bool:
        """Whether the guide exists in the language or in the one that stands in for it."""
        return any(self.has("guides", f"{code}/{slug}") for code in (language, FALLBACK_LANGUAGE))


@dataclass(frozen=True, slots=True)
class Reference:
    """The field of a shelf's records that holds names of another shelf."""

    shelf: str
    field: str
    target: str
    file: str


REFERENCES = (
    Reference("tasks", "guide", "guides", "guides/"),
    Reference("sites", "topics", "topics", "topics.toml"),
    Reference("handouts", "language", "languages", "languages.toml"),
    Reference("handouts", "codes", "sites", "sites.toml or links.toml"),
    Reference("handouts", "helplines", "helplines", "helplines.toml"),
    Reference("handouts", "guides", "guides", "guides/"),
    Reference("handouts", "sources", "sources", "sources.toml"),
    Reference("translated_handouts", "language", "languages", "languages.toml"),
    Reference("guides", "language", "languages", "languages.toml"),
    Reference("guides", "topic", "topics", "topics.toml"),
    Reference("guides", "sources", "sources", "sources.toml"),
    Reference("guides", "links", "sites", "sites.toml or links.toml"),
    Reference("guides", "related", "guides", "guides/"),
    Reference("practice", "guides", "guides", "guides/"),
    Reference("screens", "guides", "guides", "guides/"),
)


def broken_references(
    catalogue: Catalogue, names: Names, tables: Mapping[tuple[str, str], Table]
) -> Iterator[Problem]:
    """Find every name that stands for nothing."""
    for reference in REFERENCES:
        for name, record in shelf_of(catalogue, reference.shelf):
            table = tables[reference.shelf, name]
            yield from _broken(reference, record, table, names)
    for slug, screen in catalogue.screens.items():
        yield from _lost_choices(screen, tables["screens", slug], names)


def shelf_of(catalogue: Catalogue, shelf: str) -> Iterable[tuple[str, object]]:
    """Return a shelf's records with their names; a guide's name is `<language>/<slug>`.

    The shelf of the practice holds one record, without a name, if there is a practice.
    """
    if shelf == "practice":
        return [("", catalogue.practice)] if catalogue.practice.review else []
    if shelf == "guides":
        return [(f"{code}/{slug}", guide) for (code, slug), guide in catalogue.guides.items()]
    records: Mapping[str, object] = getattr(catalogue, shelf)
    return records.items()


def _broken(reference: Reference, record: object, table: Table, names: Names) -> Iterator[Problem]:
    held: str | tuple[str, ...] = getattr(record, reference.field)
    values = (held,) if isinstance(held, str) else held
    for number, value in enumerate(values):
        if not _exists(reference, record, value, names):
            # A guide's language is its folder, which stands in no line.
            is_written = reference.field in table.raw
            line = table.line(reference.field, number) if is_written else 0
            message = f"`{reference.field}` names {shown(value)}, which is not in {reference.file}."
            mend = "Correct the spelling, or add it there."
            yield Problem(table.path, line, "error", message, mend)


def _lost_choices(screen: Screen, table: Table, names: Names) -> Iterator[Problem]:
    """Find the choices of a practice screen that lead to no screen."""
    for number, field_ in enumerate(screen.fields):
        if field_.screen and not names.has("screens", field_.screen):
            message = f"`screen` names {shown(field_.screen)}, which is not in practice.toml."
            mend = "Correct the spelling, or add it there."
            yield table.problem("error", message, mend, "fields", number, "screen")


def _exists(reference: Reference, record: object, value: str, names: Names) -> bool:
    if reference.target == "guides":
        code = record.language if isinstance(record, Guide | Handout) else FALLBACK_LANGUAGE
        return names.has_guide(code, value)
    return names.has(reference.target, value)
