"""The handouts of a folder of pages, for the staff desk: what there is to print, ready-made.

handouts.json, beside site.json:
    {"<slug>": {"number": "H2", "audience": "patron",
                "titles": {"en": "Get the NHS App", "pl": "..."}}, ...}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from appliance.catalogue.model import Handout
from appliance.catalogue.records import ORIGINAL_LANGUAGE
from appliance.errors import StoreError
from appliance.files import FileLimitError, read_file
from appliance.handouts.paper import Download
from appliance.site import addresses
from appliance.site.published import Site

NAME = "handouts.json"
MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Printable:
    """A handout: `titles` by the languages that it exists in, English first."""

    slug: str
    number: str
    audience: str
    titles: Mapping[str, str]

    @property
    def title(self) -> str:
        """The English title: staff choose by it."""
        return self.titles[ORIGINAL_LANGUAGE]


def write_shelf(folder: Path, handouts: Iterable[Handout]) -> None:
    """Write handouts.json.

    Args:
        folder: of pages.
        handouts: in all languages.
    """
    each = list(handouts)
    originals = [handout for handout in each if handout.language == ORIGINAL_LANGUAGE]
    shelf = {
        original.slug: {
            "number": original.number,
            "audience": original.audience,
            "titles": {
                handout.language: handout.title
                for handout in (original, *each)
                if handout.slug == original.slug
            },
        }
        for original in originals
    }
    (folder / NAME).write_text(json.dumps(shelf, ensure_ascii=False), "utf-8")


def read_shelf(site: Site) -> dict[str, Printable]:
    """Return slug -> handout.

    Raises:
        StoreError: the file is missing or damaged.
    """
    path = site.folder / NAME
    try:
        found = json.loads(read_file(path, MAX_BYTES))
        return {slug: Printable(slug, **about) for slug, about in found.items()}
    except (OSError, ValueError, TypeError, AttributeError, FileLimitError) as error:
        raise StoreError(f"the list of handouts in {path} is missing or damaged") from error


def ready_made(site: Site, slug: str, language: str, way: Download) -> bytes:
    """Return a handout's PDF as it lies ready.

    Raises:
        StoreError: there is no such handout, or it cannot be read.
    """
    file = site.file(addresses.handout_file(language, slug, way))
    if file is None:
        raise StoreError(f"the handout {slug} does not exist in {language!r} as {way.words}")
    return site.read(file)
