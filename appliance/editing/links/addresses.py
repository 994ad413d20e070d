"""Every web address in a content tree, once, with the places where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from appliance.catalogue.load import Reading, read


@dataclass(frozen=True, slots=True)
class Link:
    """An address to ask. `is_printed`: it also stands on paper, where nobody can mend it."""

    address: str
    places: tuple[str, ...]
    is_printed: bool


def addresses_in(tree: Mapping[str, bytes]) -> list[Link]:
    """Return the addresses of all that could be read, in the order of the files."""
    found = read(tree)
    printed = _printed(found)
    places: dict[str, list[str]] = {}
    for address, place in _addresses(found):
        places.setdefault(address, []).append(place)
    return [Link(address, tuple(where), address in printed) for address, where in places.items()]


def _addresses(found: Reading) -> Iterator[tuple[str, str]]:
    """Yield each address with its file and line."""
    for slug, site in found.catalogue.sites.items():
        table = found.tables["sites", slug]
        yield site.url, f"{table.path}:{table.line('url')}"
    for slug, helpline in found.catalogue.helplines.items():
        table = found.tables["helplines", slug]
        for number, contact in enumerate(helpline.contacts):
            if contact.kind == "web" and contact.address:
                yield contact.address, f"{table.path}:{table.line('contacts', number, 'address')}"
    for slug, source in found.catalogue.sources.items():
        table = found.tables["sources", slug]
        yield source.url, f"{table.path}:{table.line('url')}"


def _printed(found: Reading) -> set[str]:
    """Return the addresses on handouts: their codes, and those of their helplines."""
    catalogue = found.catalogue
    codes = {slug for handout in catalogue.handouts.values() for slug in handout.codes}
    lines = {slug for handout in catalogue.handouts.values() for slug in handout.helplines}
    return {site.url for slug, site in catalogue.sites.items() if slug in codes} | {
        contact.address
        for slug, line in catalogue.helplines.items()
        if slug in lines
        for contact in line.contacts
    }
