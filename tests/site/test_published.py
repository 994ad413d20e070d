from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.errors import StoreError
from appliance.site.published import FACTS, Context, Published, Site, open_site
from appliance.site.search.find import Found, Question
from appliance.store.pointer import Pointer, Shown
from appliance.store.store import Store

NOTHING_FOUND: Context = {"found": Found(), "groups": [], "topic_links": [], "next": ""}


@pytest.fixture
def store(tmp_path: Path, site: Site) -> Store:
    store = Store(tmp_path)
    store.prepare()
    for name in ("r7-1", "r8-1"):
        store.site_folder(name).symlink_to(site.folder)
    return store


def test_before_the_first_import_nothing_is_shown(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nothing is shown yet"):
        Published(Store(tmp_path)).current()


def test_the_site_follows_the_pointer(store: Store) -> None:
    published = Published(store)
    first = Pointer(Shown("{}", "r7-1"), None, {})
    store.move_pointer(first)
    before = published.current()
    assert published.current() is before
    store.move_pointer(first.moved_to(Shown("{8}", "r8-1")))
    assert published.current().folder.name == "r8-1"
    assert before.search(Question("en", "passport")).total


def test_a_damaged_site_is_named(store: Store) -> None:
    store.site_folder("r7-1").unlink()
    store.site_folder("r7-1").mkdir()
    (store.site_folder("r7-1") / FACTS).write_text("{}")
    store.move_pointer(Pointer(Shown("{}", "r7-1"), None, {}))
    with pytest.raises(StoreError, match="r7-1 are missing or damaged"):
        Published(store).current()


def test_an_unknown_language_falls_back_to_the_first(site: Site) -> None:
    assert site.language_or_default("en") == "en"
    assert site.language_or_default("xx") == "en"
    assert site.language_or_default(None) == "en"


def test_a_page_made_on_request_escapes_what_people_type(site: Site) -> None:
    page = open_site(site.folder).page(
        "search.html",
        "en",
        {"query": "<script>alert(1)</script>", **NOTHING_FOUND},
        "/en/search?q=<script>",
    )
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.fixture
def faulty(store: Store, tmp_path: Path, site: Site) -> Store:
    """Release 8 follows release 7, and was whole when it was made."""
    folder = store.site_folder("r8-1")
    folder.unlink()
    shutil.copytree(site.folder, folder)
    return store


def _harm_home(folder: Path) -> None:
    (folder / "pages" / "en" / "index.html").write_bytes(b"")


def _harm_index(folder: Path) -> None:
    (folder / "search.db").write_bytes(b"damaged" * 1000)


def _harm_facts(folder: Path) -> None:
    (folder / FACTS).unlink()


@pytest.mark.parametrize("harm", [_harm_home, _harm_index, _harm_facts])
def test_pages_that_cannot_be_shown_leave_those_before_them(
    faulty: Store, harm: Callable[[Path], None]
) -> None:
    published = Published(faulty)
    first = Pointer(Shown("{}", "r7-1"), None, {})
    faulty.move_pointer(first)
    before = published.current()
    assert not is_refusing(published)
    harm(faulty.site_folder("r8-1"))
    faulty.move_pointer(first.moved_to(Shown("{8}", "r8-1")))
    assert published.current().folder == before.folder
    assert is_refusing(published)
    # A process that starts only now has seen nothing before.
    assert Published(faulty).current().folder == before.folder
    # Staff, or the sync, go back: nothing is refused any more.
    faulty.move_pointer(first)
    assert published.current().folder == before.folder
    assert not is_refusing(published)


def test_with_nothing_before_them_faulty_pages_are_shown_as_far_as_they_go(faulty: Store) -> None:
    _harm_index(faulty.site_folder("r8-1"))
    faulty.move_pointer(Pointer(Shown("{8}", "r8-1"), None, {}))
    published = Published(faulty)
    assert published.current().folder.name == "r8-1"
    assert is_refusing(published)


def test_faulty_pages_are_named_also_where_nothing_else_can_be_shown(faulty: Store) -> None:
    _harm_facts(faulty.site_folder("r8-1"))
    faulty.move_pointer(Pointer(Shown("{8}", "r8-1"), None, {}))
    published = Published(faulty)
    with pytest.raises(StoreError, match="r8-1 are missing or damaged"):
        published.current()
    assert is_refusing(published)


def is_refusing(published: Published) -> bool:
    return published.refused is not None and published.refused.site == "r8-1"
