"""Turns what links in guides name into the addresses of pages."""

from __future__ import annotations

from collections.abc import Callable

from appliance.catalogue.links import PAGES
from appliance.catalogue.references import FALLBACK_LANGUAGE
from appliance.site import addresses
from appliance.site.views import Edition


def resolver(edition: Edition) -> Callable[[str], str]:
    """Return what turns `site:mind`, `guide:...`, `handout:...`, `page:...` into addresses.

    A guide that is not shown in this language leads to the English one, one that the library hides
    to its topic. The function that is returned raises KeyError for what does not exist at all.
    """
    catalogue, language = edition.catalogue, edition.code

    def resolve(target: str) -> str:
        scheme, _, slug = target.partition(":")
        if scheme == "guide" and slug in edition.hidden:
            return addresses.topic(language, catalogue.guides[FALLBACK_LANGUAGE, slug].topic)
        if scheme == "guide":
            return addresses.guide(edition.best_guides[slug].language, slug)
        if scheme == "site":
            return addresses.go(language, catalogue.sites[slug].slug)
        if scheme == "handout":
            handout = catalogue.handout(language, slug) or catalogue.handouts[slug]
            return addresses.handout(handout.language, slug)
        if scheme == "page" and slug in PAGES:
            return addresses.home(language) + ("" if slug == "home" else slug)
        raise KeyError(target)

    return resolve
