"""Every page of one language, one after the other, from the catalogue alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from appliance.catalogue.markdown import Labels, to_html
from appliance.catalogue.model import Guide, Handout, Site, Topic
from appliance.clock import add_months, in_words
from appliance.handouts.paper import Paper
from appliance.site import addresses, views
from appliance.site.links import resolver
from appliance.site.templates import render
from appliance.site.views import Context, Edition

# A page of sites with their codes must fit 14 kB compressed; a code takes about 0.7 kB of it.
SITES_PER_PAGE = 8
# A list of contents helps when there is more than a screen or two to scroll.
CONTENTS_FROM = 4
STATEMENT_WRITTEN = "22 November 2026"


@dataclass(frozen=True, slots=True)
class Page:
    """A page and the path it is served at, such as `/en/get-nhs-app`."""

    address: str
    html: str


def pages(edition: Edition, pdf_sizes: Mapping[str, int]) -> Iterator[Page]:
    """Yield every page of an edition.

    Args:
        edition: what to show.
        pdf_sizes: bytes of each handout file, by its address.
    """
    yield _home(edition)
    yield from (_topic(edition, topic) for topic in edition.catalogue.topics.values())
    yield from (_guide(edition, guide) for guide in edition.catalogue.guides_in(_code(edition)))
    yield from _site_lists(edition)
    yield from (_go(edition, site) for site in edition.catalogue.sites.values())
    yield _helplines(edition)
    yield _handouts(edition)
    yield from (_handout(edition, handout, pdf_sizes) for handout in _printed(edition))
    for name in ("about", "privacy", "accessibility"):
        address = edition.home + name
        yield _page(edition, address, f"{name}.html", {"written": STATEMENT_WRITTEN})


def _page(edition: Edition, address: str, template: str, context: Context) -> Page:
    return Page(address, render(template, {**edition.base(), **context}))


def _code(edition: Edition) -> str:
    return edition.language.code


def _printed(edition: Edition) -> Iterator[Handout]:
    handouts = edition.catalogue.handouts.values()
    return (handout for handout in handouts if handout.language == _code(edition))


def _home(edition: Edition) -> Page:
    context: Context = {
        "guides": [views.guide_card(g) for g in edition.catalogue.guides_in(_code(edition))],
        "topics": [_topic_card(edition, topic) for topic in edition.catalogue.topics.values()],
    }
    return _page(edition, edition.home, "home.html", context)


def _topic_card(edition: Edition, topic: Topic) -> Context:
    address = addresses.topic(_code(edition), topic.slug)
    return {"address": address, "title": topic.title, "summary": topic.summary}


def _topic(edition: Edition, topic: Topic) -> Page:
    guides = edition.catalogue.guides_in(_code(edition))
    context: Context = {
        "topic": {"title": topic.title, "summary": topic.summary},
        "guides": [views.guide_card(guide) for guide in guides if guide.topic == topic.slug],
        "sites": [views.site_card(s, _code(edition)) for s in _sites_on(edition, topic)],
        "codes": addresses.sites(_code(edition), topic.slug),
    }
    return _page(edition, addresses.topic(_code(edition), topic.slug), "topic.html", context)


def _sites_on(edition: Edition, topic: Topic) -> list[Site]:
    return [site for site in edition.catalogue.listed_sites() if topic.slug in site.topics]


def _guide(edition: Edition, guide: Guide) -> Page:
    catalogue, language = edition.catalogue, guide.language
    body = to_html(guide.body, resolver(language, catalogue), Labels())
    contents = [heading for heading in body.headings if heading.level == 2]
    links = (catalogue.sites[slug] for slug in guide.links)
    related = (catalogue.guides.get((language, slug)) for slug in guide.related)
    on_paper = (handout for handout in _printed(edition) if guide.slug in handout.guides)
    context: Context = {
        "guide": {
            "title": guide.title,
            "question": guide.question,
            "is_clinical": guide.is_clinical,
            **views.review(guide),
        },
        "topic": _topic_card(edition, catalogue.topics[guide.topic]),
        "contents": contents if len(contents) >= CONTENTS_FROM else [],
        "body": Markup(body.html),  # noqa: S704 - written tag by tag by our own safe writer
        "links": [views.site_card(site, language) for site in links],
        "handouts": [views.handout_card(handout) for handout in on_paper],
        "related": [views.guide_card(other) for other in related if other is not None],
        "sources": [_source(edition, slug) for slug in guide.sources],
    }
    return _page(edition, addresses.guide(language, guide.slug), "guide.html", context)


def _source(edition: Edition, slug: str) -> Context:
    source = edition.catalogue.sources[slug]
    return {"publisher": source.publisher, "title": source.title, "read": in_words(source.read)}


def _site_lists(edition: Edition) -> Iterator[Page]:
    """The list of topics that have sites, and each one's sites with their codes."""
    shelves = [(topic, _sites_on(edition, topic)) for topic in edition.catalogue.topics.values()]
    shelves = [(topic, sites) for topic, sites in shelves if sites]
    context: Context = {
        "count": len(edition.catalogue.listed_sites()),
        "topics": [
            {
                "address": addresses.sites(_code(edition), topic.slug),
                "title": topic.title,
                "count": len(sites),
            }
            for topic, sites in shelves
        ],
    }
    yield _page(edition, edition.home + "sites", "sites.html", context)
    for topic, sites in shelves:
        yield from _site_list(edition, topic, sites)


