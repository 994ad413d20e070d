from __future__ import annotations

from pathlib import Path

import pytest

from appliance.editing.preview.snapshot import Watched, stamp_of
from appliance.errors import HandoutError
from tests.catalogue.trees import GUIDE, OTHER_GUIDE, TODAY
from tests.editing.preview.folder import save, watched, write
from tests.editing.samples import good

ADDRESS = "/en/log-in"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "content", good())


def _says(folder: Path, words: bytes) -> None:
    save(folder / OTHER_GUIDE, good()[OTHER_GUIDE] + b"\n" + words + b"\n")


def test_a_good_folder_is_shown_whole_and_without_problems(folder: Path) -> None:
    seen = watched(folder)
    assert seen.snapshot().problems == ()
    assert not seen.snapshot().is_stale
    shown = seen.pages("en").by_address
    assert "You need your password." in shown[ADDRESS]
    assert {"/en/", "/en/get-nhs-app", "/en/handouts/before-you-start"} <= set(shown)
    assert seen.pages("en").failure == ""


def test_a_change_is_seen_with_its_problems(folder: Path) -> None:
    seen = watched(folder)
    first = seen.snapshot()
    _says(folder, b"Ring your surgery.")
    second = seen.snapshot()
    assert second.stamp != first.stamp
    assert "Ring your surgery." in seen.pages("en").by_address[ADDRESS]
    assert [(p.path, p.severity) for p in second.problems] == [(OTHER_GUIDE, "warning")]


def test_nothing_is_read_again_until_a_file_changes(folder: Path) -> None:
    seen = watched(folder)
    assert seen.snapshot() is seen.snapshot()
    assert seen.pages("en") is seen.pages("en")


@pytest.mark.parametrize(
    "spoil",
    [
        (OTHER_GUIDE, b"no front matter"),
        (OTHER_GUIDE, b"\xff\xfe"),
        ("sites.toml", b"[["),
        ("helplines.toml", b""),
        ("languages.toml", b""),
        (OTHER_GUIDE, good()[OTHER_GUIDE] + b"\n[gone](guide:gone)\n"),
    ],
)
def test_a_broken_file_shows_its_problems_over_the_last_good_pages(
    folder: Path, spoil: tuple[str, bytes]
) -> None:
    seen = watched(folder)
    before = seen.pages("en").by_address
    save(folder / spoil[0], spoil[1])
    broken = seen.snapshot()
    assert any(problem.severity == "error" for problem in broken.problems)
    assert seen.pages("en").by_address == before
    assert broken.is_stale or seen.pages("en").failure
    save(folder / spoil[0], good()[spoil[0]])
    assert seen.snapshot().problems == ()
    assert not seen.snapshot().is_stale
    assert not seen.pages("en").failure


def test_a_folder_that_is_broken_from_the_start_shows_no_page(tmp_path: Path) -> None:
    write(tmp_path, {**good(), GUIDE: b"nothing"})
    seen = watched(tmp_path)
    assert (seen.snapshot().is_stale, seen.pages("en").by_address) == (True, {})
    assert seen.snapshot().problems[0].path == GUIDE


def test_a_folder_that_cannot_be_read_says_so(folder: Path) -> None:
    seen = watched(folder)
    seen.pages("en")
    (folder / "link.md").symlink_to(folder / OTHER_GUIDE)
    (problem,) = seen.snapshot().problems
    assert "symbolic link" in problem.message
    assert seen.pages("en").by_address != {}


def test_a_handout_is_laid_out_once_for_each_state(folder: Path) -> None:
    seen = watched(folder)
    handout = seen.snapshot().catalogue.handouts["before-you-start"]
    pdf = seen.pdf(handout)
    assert pdf.startswith(b"%PDF")
    assert seen.pdf(handout) is pdf
    save(folder / "handouts.toml", good()["handouts.toml"].replace(b"Your phone", b"A pen"))
    changed = seen.snapshot().catalogue.handouts["before-you-start"]
    assert seen.pdf(changed) != pdf


def test_a_handout_that_cannot_be_laid_out_says_why(folder: Path) -> None:
    long = b"A" + b"a" * 60
    save(folder / "handouts.toml", good()["handouts.toml"].replace(b"Your phone", long))
    seen = watched(folder)
    handout = seen.snapshot().catalogue.handouts["before-you-start"]
    for _ in range(2):
        with pytest.raises(HandoutError, match="has 61 letters"):
            seen.pdf(handout)


def test_the_stamp_changes_with_every_change(folder: Path) -> None:
    stamps = [stamp_of(folder)]
    save(folder / OTHER_GUIDE, good()[OTHER_GUIDE])
    stamps.append(stamp_of(folder))
    (folder / "new.toml").write_bytes(b"")
    stamps.append(stamp_of(folder))
    (folder / "new.toml").unlink()
    assert len(set(stamps)) == 3
    assert stamp_of(folder) == stamps[1]


def test_what_starts_with_a_dot_is_not_watched(folder: Path) -> None:
    before = stamp_of(folder)
    (folder / ".git").mkdir()
    (folder / ".git" / "index").write_bytes(b"x")
    assert stamp_of(folder) == before


def test_a_folder_can_be_watched_without_a_dictionary(folder: Path) -> None:
    _says(folder, b"Zzyzx.")
    seen = Watched(folder, TODAY, None)
    assert seen.snapshot().problems == ()


def test_a_language_that_is_not_there_has_no_pages(folder: Path) -> None:
    pages = watched(folder).pages("xx")
    assert pages.by_address == {}
    assert "no such language" in pages.failure
