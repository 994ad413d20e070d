"""Every web address in content, once, with the places where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from appliance.catalogue.load import Reading, read
from appliance.catalogue.model import Catalogue
from appliance.handouts.printed import printed_on


@dataclass(frozen=True, slots=True)
class Link:
    """An address to ask.

    `places` are files with lines, for editors. `printed_on` names the papers that it stands on,
    where nobody can mend it.
    """

    address: str
    places: tuple[str, ...] = ()
    printed_on: tuple[str, ...] = ()

    @property
    def is_printed(self) -> bool:
        """Whether it stands on paper."""
        return bool(self.printed_on)


def addresses_in(tree: Mapping[str, bytes]) -> list[Link]:
    """Return the addresses of all that could be read in a content folder, in the files' order."""
    found = read(tree)
    return _links(_with_places(found), found.catalogue)


def addresses_shown(catalogue: Catalogue) -> list[Link]:
    """Return the addresses that a help point sends people to: sites, and those of helplines.

    Where facts were read is left out: pages show it as words, and editors ask it.
    """
    sites = ((site.url, "") for site in catalogue.sites.values())
    contacts = (
        (contact.address, "")
        for helpline in catalogue.helplines.values()
        for contact in helpline.contacts
        if contact.kind == "web" and contact.address
    )
    return _links((*sites, *contacts), catalogue)


def _links(found: Iterable[tuple[str, str]], catalogue: Catalogue) -> list[Link]:
    """Put together what was found as address and place; a place may be empty."""
    printed = printed_on(catalogue)
    places: dict[str, list[str]] = {}
    for address, place in found:
        places.setdefault(address, []).extend([place] if place else [])
    return [
        Link(address, tuple(where), printed.get(address, ())) for address, where in places.items()
    ]


def _with_places(found: Reading) -> Iterator[tuple[str, str]]:
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
