from __future__ import annotations

from pathlib import Path

import pytest

from appliance.editing.preview.screen import screen
from appliance.editing.preview.snapshot import Watched
from tests.catalogue.trees import OTHER_GUIDE
from tests.editing.preview.folder import save, watched, write
from tests.editing.samples import good

GUIDE_PAGE, HANDOUT_PAGE = "/en/get-nhs-app", "/en/handouts/before-you-start"
PDF = "/en/handouts/before-you-start-a4.pdf"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path, good())


@pytest.fixture
def seen(folder: Path) -> Watched:
    return watched(folder)


def _frames(html: str) -> list[str]:
    return [part.partition('"')[0].partition("?")[0] for part in html.split('src="')[2:]]


def test_page_and_handout_stand_side_by_side(seen: Watched) -> None:
    html = screen(seen, GUIDE_PAGE, "")
    assert _frames(html) == [GUIDE_PAGE, PDF]
    assert "No problems here" in html


def test_the_list_names_every_guide_and_handout(seen: Watched) -> None:
    html = screen(seen, "", "")
    assert html.count("<option") == 3
    assert f'value="{GUIDE_PAGE}" selected' in html


def test_a_handouts_own_page_has_its_sheet_beside_it(seen: Watched) -> None:
    assert _frames(screen(seen, HANDOUT_PAGE, "")) == [HANDOUT_PAGE, PDF]


def test_a_guide_without_a_handout_says_so(seen: Watched) -> None:
    html = screen(seen, "/en/log-in", "")
    assert _frames(html) == ["/en/log-in"]
    assert "No handout goes with this page." in html


def test_several_handouts_of_a_guide_can_be_chosen(folder: Path, seen: Watched) -> None:
    first = good()["handouts.toml"]
    second = first.replace(b'"before-you-start"', b'"after"').replace(b'"H1"', b'"H2"')
    save(folder / "handouts.toml", first + second.replace(b"Before you start", b"After"))
    assert "before-you-start-a4.pdf" in screen(seen, GUIDE_PAGE, "")
    html = screen(seen, GUIDE_PAGE, "after")
    assert _frames(html) == [GUIDE_PAGE, "/en/handouts/after-a4.pdf"]
    assert html.count("aria-current") == 1


def test_problems_of_the_page_stand_first_and_errors_before_warnings(
    folder: Path, seen: Watched
) -> None:
    save(folder / OTHER_GUIDE, good()[OTHER_GUIDE] + b"\nRing us.\n\n# Again\n")
    html = screen(seen, "/en/log-in", "")
    assert "Problems here: 2" in html
    assert html.index("heading of level 1") < html.index("&#34;Ring&#34; is not how we write it")
    assert f"{OTHER_GUIDE}:15" in html
    other = screen(seen, GUIDE_PAGE, "")
    assert "No problems here" in other
    assert "Problems elsewhere: 2" in other


def test_what_an_editor_wrote_is_text_and_never_markup(folder: Path, seen: Watched) -> None:
    save(folder / OTHER_GUIDE, good()[OTHER_GUIDE] + b"\n<script>alert(1)</script>\n")
    html = screen(seen, "/en/log-in", "")
    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html


def test_a_broken_folder_says_that_what_is_shown_is_old(folder: Path, seen: Watched) -> None:
    screen(seen, "", "")
    save(folder / OTHER_GUIDE, b"broken")
    html = screen(seen, "/en/log-in", "")
    assert "cannot be shown as it is now" in html
    assert "Problems here: 1" in html
    assert _frames(html)[0] == "/en/log-in"


def test_a_folder_broken_from_the_start_has_only_problems(tmp_path: Path) -> None:
    html = screen(watched(write(tmp_path / "none", {"sites.toml": b"["})), "", "")
    assert "There is no page to show yet." in html
    assert "This is not TOML" in html


def test_a_handout_that_cannot_be_laid_out_is_a_problem_here(folder: Path, seen: Watched) -> None:
    long = b"a" * 61
    save(folder / "handouts.toml", good()["handouts.toml"].replace(b"Your phone", long))
    assert "has 61 letters" in screen(seen, GUIDE_PAGE, "")
