"""Which fact was read where: a table of guide by fact by source, and what each source is used for.

English guides only: a translation has the facts, and so the sources, of its English guide.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.catalogue.evidence import OWN, facts
from appliance.catalogue.load import Reading
from appliance.catalogue.model import Guide
from appliance.catalogue.records import ORIGINAL_LANGUAGE
from appliance.catalogue.references import REFERENCES

# A line of the table fits a terminal of 132 columns if a fact has 2 sources.
_FACT_CHARS = 60


@dataclass(frozen=True, slots=True)
class Row:
    """A passage of a guide, the line of the file on which it starts, and its sources' slugs."""

    guide: str
    path: str
    line: int
    fact: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """How often a source is named: by passages, and by guides and handouts in their lists."""

    source: str
    facts: int
    records: int


@dataclass(frozen=True, slots=True)
class Trace:
    """The whole table, and the use of every source in the order of sources.toml.

    `own` counts the passages that are only our own words.
    """

    rows: tuple[Row, ...]
    uses: tuple[Use, ...]
    own: int

    @property
    def unused(self) -> tuple[str, ...]:
        """The sources that nothing names."""
        return tuple(use.source for use in self.uses if not use.facts and not use.records)


def trace(found: Reading) -> Trace:
    """Gather what the English guides of a content folder say, and where it is from."""
    rows = tuple(_rows(found))
    by_facts = Counter(source for row in rows for source in row.sources)
    by_records = Counter(_named_by_records(found))
    uses = (Use(slug, by_facts[slug], by_records[slug]) for slug in found.catalogue.sources)
    own = sum(row.sources == (OWN,) for row in rows)
    return Trace(rows, tuple(uses), own)


def as_text(whole: Trace) -> str:
    """Return the table for people."""
    return "\n".join(_lines(whole))


def as_json(whole: Trace) -> str:
    """Return the table for programs."""
    content = {
        "facts": [
            {
                "guide": row.guide,
                "path": row.path,
                "line": row.line,
                "fact": row.fact,
                "sources": row.sources,
            }
            for row in whole.rows
        ],
        "sources": {use.source: {"facts": use.facts, "records": use.records} for use in whole.uses},
        "own": whole.own,
        "unused": whole.unused,
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _rows(found: Reading) -> Iterator[Row]:
    for guide in found.catalogue.guides.values():
        if guide.language == ORIGINAL_LANGUAGE:
            for fact in facts(guide):
                line = guide.body_line + fact.line
                yield Row(guide.slug, guide.path, line, fact.text, fact.sources)


def _named_by_records(found: Reading) -> Iterator[str]:
    for reference in REFERENCES:
        if reference.target == "sources":
            for _, record, _ in found.records(reference.shelf):
                is_translation = isinstance(record, Guide) and record.translation is not None
                if not is_translation:
                    yield from getattr(record, reference.field)


def _lines(whole: Trace) -> Iterator[str]:
    widest = max((len(row.guide) for row in whole.rows), default=0)
    yield f"{'guide':{widest}} | line | {'fact':{_FACT_CHARS}} | sources"
    for row in whole.rows:
        sources = ", ".join(row.sources) or "none"
        yield f"{row.guide:{widest}} | {row.line:4} | {_short(row.fact):{_FACT_CHARS}} | {sources}"
    yield ""
    yield f"{len(whole.rows)} passages, {whole.own} of them our own words only"
    widest = max((len(use.source) for use in whole.uses), default=0)
    yield f"{'source':{widest}} | passages | guides and handouts"
    for use in whole.uses:
        yield f"{use.source:{widest}} | {use.facts:8} | {use.records:19}"
    yield f"Used by nothing: {', '.join(whole.unused) or 'none'}"


def _short(fact: str) -> str:
    return fact if len(fact) <= _FACT_CHARS else fact[: _FACT_CHARS - 2].rstrip() + " …"
