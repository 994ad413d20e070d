"""Which part of the content one box needs: every file, but of the languages only those it shows."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from appliance.catalogue.model import Catalogue

# Everything else leads to it, and what nobody has translated is shown in it.
ALWAYS = frozenset({"en", "en-easyread"})
_OF_A_LANGUAGE = re.compile(r"(?:guides|handouts|interface|synonyms)/([^/.]+)[/.].*")


def is_wanted(path: str, languages: Collection[str]) -> bool:
    """Whether a box that shows `languages` needs the file at `path`; without any, all are shown."""
    found = _OF_A_LANGUAGE.fullmatch(path)
    return not languages or found is None or found[1] in ALWAYS or found[1] in languages


def only(catalogue: Catalogue, languages: Collection[str]) -> Catalogue:
    """Return the catalogue of a tree that holds only what is wanted, as if there were no others."""
    kept = {
        code: language
        for code, language in catalogue.languages.items()
        if not languages or code in ALWAYS or code in languages
    }
    return replace(catalogue, languages=kept)
