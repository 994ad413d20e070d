"""Makes the folder that is served: pages with gzip beside them, PDFs, search index, site.json."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path

from appliance.catalogue.hosts import hosts_of
from appliance.catalogue.model import Catalogue, Handout
from appliance.errors import ContentError
from appliance.handouts.layout import lay_out
from appliance.handouts.paper import downloads
from appliance.handouts.sheet import Sheet, sheet
from appliance.handouts.typeset import forget
from appliance.release.manifest import Release
from appliance.site import addresses
from appliance.site.my_list import write_items
from appliance.site.pages import Page, pages
from appliance.site.published import INDEX, PAGES, Facts, write_facts, write_interface
from appliance.site.search.entries import entries
from appliance.site.search.index import write_index
from appliance.site.shelf import write_shelf
from appliance.site.templates import content_security_policy
from appliance.site.views import Edition, renew_on, unsigned
from appliance.state.state import Settings

Tell = Callable[[str, int, int], None]


def render_site(
    catalogue: Catalogue,
    release: Release,
    settings: Settings,
    folder: Path,
    tell: Tell,
    logo: bytes = b"",
) -> None:
    """Fill an empty folder with everything that the web process serves.

    Args:
        catalogue: the content of `release`.
        release: named on every page.
        settings: the library's name and hours, on pages and handouts, and what it does not show.
        folder: where to.
        tell: told what is being made, how many are done, and of how many.
        logo: the library's, on handouts, as `logo.clean` wrote it.
    Raises:
        ContentError: there is nothing to show.
        HandoutError: a handout cannot be laid out; the message names it.
        OSError: no space.
    """
    if not catalogue.languages or not catalogue.helplines:
        raise ContentError("the content names no language or no helpline, so no page can be made")
    sheets = [_sheet(handout, catalogue, settings, logo) for handout in catalogue.all_handouts()]
    pdf_sizes = _write_handouts(sheets, folder / PAGES, tell)
    hidden = frozenset() if settings.clinical_guides == "shown" else unsigned(catalogue)
    editions = [
        Edition(catalogue, language, settings.library_name, release, hidden)
        for language in catalogue.languages.values()
    ]
    count = 0
    for edition in editions:
        for page in pages(edition, pdf_sizes):
            _write_page(folder / PAGES, page)
            count += 1
    tell("made pages", count, count)
    found = (entry for edition in editions for entry in entries(edition))
    write_index(folder / INDEX, found, catalogue.wording, list(catalogue.languages))
    write_items(folder, editions)
    write_shelf(folder, catalogue.all_handouts())
    write_interface(folder, catalogue.interface)
    frames = {edition.language.code: edition.base() for edition in editions}
    topics = {edition.language.code: edition.topic_titles() for edition in editions}
    policy = content_security_policy()
    hosts, mark = hosts_of(catalogue), made_with(settings, logo)
    due = renew_on(editions)
    write_facts(folder, Facts(release.number, policy, frames, topics, due, hosts, mark))


def made_with(settings: Settings, logo: bytes) -> str:
    """Return a mark of what pages are made with besides content; pages with another are old.

    The Wi-Fi's passphrase is left out: it is on no page, and a secret has no business in the mark.
    """
    said = json.dumps(asdict(replace(settings, wifi_passphrase="")), sort_keys=True)
    return sha256(said.encode() + logo).hexdigest()[:16]


def _sheet(handout: Handout, catalogue: Catalogue, settings: Settings, logo: bytes) -> Sheet:
    hours = settings.opening_hours.splitlines()
    return sheet(handout, catalogue, settings.library_name, opening_hours=hours, logo=logo)


def _write_handouts(sheets: Sequence[Sheet], folder: Path, tell: Tell) -> dict[str, int]:
    """Write each sheet in each way that it can be downloaded. Returns address -> bytes."""
    sizes = {}
    for done, content in enumerate(sheets):
        tell("making handouts", done, len(sheets))
        for download in downloads(is_translation=content.english is not None):
            address = addresses.handout_file(content.language, content.slug, download)
            pdf = lay_out(content, download.paper, is_large=download.is_large, is_download=True)
            path = folder / address.lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(pdf)
            sizes[address] = len(pdf)
        forget()  # or this would take 350 MB of memory, for 57 sheets
    tell("making handouts", len(sheets), len(sheets))
    return sizes


def _write_page(folder: Path, page: Page) -> None:
    name = addresses.file_of(page.address)
    if name is None:
        raise ContentError(f"a page cannot be at the address {page.address!r}")
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    content = page.html.encode()
    path.write_bytes(content)
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(content, 9, mtime=0))
