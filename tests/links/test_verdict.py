from __future__ import annotations

import pytest

from appliance.links.verdict import is_definite, judge, owner
from appliance.links.visit import Step, Visit

START = "https://www.mind.org.uk/help/now/"


def _visit(*ways: tuple[str, int], page: str = "") -> Visit:
    steps = tuple(Step(url, status) for url, status in ways)
    return Visit(steps[0].url, steps, page)


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://www.mind.org.uk/a", "mind.org.uk"),
        ("https://mind.org.uk./", "mind.org.uk"),
        ("https://www.nhs.uk/", "nhs.uk"),
        ("https://library.hee.nhs.uk/", "nhs.uk"),
        ("https://www.gov.uk/", "gov.uk"),
        ("https://notnhs.uk/", "notnhs.uk"),
        ("https://someone.github.io/x", "someone.github.io"),
        ("https://play.google.com/", "google.com"),
        ("http://127.0.0.1:80/", "127.0.0.1"),
        ("http://localhost/", "localhost"),
    ],
)
def test_the_owner_is_who_registered_the_domain(url: str, wanted: str) -> None:
    assert owner(url) == wanted


@pytest.mark.parametrize(
    ("end", "kind"),
    [
        ("https://mind.org.uk/help/now/", "moved"),
        ("https://help.mind.org.uk/now", "moved"),
        ("https://www.mind.org.uk/", "dead"),
        ("https://www.mind.org.uk/404?from=help", "dead"),
        ("https://www.mind.org.uk/error/page-not-found.html", "dead"),
        ("https://www.casino.example/help", "domain"),
    ],
)
def test_the_end_of_the_way_decides(end: str, kind: str) -> None:
    assert judge(_visit((START, 301), (end, 200))).kind == kind


def test_start_page_that_leads_to_a_start_page_is_fine() -> None:
    visit = _visit(("https://mind.org.uk/", 302), ("https://www.mind.org.uk/", 200))
    assert judge(visit).kind == "ok"


def test_log_in_page_that_asks_in_its_query_is_not_a_start_page() -> None:
    visit = _visit((START, 302), ("https://www.mind.org.uk/?next=help", 200))
    assert judge(visit).kind == "ok"


@pytest.mark.parametrize(
    "headline",
    ["404", "Page not found", "Sorry, we can&rsquo;t find that page", "This page does not exist",
     "The page is no longer available", "Error 404 - Not Found", "Page cannot be found"],
)  # fmt: skip
@pytest.mark.parametrize("tag", ["title", "h1"])
def test_headline_of_a_missing_page_is_dead(headline: str, tag: str) -> None:
    page = f"<html><{tag} id='a'>\n{headline}</{tag}></html>"
    assert judge(_visit((START, 200), page=page)).kind == "dead"


@pytest.mark.parametrize(
    "page",
    ["<title>Help now</title><p>Page not found</p>", "<title>Lost and found</title>", "", "<title>",
     "<h1>4040 people</h1>", "<title>When help is not there</title>"],
)  # fmt: skip
def test_other_pages_are_fine(page: str) -> None:
    assert judge(_visit((START, 200), page=page)).kind == "ok"


def test_failure_says_how_far_the_way_went() -> None:
    visit = Visit(START, (Step(START, 302),), failure="it did not answer in time")
    assert judge(visit).message == f"It did not answer in time (after {START})."


def test_the_gravest_thing_is_told() -> None:
    other = "https://www.casino.example/"
    assert judge(_visit((START, 301), (other, 404))).kind == "dead"


OTHER = "https://www.casino.example/"
WAITING = "https://queue.example/mind"


@pytest.mark.parametrize(
    ("ways", "wanted"),
    [
        (((START, 404),), True),
        (((START, 410),), True),
        (((START, 301), (OTHER, 404)), True),
        (((START, 301), (OTHER, 200)), True),
        (((START, 308), (OTHER, 302), (OTHER + "en", 200)), True),
        (((START, 302), ("https://mind.org.uk/a", 301), (OTHER, 200)), True),
        (((START, 302), (OTHER, 200)), False),
        (((START, 301), (WAITING, 302), (OTHER, 200)), False),
        (((START, 500),), False),
        (((START, 403),), False),
        (((START, 301), ("https://www.mind.org.uk/", 200)), False),
        (((START, 200),), False),
    ],
)
def test_one_visit_is_enough_only_for_what_will_not_be_back_tomorrow(
    ways: tuple[tuple[str, int], ...], wanted: bool
) -> None:
    visit = _visit(*ways)
    assert is_definite(visit, judge(visit)) is wanted


def test_a_host_that_fails_on_the_way_may_be_back_tomorrow() -> None:
    visit = Visit(START, (Step(START, 404),), failure="it did not answer in time")
    assert is_definite(visit, judge(visit)) is False
