"""Search: a plain form and a page of results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from appliance.site import addresses
from appliance.site.published import Published
from appliance.site.search.find import (
    MAX_QUERY_CHARACTERS,
    MAX_RESULTS,
    PAGE_RESULTS,
    Found,
    Question,
)
from appliance.web.editions import site_in

LAST_PAGE = MAX_RESULTS // PAGE_RESULTS

# Told the language and a dictionary word that people look for and no page has.
CountMissing = Callable[[str, str], None]


def blueprint(published: Published, count_missing: CountMissing) -> Blueprint:
    """Build the search route."""
    bp = Blueprint("search", __name__)

    @bp.get("/<language>/search")
    def search(language: str) -> Response:
        site = site_in(published, language)
        titles = site.facts.topics[language]
        question = _question(language, titles)
        found = site.search(question)
        if question.page == 1:
            for word in found.missing:
                count_missing(language, word)
        address = addresses.home(language) + _address(question, page=question.page)
        context = _context(question, found, titles)
        return Response(site.page("search.html", language, context, address))

    return bp


def _question(language: str, titles: Mapping[str, str]) -> Question:
    asked = request.args
    topic, page = asked.get("topic", ""), asked.get("page", "1")
    return Question(
        language=language,
        text=" ".join(asked.get("q", "").split())[:MAX_QUERY_CHARACTERS],
        topic=topic if topic in titles else "",
        page=int(page) if page in map(str, range(1, LAST_PAGE + 1)) else 1,
        is_as_typed="as-typed" in asked,
    )


def _context(question: Question, found: Found, titles: Mapping[str, str]) -> dict[str, object]:
    has_more = found.total > question.page * PAGE_RESULTS
    by_language = groupby(found.results, key=lambda result: result.language)
    return {
        "query": question.text,
        "found": found,
        "groups": [list(results) for _, results in by_language],
        "topic_links": list(_topics(question, found, titles)),
        "is_one_topic": bool(question.topic),
        "all_topics": _address(question, topic="", page=1),
        "as_typed": _address(question, page=1, is_as_typed=True),
        "next": _address(question, page=question.page + 1) if has_more else "",
    }


def _topics(
    question: Question, found: Found, titles: Mapping[str, str]
) -> Iterator[dict[str, object]]:
    """Yield the topics that the results can be narrowed to, in the order of the pages."""
    if len(found.topics) > 1 or question.topic:
        for slug, title in titles.items():
            if slug in found.topics and question.topic in ("", slug):
                address = _address(question, topic=slug, page=1)
                is_current = slug == question.topic
                yield {"title": title, "address": address, "is_current": is_current}


def _address(
    question: Question,
    *,
    page: int,
    topic: str | None = None,
    is_as_typed: bool | None = None,
) -> str:
    """Return the address of the same search, but for what is named."""
    chosen = question.topic if topic is None else topic
    as_typed = question.is_as_typed if is_as_typed is None else is_as_typed
    values = {
        "q": question.text,
        "topic": chosen,
        "page": str(page) if page > 1 else "",
        "as-typed": "1" if as_typed else "",
    }
    return "search?" + urlencode({name: value for name, value in values.items() if value})
