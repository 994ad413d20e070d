"""What a council's pages and sheets say of whose they are; the nation's say nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest

from appliance.catalogue.load import load
from appliance.catalogue.model import Catalogue
from appliance.handouts.layout import lay_out
from appliance.handouts.paper import downloads
from appliance.handouts.sheet import sheet
from appliance.release.channels import merged
from appliance.site.pages import pages
from appliance.site.views import Edition
from tests.ceremony import site_in_leeds
from tests.content import in_languages, whole_tree
from tests.site.conftest import RELEASE
from tests.site.html import parse

LEEDS, NAME = "council-leeds", "Leeds City Council"
HANDOUT = """
[[handouts]]
slug = "council-leeds-sheet"
number = "L1"
title = "Care in Leeds"
lead = "Whom to ask."
audience = "patron"
language = "en"
reviewed = 2026-11-22
review_every_months = 3
guides = ["council-leeds-home"]
codes = ["council-leeds-care"]
helplines = []
sources = ["council-leeds-page"]

[[handouts.sections]]
kind = "text"
heading = "Ask"
items = ["Ask the council."]
"""
SOURCE = """
[[sources]]
slug = "council-leeds-page"
title = "Care at home"
publisher = "Leeds City Council"
url = "https://www.leeds.gov.uk/"
read = 2026-11-22
"""
GUIDE = """+++
slug = "council-leeds-home"
title = "Care in Leeds"
question = "Who helps at home?"
topic = "trusted-information"
audience = ["everyone"]
clinical = false
reviewed = 2026-11-22
review_every_months = 3
sources = ["council-leeds-page"]
links = ["council-leeds-care"]
related = ["get-nhs-app"]
+++

Ask the council.
"""
TREE = {
    "sites.toml": site_in_leeds("council-leeds-care"),
    "handouts.toml": HANDOUT.encode(),
    "sources.toml": SOURCE.encode(),
    "guides/en/council-leeds-home.md": GUIDE.encode(),
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    national = in_languages(whole_tree(), {"en", "ur"})
    return replace(load(merged(national, LEEDS, TREE)), councils={LEEDS: NAME})


@pytest.fixture(scope="module")
def made(catalogue: Catalogue) -> dict[str, str]:
    """Every page: its address -> its HTML."""
    sizes: defaultdict[str, int] = defaultdict(int)
    editions = (
        Edition(catalogue, language, "Oak Library", RELEASE)
        for language in catalogue.languages.values()
    )
    return {page.address: page.html for edition in editions for page in pages(edition, sizes)}


@pytest.mark.parametrize(
    "address",
    ["/en/council-leeds-home", "/en/go/council-leeds-care", "/en/handouts/council-leeds-sheet"],
)
def test_a_councils_page_says_whose_it_is(made: dict[str, str], address: str) -> None:
    (main,) = parse(made[address]).all("main")
    assert f"From {NAME}" in main.text


def test_a_list_says_it_of_the_councils_websites_only(made: dict[str, str]) -> None:
    lists = [html for at, html in made.items() if at.startswith("/en/sites/")]
    with_leeds = [html for html in lists if "council-leeds-care" in html]
    assert len(with_leeds) == 1
    assert sum(html.count("From <bdi>") for html in lists) == 1


def test_a_name_in_english_is_marked_as_english_in_another_language(made: dict[str, str]) -> None:
    said = f'<bdi lang="en" dir="ltr">{NAME}</bdi> کی جانب سے'
    assert said in made["/ur/go/council-leeds-care"]


def test_the_nations_pages_say_nothing_of_a_council(made: dict[str, str]) -> None:
    national = [html for address, html in made.items() if "council-leeds" not in address]
    assert len(national) > 100
    for html in national:
        if "council-leeds-care" not in html:
            assert NAME not in html


def test_a_councils_sheet_says_whose_it_is_and_fits_every_paper(catalogue: Catalogue) -> None:
    content = sheet(catalogue.handouts["council-leeds-sheet"], catalogue, "Oak Library")
    assert content.made_by == (
        "From Leeds City Council · Made by Oak Library. Not an NHS service. Not endorsed by the"
        " NHS."
    )
    for download in downloads(is_translation=False):
        assert lay_out(content, download.paper, is_large=download.is_large).startswith(b"%PDF")
    national = sheet(catalogue.handouts["before-you-start"], catalogue, "Oak Library")
    assert national.made_by.startswith("Made by Oak Library.")
