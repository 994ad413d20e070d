"""What must hold for every page, and what single pages must say."""

from __future__ import annotations

import gzip
import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import urldefrag

import pytest

from appliance.catalogue.markdown import to_plain
from appliance.site.addresses import on_wifi
from appliance.site.published import Site, open_site
from appliance.site.render import render_site
from appliance.site.search.find import Question
from appliance.site.templates import script
from appliance.site.view import split
from appliance.site.views import Edition, unsigned
from appliance.state.state import Settings
from tests.content import real_catalogue, whole_catalogue
from tests.site.conftest import LIBRARY, RELEASE
from tests.site.html import Document, parse

BOUNDARY = (
    "This is information, not medical advice. A doctor, nurse or pharmacist can advise you about"
    " your own health."
)
NOT_NHS = "Made by %(library)s. Not an NHS service. Not endorsed by the NHS."
OUTSIDE = ("http:", "https:", "//")


@pytest.fixture(scope="module")
def documents(pages: dict[str, str]) -> dict[str, Document]:
    return {address: parse(html) for address, html in pages.items()}


@pytest.fixture(scope="module")
def english(documents: dict[str, Document]) -> dict[str, Document]:
    return {address: page for address, page in documents.items() if address.startswith("/en/")}


@cache
def edition(code: str) -> Edition:
    catalogue = whole_catalogue()
    return Edition(catalogue, catalogue.languages[code], LIBRARY, RELEASE)


def edition_of(address: str) -> Edition:
    return edition(address.split("/")[1])


def words_of(document: Document) -> str:
    (body,) = document.all("body")
    return one_line(body.text)


def one_line(text: str) -> str:
    """The words with single spaces; French sets some apart by a space that does not break."""
    return " ".join(text.split())


def test_every_guide_site_topic_and_handout_has_its_page(pages: dict[str, str]) -> None:
    catalogue = whole_catalogue()
    single = ("", "sites", "helplines", "handouts", "about", "privacy", "accessibility")
    expected = {f"/{guide.language}/{guide.slug}" for code in catalogue.languages
                for guide in edition(code).guides}  # fmt: skip
    for code in catalogue.languages:
        expected |= {f"/{code}/{name}" for name in single}
        expected |= {f"/{code}/go/{slug}" for slug in catalogue.sites}
        expected |= {f"/{code}/topic/{slug}" for slug in catalogue.topics}
    expected |= {f"/{h.language}/handouts/{h.slug}" for h in catalogue.all_handouts()}
    expected |= {f"/en/practice/{number}" for number in range(1, len(catalogue.screens) + 1)}
    expected |= {"/en/practice"}
    assert expected <= set(pages)
    assert all("/sites/" in address for address in set(pages) - expected)


def test_every_page_says_in_its_language_whose_it_is_not_and_that_it_is_no_advice(
    documents: dict[str, Document],
) -> None:
    for address, document in documents.items():
        said = edition_of(address).say
        assert one_line(said(BOUNDARY)) in words_of(document), address
        assert one_line(said(NOT_NHS) % {"library": LIBRARY}) in words_of(document), address


def test_every_page_has_urgent_help_one_tap_away(documents: dict[str, Document]) -> None:
    for address, document in documents.items():
        wanted = {"tel:999", "tel:111", "tel:116123", f"{edition_of(address).home}helplines"}
        assert wanted <= set(document.links()), address


def test_every_page_is_well_formed_and_told_in_its_language(documents: dict[str, Document]) -> None:
    for address, document in documents.items():
        assert document.unclosed == [], address
        (html,) = document.all("html")
        language = edition_of(address).language
        assert html.attributes["lang"] == language.tag
        assert html.attributes["dir"] == language.direction
        (title,) = (element for element in document.all("title") if "Help Point" in element.text)
        assert title.text.endswith("– Help Point")
        assert len(document.all("main")) == 1


def test_every_page_has_one_h1_and_skips_no_heading(documents: dict[str, Document]) -> None:
    for address, document in documents.items():
        levels = [int(e.tag[1]) for e in document.all("h1", "h2", "h3", "h4", "h5", "h6")]
        main = levels[levels.index(1) :]
        assert levels.count(1) == 1, address
        assert all(later - earlier <= 1 for earlier, later in pairwise(main)), address


def test_ids_are_unique_and_every_inner_link_has_its_target(documents: dict[str, Document]) -> None:
    for address, document in documents.items():
        ids = [e.attributes["id"] for e in document.elements if "id" in e.attributes]
        assert len(ids) == len(set(ids)), address
        for link in document.links():
            if link.startswith("#"):
                assert link[1:] in ids, (address, link)


