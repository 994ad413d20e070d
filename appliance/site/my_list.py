"""What can stand on a list to take away, and the page that shows such a list.

items/<language>.json, made with the pages: item -> [title, address, language of the title, url],
where an item is `g-<slug>` for a guide and `s-<slug>` for a site; a guide's url is empty.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from appliance.errors import StoreError
from appliance.files import read_file
from appliance.site import addresses
from appliance.site.published import Context, Site
from appliance.site.view import View

if TYPE_CHECKING:
    from appliance.site.views import Edition

ITEMS = "items"
MAX_ITEMS_BYTES = 8_000_000  # of 10,000 guides
# Larger codes are hard to read from a phone to a phone; also the limit of handouts/qr.py.
MOST_CODE_CHARACTERS = 300

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
    for guide in edition.best_guides.values():
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
    except (OSError, ValueError, RecursionError) as error:
        raise StoreError(f"{path} is missing or damaged: {error}") from error
    if not isinstance(entries, dict):
        raise StoreError(f"{path} is damaged: it is no table")
    known = tuple(item for item in items if _is_entry(entries.get(item)))
    on_wifi = addresses.on_wifi(View(items=known).prefix + addresses.my_list(language))
    return {
        "guides": [_card(item, entries[item]) for item in known if not entries[item][3]],
        "sites": [_card(item, entries[item]) for item in known if entries[item][3]],
        "on_wifi": on_wifi,
        "code": _code(on_wifi, on_wifi) if len(on_wifi) <= MOST_CODE_CHARACTERS else "",
    }


def _is_entry(value: object) -> bool:
    return isinstance(value, list) and len(value) == 4 and all(isinstance(v, str) for v in value)


def _card(item: str, entry: Entry) -> Context:
    title, address, language, url = entry
    return {
        "item": item,
        "title": title,
        "address": address,
        "language": language,
        "url": url,
        "code": _code(url, f"{title}, {url}") if url else "",
    }


def _code(address: str, title: str) -> Markup:
    # Drawing codes takes 4 MB that the public process does without until somebody has a list.
    from appliance.handouts import qr

    return Markup(qr.svg(address, title=title))  # noqa: S704 - our own code escapes the title
