"""The project's own content, as tests use it: read once, changed in copies."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path

from appliance.catalogue.load import load
from appliance.catalogue.model import Catalogue
from appliance.files import read_tree

PROJECT = Path(__file__).parents[1]
CONTENT = PROJECT / "content"
GUIDE = "guides/en/get-nhs-app.md"


@cache
def whole_tree() -> dict[str, bytes]:
    """All of it."""
    return read_tree(CONTENT)


@cache
def real_tree() -> dict[str, bytes]:
    """All of it in English: what most tests need, and an activation of it takes a second."""
    return in_languages(whole_tree(), {"en"})


@cache
def light_tree() -> dict[str, bytes]:
    """English without handouts, which take most of an activation's time."""
    to_handout = re.compile(rb"\[([^\]]*)\]\(handout:[^)]*\)")
    return {
        path: to_handout.sub(rb"\1", data)
        for path, data in real_tree().items()
        if path != "handouts.toml"
    }


@cache
def real_catalogue() -> Catalogue:
    return load(real_tree())


@cache
def whole_catalogue() -> Catalogue:
    return load(whole_tree())


def in_languages(tree: dict[str, bytes], codes: Collection[str]) -> dict[str, bytes]:
    """The content as it would be in some of its languages."""
    kept = {path: data for path, data in tree.items() if _language_of(path) in (None, *codes)}
    tables = kept["languages.toml"].decode().split("[[languages]]\n")
    named = [table for table in tables[1:] if re.search(r'code = "([^"]+)"', table)[1] in codes]  # type: ignore[index]  # every language has a code
    kept["languages.toml"] = "".join(f"[[languages]]\n{table}" for table in named).encode()
    return kept


def _language_of(path: str) -> str | None:
    found = re.match(r"(?:guides|handouts|interface|synonyms)/([^/.]+)[/.]", path)
    return found[1] if found else None


def tree_saying(words: str) -> dict[str, bytes]:
    """The content with a paragraph more in one guide."""
    return {**real_tree(), GUIDE: real_tree()[GUIDE] + f"\n\n{words}\n".encode()}
