"""Everything that can be found, as the index takes it in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from appliance.catalogue.markdown import to_plain
from appliance.catalogue.model import Handout, Helpline, Site
from appliance.catalogue.records import ORIGINAL_LANGUAGE
from appliance.site import addresses, practice
from appliance.site.views import Edition


class Kind(Enum):
    """What a page found is. The value lifts it: a guide helps more than a leaflet that says so."""

    GUIDE = ("guide", 2.0)
    SITE = ("site", 1.0)
    HELPLINE = ("helpline", 1.0)
    HANDOUT = ("handout", 1.0)
    PRACTICE = ("practice", 1.0)

    @property
    def weight(self) -> float:
        """How much it counts against others that match as well."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Entry:
    """What can be found: a page with its words, in one language.

    `address` is without the language, and the same for a page in all its languages.
    `is_everywhere` pages exist at the address of every language, though their words stand in one.
    """

    kind: Kind
    language: str
    address: str
    title: str
    summary: str = ""
    body: str = ""
    topics: tuple[str, ...] = field(default=())
    is_everywhere: bool = False


def entries(edition: Edition) -> Iterator[Entry]:
    """Yield what exists in an edition's own words. Sites and practice are described in English."""
    code, catalogue = edition.code, edition.catalogue
    for guide in edition.guides:
        body = to_plain(guide.body)
        yield Entry(Kind.GUIDE, code, guide.slug, guide.title, guide.question, body, (guide.topic,))
    yield from (_helpline(line, edition) for line in catalogue.helplines.values())
    for handout in catalogue.handouts_in(code):
        yield _handout(handout, edition)
    if code == ORIGINAL_LANGUAGE:
        yield from map(_site, catalogue.listed_sites())
        if practice.link(edition):
            yield _practice(edition)


def _site(site: Site) -> Entry:
    host = site.url.removeprefix("https://").removeprefix("www.")
    return Entry(
        kind=Kind.SITE,
        language=ORIGINAL_LANGUAGE,
        address=_bare(addresses.go(ORIGINAL_LANGUAGE, site.slug)),
        title=site.name,
        summary=site.summary,
        body=" ".join((site.publisher, host, site.audience)),
        topics=site.topics,
        is_everywhere=True,
    )


def _helpline(line: Helpline, edition: Edition) -> Entry:
    ways = " ".join(f"{way.shown} {edition.say(way.note)}" for way in line.contacts)
    name, purpose = edition.say(line.name), edition.say(line.purpose)
    return Entry(Kind.HELPLINE, edition.code, f"helplines#{line.slug}", name, purpose, ways)


def _handout(handout: Handout, edition: Edition) -> Entry:
    lines = (text for part in handout.sections for text in (part.heading, *part.items))
    guides = (edition.catalogue.guides.get((ORIGINAL_LANGUAGE, slug)) for slug in handout.guides)
    return Entry(
        kind=Kind.HANDOUT,
        language=edition.code,
        address=_bare(addresses.handout(edition.code, handout.slug)),
        title=handout.title,
        summary=handout.lead,
        body=" ".join(lines),
        topics=tuple(dict.fromkeys(guide.topic for guide in guides if guide is not None)),
    )


def _practice(edition: Edition) -> Entry:
    return Entry(
        kind=Kind.PRACTICE,
        language=edition.code,
        address=_bare(addresses.practice(edition.code)),
        title=edition.say(practice.TITLE),
        summary=edition.say(practice.SUMMARY),
        body=" ".join(screen.title for screen in edition.catalogue.screens.values()),
    )


def _bare(address: str) -> str:
    return address[1:].partition("/")[2]