def test_every_link_leads_to_a_page_of_this_box_or_to_a_telephone(
    documents: dict[str, Document], page_files: dict[str, Path]
) -> None:
    known = set(documents) | {f"/{name}" for name in page_files}
    known |= {f"/{code}/list" for code in whole_catalogue().languages}
    outside = {site.url for site in whole_catalogue().sites.values()}
    for address, document in documents.items():
        for link in document.links():
            _, target = split(urldefrag(link)[0])
            is_reachable = (
                not target
                or target in known
                or target.startswith(("tel:", "sms:", "mailto:"))
                # Hidden unless phones can reach it through the box.
                or ("/go/" in address and target in outside)
            )
            assert is_reachable, (address, link)


def test_no_page_loads_anything_or_runs_more_than_its_voice(documents: dict[str, Document]) -> None:
    for address, document in documents.items():
        assert not document.all("img", "iframe", "object", "embed", "video"), address
        for script_element in document.all("script"):
            assert script_element.text == script("aloud"), address
        for element in document.elements:
            for name, value in element.attributes.items():
                assert name != "style", (address, element)
                assert not name.startswith("on"), (address, element)
                if name in ("src", "href", "action"):
                    is_offered = element.attributes.get("rel") == "external" and "/go/" in address
                    assert is_offered or not (value or "").startswith(OUTSIDE), (address, element)
        for link in document.all("link"):
            assert (link.attributes["href"] or "").startswith("data:"), address


def test_nothing_looks_like_an_nhs_service(pages: dict[str, str]) -> None:
    for address, html in pages.items():
        assert not re.search(r"frutiger|#005eb8|nhsuk-", html, re.IGNORECASE), address


def test_every_code_stands_beside_its_readable_address(documents: dict[str, Document]) -> None:
    urls = {site.url for site in whole_catalogue().sites.values()}
    count = 0
    for address, document in documents.items():
        shown = [e.text for e in document.elements if e.attributes.get("class") == "address"]
        pictures = [e for e in document.all("svg") if e.attributes.get("role") == "img"]
        assert len(shown) == len(pictures), address
        for text, picture in zip(shown, pictures, strict=True):
            assert text in urls or text == on_wifi(address)
            assert text in (picture.attributes["aria-label"] or "")
            count += 1
    assert count > 180


def test_a_guide_shows_both_dates_and_its_sources_in_its_language(
    documents: dict[str, Document],
) -> None:
    catalogue = whole_catalogue()
    for code in catalogue.languages:
        here = edition(code)
        for guide in here.guides:
            words = words_of(documents[f"/{code}/{guide.slug}"])
            for text, day in (
                ("Last checked: %(date)s.", guide.review.reviewed),
                ("Check again by: %(date)s.", guide.review.next_review),
            ):
                assert one_line(here.say(text) % {"date": here.day(day)}) in words
            for slug in guide.sources:
                assert catalogue.sources[slug].title in words


def test_a_clinical_guide_says_that_it_waits_for_sign_off(english: dict[str, Document]) -> None:
    for guide in edition("en").guides:
        waits = "waiting for clinical sign-off" in words_of(english[f"/en/{guide.slug}"])
        assert waits == (guide.is_clinical and guide.sign_off is None)


def test_what_nobody_checked_says_so_with_a_way_to_the_english_page(
    documents: dict[str, Document],
) -> None:
    for guide in whole_catalogue().guides.values():
        address = f"/{guide.language}/{guide.slug}"
        if guide.translation and address in documents:
            here = edition_of(address)
            says = (
                "No other person has checked it yet."
                if here.language.is_easy_read
                else here.say("Nobody has checked this translation yet.")
            )
            is_unchecked = not guide.translation.checked_by
            assert (says in words_of(documents[address])) == is_unchecked
            assert f"/en/{guide.slug}" in documents[address].links()


def test_log_in_pages_warn_of_the_sign_in_window(english: dict[str, Document]) -> None:
    for slug, site in whole_catalogue().sites.items():
        words = words_of(english[f"/en/go/{slug}"])
        warns = "never in a window that opened by itself" in words
        assert warns == ("login.nhs.uk" in site.url or "nhsapp.service" in site.url)


