"""Every page of one language, one after the other, from the catalogue alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from appliance.catalogue.markdown import to_html
from appliance.catalogue.model import Guide, Handout, Site, Topic
from appliance.catalogue.records import ORIGINAL_LANGUAGE
from appliance.clock import add_months
from appliance.config import ON_WIFI
from appliance.handouts.paper import Download, downloads
from appliance.site import addresses, my_list, practice, views
from appliance.site.links import resolver
from appliance.site.pictures import symbols
from appliance.site.templates import render
from appliance.site.tested import last_test
from appliance.site.views import Context, Edition

# A page of sites with their codes must fit 14 kB compressed; a code takes about 0.7 kB of it.
SITES_PER_PAGE = 8
# A list of contents helps when there is more than a screen or two to scroll.
CONTENTS_FROM = 4


@dataclass(frozen=True, slots=True)
class Page:
    """A page, the path it is served at, such as `/en/get-nhs-app`, and its template's name."""

    address: str
    html: str
    template: str


def pages(edition: Edition, pdf_sizes: Mapping[str, int]) -> Iterator[Page]:
    """Yield every page of an edition.

    Args:
        edition: what to show.
        pdf_sizes: bytes of each handout file, by its address.
    """
    yield _home(edition)
    yield from (_topic(edition, topic) for topic in edition.catalogue.topics.values())
    yield from (_guide(edition, guide) for guide in edition.guides)
    yield from _site_lists(edition)
    yield from (_go(edition, site) for site in edition.catalogue.sites.values())
    yield _helplines(edition)
    yield _handouts(edition)
    yield from (
        _handout(edition, handout, pdf_sizes)
        for handout in edition.catalogue.handouts_in(edition.code)
    )
    for name in ("about", "privacy"):
        yield _page(edition, name, f"{name}.html", {})
    yield _accessibility(edition)
    for name, template, context in practice.pages(edition):
        yield _page(edition, name, template, context)


def _page(edition: Edition, name: str, template: str, context: Context) -> Page:
    """Make the page called `name`, such as `go/mind`; the same name exists in every language."""
    others: Context = {
        "others": {
            code: addresses.home(code) + name
            for code in edition.catalogue.languages
            if code != edition.code
        }
    }
    address = edition.home + name
    frame = {**edition.base(), **others, "address": address}
    return Page(address, render(template, {**frame, **context}, edition.translations), template)


def _home(edition: Edition) -> Page:
    topics = edition.catalogue.topics.values()
    shown = edition.best_guides
    tasks = [task for task in edition.catalogue.tasks.values() if task.guide in shown]
    context: Context = {
        "tasks": [views.task_card(task, shown[task.guide], edition) for task in tasks],
        "shelves": [
            {
                **views.topic_card(topic, edition),
                "guides": [
                    views.guide_card(guide) for guide in edition.guides if guide.topic == topic.slug
                ],
            }
            for topic in topics
        ],
        "english_guides": [views.guide_card(guide) for guide in edition.english_guides],
        "topics": [views.topic_card(topic, edition) for topic in topics],
        "practice": practice.link(edition),
    }
    return _page(edition, "", "home.html", context)


def _topic(edition: Edition, topic: Topic) -> Page:
    guides = edition.best_guides.values()
    context: Context = {
        "topic": views.topic_card(topic, edition),
        "guides": [views.guide_card(guide) for guide in guides if guide.topic == topic.slug],
        "sites": [views.site_card(site, edition) for site in _sites_on(edition, topic)],
        "codes": addresses.sites(edition.code, topic.slug),
    }
    return _page(edition, f"topic/{topic.slug}", "topic.html", context)


def _sites_on(edition: Edition, topic: Topic) -> list[Site]:
    return [site for site in edition.catalogue.listed_sites() if topic.slug in site.topics]


def _guide(edition: Edition, guide: Guide) -> Page:
    catalogue = edition.catalogue
    body = to_html(guide.body, resolver(edition), edition.labels())
    contents = [heading for heading in body.headings if heading.level == 2]
    on_paper = (handout for handout in _best_handouts(edition) if guide.slug in handout.guides)
    context: Context = {
        "guide": {
            "title": guide.title,
            "question": guide.question,
            "council": catalogue.council_of(guide.slug),
            "waits_for_sign_off": guide.is_clinical and guide.sign_off is None,
            **views.review(guide, edition),
        },
        "translation": _translation(edition, guide),
        "others": _other_editions(edition, guide),
        "topic": views.topic_card(catalogue.topics[guide.topic], edition),
        "contents": contents if len(contents) >= CONTENTS_FROM else [],
        "body": Markup(body.html),  # noqa: S704 - written tag by tag by our own safe writer
        "pictures": symbols(body.pictures),
        "practice": practice.link(edition, guide),
        "item": my_list.guide_item(guide.slug),
        "code": views.page_code(addresses.guide(edition.code, guide.slug), edition),
        "on_wifi": addresses.on_wifi(addresses.guide(edition.code, guide.slug)),
        "links": [views.site_card(catalogue.sites[slug], edition) for slug in guide.links],
        "handouts": [views.handout_card(handout) for handout in on_paper],
        "related": [views.guide_card(other) for other in _related(edition, guide.related)],
        "sources": [_source(edition, slug) for slug in guide.sources],
    }
    return _page(edition, guide.slug, "guide.html", context)


def _translation(edition: Edition, guide: Guide) -> Context | None:
    """What a reader must know of a translation, None if there is nothing."""
    original = edition.catalogue.guides.get((ORIGINAL_LANGUAGE, guide.slug))
    return views.translation(guide, original, addresses.guide(ORIGINAL_LANGUAGE, guide.slug))


