from __future__ import annotations

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
