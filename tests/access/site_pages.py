"""Which pages there are: every address, the template behind it, and a sample of both."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

from appliance.errors import ApplianceError
from appliance.release.manifest import Release, pack_blob
from appliance.site.pages import pages
from appliance.site.published import Site
from appliance.site.views import Edition
from tests.content import whole_catalogue

# What search is asked: much is found, nothing is found, nothing was asked.
QUERIES = {"?q=NHS": "found", "?q=xyzzyx": "nothing found", "": "not asked"}
_RELEASE = Release(
    "core", 1, datetime(2026, 11, 22, tzinfo=UTC), "0.1.0", (pack_blob(b"")[0],) * 16
)
# Ways of seeing pages (site/view.py), in a language of each direction.
VIEWS = (
    ("kiosk", "login-problems", "guide.html"),
    ("g-get-nhs-app.s-mind", "list", "list.html"),
    ("largest.contrast", "get-nhs-app", "guide.html"),
)
SEEN_IN_VIEWS = ("en", "ur")
# Nobody comes to it by an address: the tests serve it at this one.
PROBLEM = "problem-for-the-test"


@dataclass(frozen=True, slots=True)
class Place:
    """An address and what is there; `size` in characters of HTML, 0 if made on request."""

    address: str
    language: str
    template: str
    size: int = 0


def ready_made() -> list[Place]:
    """Return every page of every edition, as the box makes them from the project's content."""
    catalogue = whole_catalogue()
    return [
        Place(page.address, language.code, page.template, len(page.html))
        for language in catalogue.languages.values()
        for page in pages(
            Edition(catalogue, language, "the library", _RELEASE), defaultdict(lambda: 100_000)
        )
    ]


def on_request(languages: list[str]) -> list[Place]:
    """Return the pages that Flask makes, and some as visitors may ask to see them."""
    wanted = [(f"search{query}", f"search.html, {what}") for query, what in QUERIES.items()]
    wanted += [("no-such-page", "not_found.html"), (PROBLEM, "problem.html")]
    wanted += [("stayed", "stayed.html"), ("list", "list.html, empty")]
    return [
        *(
            Place(f"/{language}/{name}", language, template)
            for language in languages
            for name, template in wanted
        ),
        *(
            Place(f"/~{view}/{language}/{name}", language, f"{template}, {view}")
            for language in languages
            if language in SEEN_IN_VIEWS
            for view, name, template in VIEWS
        ),
    ]


def sample(places: list[Place]) -> list[Place]:
    """Return the longest page of each template in each language: it has most of what can fail."""
    longest: dict[tuple[str, str], Place] = {}
    for place in places:
        key = (place.language, place.template)
        if key not in longest or place.size > longest[key].size:
            longest[key] = place
    return list(longest.values())


def problem_pages(site: Site) -> dict[str, str]:
    """Return the page about a fault of ours in every language, by the address it is served at."""
    context = {"advice": ApplianceError.advice}
    return {
        f"/{language}/{PROBLEM}": site.page("problem.html", language, context, f"/{language}/")
        for language in site.facts.frames
    }
