"""The project's own content, as tests use it: read once, changed in copies."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from appliance.catalogue.load import load
from appliance.catalogue.model import Catalogue
from appliance.files import read_tree

PROJECT = Path(__file__).parents[1]
CONTENT = PROJECT / "content"
GUIDE = "guides/en/get-nhs-app.md"


@cache
def real_tree() -> dict[str, bytes]:
    return read_tree(CONTENT)


@cache
def real_catalogue() -> Catalogue:
    return load(real_tree())


def tree_saying(words: str) -> dict[str, bytes]:
    """The content with a paragraph more in one guide."""
    return {**real_tree(), GUIDE: real_tree()[GUIDE] + f"\n\n{words}\n".encode()}
