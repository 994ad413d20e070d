"""Handouts in other languages: `handouts/<language>.toml` has the words, English has the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from appliance.catalogue import schema
from appliance.catalogue.model import Handout, Problem, Section
from appliance.catalogue.records import translation
from appliance.catalogue.schema import Table, shown

HANDOUTS_PATH = re.compile(r"handouts/([^/]+)\.toml")


def translated_handout(
    table: Table, language: str, originals: Mapping[str, Handout]
) -> Handout | None:
    """Build a handout in another language.

    Returns None if there is no such English handout, or if this is of another shape. That is a
    fault in a current translation. An older one is only left out: otherwise nobody could correct
    an English sheet before every translator has answered.

    Args:
        table: one of the file's `[[handouts]]`.
        language: whose file it is.
        originals: the English handouts by slug.
    """
    slug = table.read("slug", schema.SLUG)
    made = translation(table)
    title, lead = table.read("title", schema.TITLE), table.read("lead", schema.WORDS)
    given = table.tables("sections", least=1)
    words = tuple(_words(section) for section in given)
    original = originals.get(slug)
    if original is None or not table.is_sound:
        return None
    if original.language == language:
        mend = "Correct it in handouts.toml, or name this file after another language."
        table.fault(f"{shown(slug)} is written in this language.", mend, "slug")
        return None
    differences = _differences(table, given, words, original.sections)
    if differences:
        if made.english == original.fingerprint:
            table.faults.extend(differences)
        else:
            table.remarks.extend(replace(found, severity="warning") for found in differences)
        return None
    sections = tuple(
        replace(section, heading=heading, items=items)
        for section, (heading, items) in zip(original.sections, words, strict=True)
    )
    return replace(
        original, title=title, lead=lead, language=language, sections=sections, translation=made
    )


_Words = tuple[str, tuple[str, ...]]


def _words(table: Table) -> _Words:
    heading = table.read_or("heading", schema.TITLE_OR_NONE, "")
    items = table.many("items", schema.WORDS, least=1)
    table.remark_unknown()
    return heading, items


def _differences(
    table: Table,
    given: tuple[Table, ...],
    words: tuple[_Words, ...],
    originals: tuple[Section, ...],
) -> list[Problem]:
    """Say where it cannot stand beside the English, section by section and item by item."""
    if len(words) != len(originals):
        message = f"There are {len(words)} sections; the English handout has {len(originals)}."
        return [table.problem("error", message, "Translate each of them, in order.", "sections")]
    found = []
    for inner, (heading, items), original in zip(given, words, originals, strict=True):
        if bool(heading) != bool(original.heading):
            message = f"`heading` is {shown(heading)}; in English it is {shown(original.heading)}."
            mend = "Translate it, or leave it empty as in English."
            found.append(inner.problem("error", message, mend, "heading"))
        if len(items) != len(original.items):
            message = f"There are {len(items)} items; in English there are {len(original.items)}."
            found.append(inner.problem("error", message, "Translate each of them.", "items"))
    return found
