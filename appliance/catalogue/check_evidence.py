"""What an editor should mend in the sources of guides: every passage of an English one has some.

A translation has the facts of its English guide, and so their sources: markers may be left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from appliance.catalogue.evidence import OWN, facts, loose_markers
from appliance.catalogue.load import Reading
from appliance.catalogue.model import Guide, Problem
from appliance.catalogue.records import ORIGINAL_LANGUAGE
from appliance.catalogue.references import Names
from appliance.catalogue.schema import Table, shown


def check_evidence(found: Reading) -> Iterator[Problem]:
    """Yield the problems in the markers of what could be read."""
    for guide in found.catalogue.guides.values():
        yield from _unknown(guide, found.names)
        yield from _loose(guide)
        if guide.language == ORIGINAL_LANGUAGE:
            table = found.tables["guides", f"{guide.language}/{guide.slug}"]
            yield from _without_source(guide)
            yield from _unlisted(guide, found.names)
            yield from _unused(guide, table, found.names)


def _unknown(guide: Guide, names: Names) -> Iterator[Problem]:
    for marker in guide.markers:
        if marker.name != OWN and not names.has("sources", marker.name):
            message = f"The marker {shown(f'[^{marker.name}]')} names nothing in sources.toml."
            mend = "Correct the spelling, or add the source there."
            yield _problem(guide, marker.line, message, mend)


def _loose(guide: Guide) -> Iterator[Problem]:
    for marker in loose_markers(guide):
        message = f"The marker {shown(f'[^{marker.name}]')} stands beside no words."
        yield _problem(guide, marker.line, message, "Put it at the end of what it is for.")


def _without_source(guide: Guide) -> Iterator[Problem]:
    for fact in facts(guide):
        if not fact.sources:
            message = f"Nothing says where this is from: {shown(fact.text)}."
            mend = "End it with `[^slug]` of a source, or with `[^own]` if it states no fact."
            yield _problem(guide, fact.line, message, mend)


def _unlisted(guide: Guide, names: Names) -> Iterator[Problem]:
    """The front matter has the sources in the order in which the page shows them."""
    told = {OWN, *guide.sources}
    for marker in guide.markers:
        if marker.name not in told and names.has("sources", marker.name):
            message = f"The source {shown(marker.name)} is not in the front matter."
            yield _problem(guide, marker.line, message, "Add it to `sources` at the top.")
        told.add(marker.name)


def _unused(guide: Guide, table: Table, names: Names) -> Iterator[Problem]:
    used = {marker.name for marker in guide.markers}
    for number, slug in enumerate(guide.sources):
        if slug not in used and names.has("sources", slug):
            message = f"No marker in the text names the source {shown(slug)}."
            mend = f"End what it says with `[^{slug}]`, or remove it here."
            yield table.problem("error", message, mend, "sources", number)


def _problem(guide: Guide, line: int, message: str, mend: str) -> Problem:
    return Problem(guide.path, guide.body_line + line, "error", message, mend)
