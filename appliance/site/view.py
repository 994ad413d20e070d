"""How somebody sees the pages: text size, colours, kiosk, and their list. Held in the address only.

`/~large.contrast.g-get-nhs-app/en/` is `/en/` in large text and high contrast with one guide on the
list. Nothing of it is kept anywhere else: no cookie, no storage, no log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

SIZES = ("large", "largest")
CONTRAST = "contrast"
KIOSK = "kiosk"
# A printed page and a readable QR code hold about this many.
MOST_ITEMS = 12
MOST_CHARACTERS = 800

_PREFIX = re.compile(r"/~([a-z0-9.-]*)(/.*)", re.DOTALL)
# A guide or a site by its slug; no slug is longer (catalogue/schema.py allows 60).
_ITEM = re.compile(r"[gs]-[a-z0-9][a-z0-9-]{0,59}")


@dataclass(frozen=True, slots=True)
class View:
    """One way of seeing the pages.

    `size` is one of SIZES or empty. `items` are `g-<slug>` for guides and `s-<slug>` for sites, in
    the order in which they were added, each once.
    """

    size: str = ""
    is_contrast: bool = False
    is_kiosk: bool = False
    items: tuple[str, ...] = ()

    @property
    def prefix(self) -> str:
        """What addresses begin with: empty for the plain view."""
        flags = ((CONTRAST, self.is_contrast), (KIOSK, self.is_kiosk))
        words = [self.size, *(word for word, is_on in flags if is_on), *self.items]
        joined = ".".join(filter(None, words))
        return f"/~{joined}" if joined else ""

    @property
    def classes(self) -> tuple[str, ...]:
        """What the stylesheet knows of it."""
        flags = ((self.size, bool(self.size)), (CONTRAST, self.is_contrast), (KIOSK, self.is_kiosk))
        return tuple(word for word, is_on in flags if is_on)

    def changed(self, change: str) -> View:
        """Return the view after one of the changes that links on pages offer.

        Args:
            change: `size:` with a size or nothing, `colours:` with `contrast` or nothing,
                `add:` or `drop:` with an item, `empty:`. Anything else changes nothing.
        """
        what, _, value = change.partition(":")
        if what == "size":
            return replace(self, size=value if value in SIZES else "")
        if what == "colours":
            return replace(self, is_contrast=value == CONTRAST)
        if what == "add":
            return replace(self, items=_items((*self.items, value)))
        if what == "drop":
            return replace(self, items=tuple(item for item in self.items if item != value))
        if what == "empty":
            return replace(self, items=())
        return self


PLAIN = View()


def split(address: str) -> tuple[View, str]:
    """Return the view that an address asks for, and the address without it.

    Words that mean nothing, items over the limit and overlong prefixes are passed over: a mistyped
    address still leads to its page.
    """
    match = _PREFIX.fullmatch(address)
    if match is None:
        return PLAIN, address
    words = match.group(1)[:MOST_CHARACTERS].split(".")
    size = next((word for word in words if word in SIZES), "")
    view = View(size, CONTRAST in words, KIOSK in words, _items(words))
    return view, match.group(2)


def _items(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if _ITEM.fullmatch(word)))[:MOST_ITEMS]
