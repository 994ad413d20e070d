"""Turns what links in guides name into the addresses of pages."""

from __future__ import annotations

from collections.abc import Callable

from appliance.catalogue.links import PAGES
from appliance.catalogue.model import Catalogue
from appliance.catalogue.references import FALLBACK_LANGUAGE
from appliance.site import addresses


def resolver(language: str, catalogue: Catalogue) -> Callable[[str], str]:
    """Return what turns `site:mind`, `guide:...`, `handout:...`, `page:...` into addresses.

    A guide that does not exist in `language` leads to the English one. The function that is
    returned raises KeyError for what does not exist at all.
    """

    def resolve(target: str) -> str:
        scheme, _, slug = target.partition(":")
        if scheme == "guide":
            edition = language if (language, slug) in catalogue.guides else FALLBACK_LANGUAGE
            return addresses.guide(catalogue.guides[edition, slug].language, slug)
        if scheme == "site":
            return addresses.go(language, catalogue.sites[slug].slug)
        if scheme == "handout":
            return addresses.handout(catalogue.handouts[slug].language, slug)
        if scheme == "page" and slug in PAGES:
            return addresses.home(language) + ("" if slug == "home" else slug)
        raise KeyError(target)

    return resolve