def _other_editions(edition: Edition, guide: Guide) -> dict[str, str]:
    """Where this guide is in other languages: code -> address."""
    return {
        code: addresses.guide(code, guide.slug)
        for code in edition.catalogue.languages
        if code != edition.code
        and (other := edition.catalogue.guides.get((code, guide.slug)))
        and views.is_shown(other)
    }


def _related(edition: Edition, slugs: Sequence[str]) -> Iterator[Guide]:
    """Yield guides by slug, each in this language or else in English."""
    return (edition.best_guides[slug] for slug in slugs if slug in edition.best_guides)


def _best_handouts(edition: Edition) -> tuple[Handout, ...]:
    """The handouts of this language, and after them the English ones that it does not have."""
    own = edition.catalogue.handouts_in(edition.code)
    found = {handout.slug for handout in own}
    english = edition.catalogue.handouts_in(ORIGINAL_LANGUAGE)
    return (*own, *(handout for handout in english if handout.slug not in found))


def _source(edition: Edition, slug: str) -> Context:
    source = edition.catalogue.sources[slug]
    return {"publisher": source.publisher, "title": source.title, "read": edition.day(source.read)}


def _site_lists(edition: Edition) -> Iterator[Page]:
    """The list of topics that have sites, and each one's sites with their codes."""
    shelves = [(topic, _sites_on(edition, topic)) for topic in edition.catalogue.topics.values()]
    shelves = [(topic, sites) for topic, sites in shelves if sites]
    context: Context = {
        "count": len(edition.catalogue.listed_sites()),
        "topics": [
            {
                "address": addresses.sites(edition.code, topic.slug),
                "title": edition.say(topic.title),
                "count": len(sites),
            }
            for topic, sites in shelves
        ],
    }
    yield _page(edition, "sites", "sites.html", context)
    for topic, sites in shelves:
        yield from _site_list(edition, topic, sites)


def _site_list(edition: Edition, topic: Topic, sites: Sequence[Site]) -> Iterator[Page]:
    starts = range(0, len(sites), SITES_PER_PAGE)
    shown = [addresses.sites(edition.code, topic.slug, n) for n in range(1, len(starts) + 1)]
    for start, address in zip(starts, shown, strict=True):
        context: Context = {
            "topic": {"title": edition.say(topic.title)},
            "sites": [
                views.site_with_code(site, edition)
                for site in sites[start : start + SITES_PER_PAGE]
            ],
            "pages": [
                {"number": number, "address": other, "is_current": other == address}
                for number, other in enumerate(shown, 1)
            ],
        }
        yield _page(edition, address.removeprefix(edition.home), "site_topic.html", context)


def _go(edition: Edition, site: Site) -> Page:
    guides = edition.best_guides.values()
    context: Context = {
        "site": views.site_details(site, edition),
        "code": views.code(site, edition),
        "item": my_list.site_item(site.slug),
        "on_wifi": ON_WIFI,
        "has_log_in": addresses.has_log_in(site.url),
        "guides": [views.guide_card(guide) for guide in guides if site.slug in guide.links],
    }
    return _page(edition, f"go/{site.slug}", "go.html", context)


def _helplines(edition: Edition) -> Page:
    lines = edition.catalogue.helplines.values()
    oldest = min(line.checked for line in lines)
    context: Context = {
        "helplines": [views.helpline(line, edition) for line in lines],
        "checked": edition.day(oldest),
        "next_check": edition.day(add_months(oldest, views.HELPLINE_MONTHS)),
    }
    return _page(edition, "helplines", "helplines.html", context)


def _handouts(edition: Edition) -> Page:
    handouts = _best_handouts(edition)
    context: Context = {
        "handouts": [views.handout_card(h) for h in handouts if h.audience != "staff"],
        "staff": [views.handout_card(h) for h in handouts if h.audience == "staff"],
    }
    return _page(edition, "handouts", "handouts.html", context)


def _handout(edition: Edition, handout: Handout, pdf_sizes: Mapping[str, int]) -> Page:
    catalogue = edition.catalogue
    context: Context = {
        "handout": {
            "title": handout.title,
            "lead": handout.lead,
            "council": catalogue.council_of(handout.slug),
            "sections": [views.section(part, edition) for part in handout.sections],
            **views.review(handout, edition),
        },
        "translation": views.translation(
            handout,
            catalogue.handouts.get(handout.slug),
            addresses.handout(ORIGINAL_LANGUAGE, handout.slug),
        ),
        "others": {
            code: addresses.handout(code, handout.slug)
            for code in catalogue.languages
            if code != edition.code and catalogue.handout(code, handout.slug)
        },
        "files": [
            _file(handout, download, pdf_sizes)
            for download in downloads(is_translation=handout.translation is not None)
        ],
        "helplines": [
            views.helpline(catalogue.helplines[slug], edition) for slug in handout.helplines
        ],
        "codes": [views.site_with_code(catalogue.sites[slug], edition) for slug in handout.codes],
        "guides": [views.guide_card(guide) for guide in _related(edition, handout.guides)],
    }
    return _page(edition, f"handouts/{handout.slug}", "handout.html", context)


def _accessibility(edition: Edition) -> Page:
    """The statement: what it says of tests comes from the tests."""
    tested = last_test()
    context: Context = {
        "tested": {
            "date": edition.day(tested.on),
            "pages": tested.pages,
            "tools": ", ".join(f"{name} {version}" for name, version in tested.tools.items()),
        }
    }
    return _page(edition, "accessibility", "accessibility.html", context)


def _file(handout: Handout, download: Download, pdf_sizes: Mapping[str, int]) -> Context:
    address = addresses.handout_file(handout.language, handout.slug, download)
    size_kb = -(-pdf_sizes[address] // 1000)
    return {"address": address, "paper": download.words, "size_kb": size_kb}
