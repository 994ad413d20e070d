"""What the editor's screen shows for one page: the page, the handout beside it, the problems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from appliance.catalogue.model import Catalogue, Guide, Handout, Problem
from appliance.catalogue.records import ORIGINAL_LANGUAGE
from appliance.editing.preview.snapshot import Pages, Watched
from appliance.errors import HandoutError
from appliance.handouts.paper import Download
from appliance.site import addresses

ASSETS = Path(__file__).with_name("assets")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list of pages."""

    address: str
    title: str


def screen(watched: Watched, address: str, slug: str) -> str:
    """Return the screen.

    Args:
        watched: the content folder.
        address: the page to show; one that does not exist gives the first guide.
        slug: the handout to show; one that does not exist gives the first that belongs to the page.
    """
    snapshot = watched.snapshot()
    entries = list(_entries(snapshot.catalogue))
    shown = address if address in {entry.address for entry in entries} else _first(entries)
    guide = _guide_at(snapshot.catalogue, shown)
    sheets = _handouts_at(snapshot.catalogue, shown, guide)
    handout = next((sheet for sheet in sheets if sheet.slug == slug), sheets[0] if sheets else None)
    pages = watched.pages(language_of(shown))
    own, others = _by_place(snapshot.problems, guide.path if guide else _file_of(shown))
    template = _environment().get_template("screen.html")
    return template.render(
        stamp=snapshot.stamp,
        is_stale=bool(shown and (snapshot.is_stale or pages.failure)),
        entries=entries,
        shown=shown,
        page=shown if shown in pages.by_address else "",
        handouts=sheets,
        handout=handout,
        pdf=_pdf_address(handout) if handout else "",
        own=[*_of_rendering(watched, pages, handout, snapshot.problems), *own],
        others=others,
    )


def language_of(address: str) -> str:
    """Return the language that a page's address begins with."""
    return address.split("/")[1] if "/" in address else ""


def handout_at(catalogue: Catalogue, address: str) -> Handout | None:
    """Return the handout whose PDF is at an address; the preview shows A4."""
    handouts = catalogue.all_handouts()
    return next((handout for handout in handouts if _pdf_address(handout) == address), None)


def _first(entries: Sequence[Entry]) -> str:
    return entries[0].address if entries else ""


def _entries(catalogue: Catalogue) -> Iterator[Entry]:
    for language in catalogue.languages:
        for guide in catalogue.guides_in(language):
            title = f"{language}: {guide.title}"
            yield Entry(addresses.guide(language, guide.slug), title)
    for handout in catalogue.all_handouts():
        language = "" if handout.translation is None else f"{handout.language}: "
        title = f"{language}{handout.number}: {handout.title}"
        yield Entry(addresses.handout(handout.language, handout.slug), title)


def _guide_at(catalogue: Catalogue, address: str) -> Guide | None:
    guides = catalogue.guides.values()
    return next((g for g in guides if addresses.guide(g.language, g.slug) == address), None)


def _handouts_at(catalogue: Catalogue, address: str, guide: Guide | None) -> list[Handout]:
    """Return the handout of this page, or those that send people to this guide."""
    return [
        handout
        for handout in catalogue.all_handouts()
        if addresses.handout(handout.language, handout.slug) == address
        or (
            guide
            and guide.slug in handout.guides
            and handout.language in {ORIGINAL_LANGUAGE, guide.language}
        )
    ]


def _file_of(address: str) -> str:
    """Return the file that holds the words of the handout at an address."""
    language = language_of(address)
    return "handouts.toml" if language == ORIGINAL_LANGUAGE else f"handouts/{language}.toml"


def _pdf_address(handout: Handout) -> str:
    return addresses.handout_file(handout.language, handout.slug, Download.A4)


def _by_place(problems: Sequence[Problem], path: str) -> tuple[list[Problem], list[Problem]]:
    """Return the problems in a file, and all others; errors stand first."""
    ordered = sorted(problems, key=lambda problem: problem.severity != "error")
    own = [problem for problem in ordered if problem.path == path]
    return own, [problem for problem in ordered if problem.path != path]


def _of_rendering(
    watched: Watched, pages: Pages, handout: Handout | None, known: Sequence[Problem]
) -> Iterator[Problem]:
    """Yield what went wrong when page and handout were made, if no rule has found it already."""
    if pages.failure and all(problem.severity != "error" for problem in known):
        yield Problem("content", 0, "error", f"{pages.failure}.", "Correct what is named here.")
    try:
        if handout is not None:
            watched.pdf(handout)
    except HandoutError as error:
        mend = "Shorten the handout, or change what is named here."
        yield Problem("handouts.toml", 0, "error", f"{error}.", mend)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(ASSETS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