def _site_list(edition: Edition, topic: Topic, sites: Sequence[Site]) -> Iterator[Page]:
    starts = range(0, len(sites), SITES_PER_PAGE)
    shown = [addresses.sites(_code(edition), topic.slug, n) for n in range(1, len(starts) + 1)]
    for start, address in zip(starts, shown, strict=True):
        context: Context = {
            "topic": {"title": topic.title},
            "sites": [
                views.site_with_code(site, _code(edition))
                for site in sites[start : start + SITES_PER_PAGE]
            ],
            "pages": [
                {"number": number, "address": other, "is_current": other == address}
                for number, other in enumerate(shown, 1)
            ],
        }
        yield _page(edition, address, "site_topic.html", context)


def _go(edition: Edition, site: Site) -> Page:
    guides = edition.catalogue.guides_in(_code(edition))
    context: Context = {
        "site": views.site_details(site),
        "code": views.code(site),
        "has_log_in": addresses.has_log_in(site.url),
        "guides": [views.guide_card(guide) for guide in guides if site.slug in guide.links],
    }
    return _page(edition, addresses.go(_code(edition), site.slug), "go.html", context)


def _helplines(edition: Edition) -> Page:
    lines = edition.catalogue.helplines.values()
    oldest = min(line.checked for line in lines)
    context: Context = {
        "helplines": [views.helpline(line) for line in lines],
        "checked": in_words(oldest),
        "next_check": in_words(add_months(oldest, views.HELPLINE_MONTHS)),
    }
    return _page(edition, edition.home + "helplines", "helplines.html", context)


def _handouts(edition: Edition) -> Page:
    handouts = list(_printed(edition))
    context: Context = {
        "handouts": [views.handout_card(h) for h in handouts if h.audience != "staff"],
        "staff": [views.handout_card(h) for h in handouts if h.audience == "staff"],
    }
    return _page(edition, edition.home + "handouts", "handouts.html", context)


def _handout(edition: Edition, handout: Handout, pdf_sizes: Mapping[str, int]) -> Page:
    catalogue, language = edition.catalogue, handout.language
    guides = (catalogue.guides.get((language, slug)) for slug in handout.guides)
    context: Context = {
        "handout": {
            "title": handout.title,
            "lead": handout.lead,
            "sections": [views.section(section) for section in handout.sections],
            **views.review(handout),
        },
        "files": [_file(handout, paper, pdf_sizes) for paper in Paper],
        "helplines": [views.helpline(catalogue.helplines[slug]) for slug in handout.helplines],
        "codes": [views.site_with_code(catalogue.sites[slug], language) for slug in handout.codes],
        "guides": [views.guide_card(guide) for guide in guides if guide is not None],
    }
    return _page(edition, addresses.handout(language, handout.slug), "handout.html", context)


def _file(handout: Handout, paper: Paper, pdf_sizes: Mapping[str, int]) -> Context:
    address = addresses.handout_file(handout.language, handout.slug, paper)
    size_kb = -(-pdf_sizes[address] // 1000)
    return {"address": address, "paper": paper.name, "size_kb": size_kb}