def test_a_handout_can_be_downloaded_and_read_as_a_page(
    english: dict[str, Document], page_files: dict[str, Path]
) -> None:
    for handout in real_catalogue().handouts.values():
        document = english[f"/en/handouts/{handout.slug}"]
        for paper in ("a4", "a5", "large"):
            link = f"/en/handouts/{handout.slug}-{paper}.pdf"
            assert link in document.links()
            assert page_files[link.lstrip("/")].read_bytes().startswith(b"%PDF")
        (body,) = document.all("body")
        for section in handout.sections:
            for item in section.items:
                assert item in body.text


def test_a_translated_handout_says_who_checked_it_and_has_both_sizes(
    pages: dict[str, str], page_files: dict[str, Path]
) -> None:
    handouts = whole_catalogue().translated_handouts.values()
    assert handouts
    for handout in handouts:
        document = parse(pages[f"/{handout.language}/handouts/{handout.slug}"])
        address = f"/{handout.language}/handouts/{handout.slug}"
        links = document.links()
        for paper in ("a4", "a5"):
            assert f"{address}-{paper}.pdf" in links
            assert page_files[f"{address}-{paper}.pdf".lstrip("/")].read_bytes()[:4] == b"%PDF"
        assert f"{address}-large.pdf".lstrip("/") not in page_files
        assert f"/en/handouts/{handout.slug}" in links
        words = words_of(document)
        for section in handout.sections:
            for item in section.items:
                assert one_line(item) in words, address
        (note,) = (p for p in document.all("p") if p.attributes.get("class") == "note")
        said = edition(handout.language).say("Nobody has checked this translation yet.")
        assert said in note.text


def test_a_language_lists_its_own_handouts_first_and_each_once(pages: dict[str, str]) -> None:
    catalogue = whole_catalogue()
    for code in catalogue.languages:
        document = parse(pages[f"/{code}/handouts"])
        links = [link for link in document.links() if "/handouts/" in link]
        own = [f"/{code}/handouts/{h.slug}" for h in catalogue.handouts_in(code)]
        patrons = [link for link in links if not link.endswith("staff-boundary-card")]
        assert patrons[: len(own)] == [link for link in own if link in patrons]
        slugs = [link.rpartition("/")[2] for link in links]
        assert sorted(slugs) == sorted(catalogue.handouts), code


def test_an_english_handout_leads_to_its_translations(english: dict[str, Document]) -> None:
    links = english["/en/handouts/before-you-start"].links()
    assert {"/pl/handouts/before-you-start", "/ur/handouts/before-you-start"} <= set(links)


def test_gzip_beside_each_page_is_the_page_and_small_enough(page_files: dict[str, Path]) -> None:
    """14 kB with headers fit the first window of a connection; 700 bytes are headers."""
    pages = {name: path for name, path in page_files.items() if name.endswith(".html")}
    for name, path in pages.items():
        packed = page_files[f"{name}.gz"].read_bytes()
        assert gzip.decompress(packed) == path.read_bytes()
        assert len(packed) <= 13_300, name


def test_pages_are_the_same_each_time(site: Site, tmp_path: Path) -> None:
    render_site(whole_catalogue(), RELEASE, Settings(LIBRARY), tmp_path, lambda *_: None)
    again = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    once = {
        p.relative_to(site.folder): p.read_bytes() for p in site.folder.rglob("*") if p.is_file()
    }
    assert {str(path) for path in again if again[path] != once.get(path)} <= {"search.db"}
    assert again.keys() == once.keys()


def test_a_library_may_hide_what_no_clinician_has_signed(tmp_path: Path) -> None:
    catalogue = real_catalogue()
    settings = Settings(LIBRARY, clinical_guides="signed")
    render_site(catalogue, RELEASE, settings, tmp_path, lambda *_: None)
    hidden = unsigned(catalogue)
    assert "where-to-get-help" in hidden
    pages = {p.stem: parse(p.read_text("utf-8")) for p in tmp_path.glob("pages/en/*.html")}
    assert not hidden & set(pages)
    links = {link for page in pages.values() for link in page.links()}
    assert not {f"/en/{slug}" for slug in hidden} & links
    found = open_site(tmp_path).search(Question("en", "111 999"))
    assert not {f"/en/{slug}" for slug in hidden} & {result.address for result in found.results}


def test_no_page_and_no_search_result_shows_where_a_fact_was_read(pages: dict[str, str]) -> None:
    guides = whole_catalogue().guides.values()
    assert len({marker.name for guide in guides for marker in guide.markers}) > 50
    assert [address for address, html in pages.items() if "[^" in html] == []
    assert [guide.path for guide in guides if "[^" in to_plain(guide.body)] == []
