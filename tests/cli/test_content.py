"""Commands that bring content from box to box, and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.site.published import open_site
from appliance.state.state import SettingsFile
from appliance.store.store import Store
from tests.conftest import Helppoint
from tests.content import in_languages, tree_saying, whole_tree


def test_staff_go_back_to_the_content_before_and_a_sync_leaves_it(helppoint: Helppoint) -> None:
    assert helppoint.run("sync", "--embedded").returncode == 0
    assert helppoint.run("rollback", "--yes").returncode == 1
    helppoint.publisher.pack(tree_saying("Two."))
    repository = str(helppoint.publisher.repository)
    assert "now showing release 2" in helppoint.run("sync", repository).stderr
    back = helppoint.run("rollback", "--yes")
    assert back.stdout == "Now showing release 1 of 22 November 2026 again.\n"
    again = helppoint.run("sync", repository)
    assert "nothing newer than release 2, which was rolled back here" in again.stderr


@pytest.mark.parametrize("source_works", [True, False])
def test_pages_that_a_power_cut_left_with_the_old_settings_are_made_anew(
    helppoint: Helppoint, source_works: bool
) -> None:
    helppoint.run("sync", "--embedded")
    # The power fails when the setting is written and the pages are not.
    SettingsFile(helppoint.home / "state" / "desk.json").change("library_name", "Oak Library")
    source = helppoint.publisher.repository if source_works else helppoint.home / "nowhere"
    done = helppoint.run("sync", str(source))
    assert (done.returncode, "settings have changed" in done.stderr) == (1 - source_works, True)
    store = Store(helppoint.home / "store")
    pointer = store.pointer()
    assert pointer is not None
    home_page = store.site_folder(pointer.current.site) / "pages" / "en" / "index.html"
    assert "Oak Library" in home_page.read_text()
    again = helppoint.run("sync", str(source))
    assert "settings have changed" not in again.stderr


def test_going_back_is_asked_about_first(helppoint: Helppoint) -> None:
    helppoint.run("sync", "--embedded")
    asked = helppoint.run("rollback")
    assert (asked.returncode, "again?" in asked.stdout) == (1, True)


def test_a_stick_written_by_one_box_is_shown_by_another(
    helppoint: Helppoint, tmp_path: Path
) -> None:
    helppoint.publisher.pack(tree_saying("Two."))
    helppoint.run("sync", str(helppoint.publisher.repository))
    stick = tmp_path / "stick"
    written = helppoint.run("export", str(stick))
    assert written.stdout.startswith(f"Release 2 is in {stick}:")
    home = tmp_path / "other"
    home.mkdir()
    (home / "helppoint.toml").write_text((helppoint.home / "helppoint.toml").read_text())
    other = Helppoint(home, helppoint.publisher)
    assert "showing release 2" in other.run("sync", str(stick), "--accept-expired").stderr


@pytest.mark.parametrize("sources", [[], ["https://content.example.org/"]])
def test_what_has_expired_is_never_taken_from_the_network(
    helppoint: Helppoint, sources: list[str]
) -> None:
    done = helppoint.run("sync", *sources, "--accept-expired")
    assert (done.returncode, "memory sticks" in done.stderr) == (2, True)


def test_a_box_shows_and_keeps_only_the_languages_that_its_library_wants(
    tmp_path: Path,
) -> None:
    tree = in_languages(whole_tree(), {"en", "en-easyread", "pl", "ur"})
    helppoint = Helppoint.new(tmp_path, tree)
    helppoint.run("sync", "--embedded")
    assert shown_languages(helppoint) == {"en", "en-easyread", "pl", "ur"}
    blobs = helppoint.home / "store" / "blobs"
    all_of_them = len(list(blobs.rglob("*.gz")))
    wrong = helppoint.run("settings", "languages", "pl xx")
    assert (wrong.returncode, "there is no xx in the content" in wrong.stderr) == (1, True)
    assert helppoint.run("settings", "languages", "pl").returncode == 0
    assert shown_languages(helppoint) == {"en", "en-easyread", "pl"}
    assert len(list(blobs.rglob("*.gz"))) < all_of_them
    # One more: it is no longer here.
    more = helppoint.run("settings", "languages", "pl ur")
    assert (more.returncode, "next sync brings it" in more.stderr) == (0, True)
    assert shown_languages(helppoint) == {"en", "en-easyread", "pl"}
    done = helppoint.run("sync", str(helppoint.publisher.repository))
    assert "now showing release 1" in done.stderr
    assert shown_languages(helppoint) == {"en", "en-easyread", "pl", "ur"}


def shown_languages(box: Helppoint) -> set[str]:
    """The languages that the home page offers, and its own."""
    store = Store(box.home / "store")
    pointer = store.pointer()
    assert pointer is not None
    return set(open_site(store.site_folder(pointer.current.site)).facts.frames)
