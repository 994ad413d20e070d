"""What can stand on a list to take away, and the page that shows such a list.

items/<language>.json, made with the pages: item -> [title, address, language of the title, url],
where an item is `g-<slug>` for a guide and `s-<slug>` for a site; a guide's url is empty.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from markupsafe import Markup

from appliance.errors import StoreError
from appliance.files import read_file
from appliance.handouts import qr
from appliance.site import addresses
from appliance.site.published import Context, Site
from appliance.site.view import View
from appliance.site.views import Edition

ITEMS = "items"
MAX_ITEMS_BYTES = 1_000_000

Entry = tuple[str, str, str, str]


def guide_item(slug: str) -> str:
    """Return the item of a guide."""
    return f"g-{slug}"


def site_item(slug: str) -> str:
    """Return the item of a site."""
    return f"s-{slug}"


def write_items(folder: Path, editions: Iterable[Edition]) -> None:
    """Write what each language's list can hold."""
    (folder / ITEMS).mkdir()
    for edition in editions:
        text = json.dumps(_entries(edition), ensure_ascii=False)
        (folder / ITEMS / f"{edition.code}.json").write_text(text, "utf-8")


def _entries(edition: Edition) -> Mapping[str, Entry]:
    entries: dict[str, Entry] = {}
    for guide in (*edition.guides(), *edition.english_guides()):
        address = addresses.guide(guide.language, guide.slug)
        entries[guide_item(guide.slug)] = (guide.title, address, guide.language, "")
    for site in edition.catalogue.sites.values():
        address = addresses.go(edition.code, site.slug)
        entries[site_item(site.slug)] = (site.name, address, "en", site.url)
    return entries


def shown(site: Site, language: str, items: Iterable[str]) -> Context:
    """Return what list.html shows: guides, then sites with their codes, and the list's own code.

    Items that are no longer there are left out.

    Raises:
        StoreError: the list of all items is missing or damaged.
    """
    path = site.folder / ITEMS / f"{language}.json"
    try:
        entries: dict[str, Entry] = json.loads(read_file(path, MAX_ITEMS_BYTES))
    except (OSError, ValueError) as error:
        raise StoreError(f"{path} is missing or damaged: {error}") from error
    known = [item for item in items if item in entries]
    return {
        "guides": [_card(item, entries[item]) for item in known if not entries[item][3]],
        "sites": [_card(item, entries[item]) for item in known if entries[item][3]],
        "code": _own_code(language, known),
    }


def _card(item: str, entry: Entry) -> Context:
    title, address, language, url = entry
    code = Markup(qr.svg(url, title=f"{title}, {url}")) if url else ""  # noqa: S704 - escaped there
    return {
        "item": item,
        "title": title,
        "address": address,
        "language": language,
        "url": url,
        "code": code,
    }


def _own_code(language: str, items: Iterable[str]) -> str:
    """The address of this list as a code; empty for a list that a code cannot hold."""
    address = addresses.on_wifi(View(items=tuple(items)).prefix + addresses.my_list(language))
    if len(address) > qr.LONGEST_ADDRESS:
        return ""
    return Markup(qr.svg(address, title=address))  # noqa: S704 - made and escaped by our own code
