"""Which web addresses stand on paper, where nobody can mend them, and on which sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from appliance.catalogue.model import Catalogue

NHS_APP = "nhs-app"  # the slug of the site that tells of the app
# Promotional papers that carry its code, unless a library asks for another site (promotion.py).
_NHS_APP_PAPERS = ("NHS App poster", "shelf cards", "bookmarks", "QR stickers")


def printed_on(catalogue: Catalogue) -> Mapping[str, tuple[str, ...]]:
    """Return each printed address with the papers that it stands on, named as people name them.

    A name is such as `handout H2 Get the NHS App` or `NHS App poster`.
    """
    papers: dict[str, dict[str, None]] = {}
    for address, paper in _papers(catalogue):
        papers.setdefault(address, {})[paper] = None
    return {address: tuple(names) for address, names in papers.items()}


def _papers(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Yield address and paper; a slug that leads nowhere is `catalogue.check`'s to tell."""
    sites, helplines = catalogue.sites, catalogue.helplines
    for handout in catalogue.handouts.values():
        name = f"handout {handout.number} {handout.title}"
        for slug in handout.codes:
            if slug in sites:
                yield sites[slug].url, name
        for slug in handout.helplines:
            if slug in helplines:
                yield from (
                    (contact.address, name)
                    for contact in helplines[slug].contacts
                    if contact.kind == "web" and contact.address
                )
    if NHS_APP in sites:
        yield from ((sites[NHS_APP].url, paper) for paper in _NHS_APP_PAPERS)
