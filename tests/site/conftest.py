from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.release.manifest import Release, pack_blob
from appliance.site.published import Site, open_site
from appliance.site.render import render_site
from appliance.state.state import Settings
from tests.content import whole_catalogue

RELEASE = Release("core", 7, datetime(2026, 11, 22, tzinfo=UTC), "0.1.0", (pack_blob(b"")[0],) * 16)
LIBRARY = "Oak <Library> & Museum"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The project's own content in all its languages, rendered once."""
    folder = tmp_path_factory.mktemp("site")
    render_site(whole_catalogue(), RELEASE, Settings(LIBRARY), folder, lambda *_: None)
    return open_site(folder)


@pytest.fixture(scope="session")
def pages(site: Site) -> dict[str, str]:
    """Every page: its address -> its HTML."""
    found = {}
    for path in sorted(site.pages.rglob("*.html")):
        name = path.relative_to(site.pages).as_posix()
        address = "/" + name.removesuffix("index.html").removesuffix(".html")
        found[address] = path.read_text("utf-8")
    return found


@pytest.fixture(scope="session")
def page_files(site: Site) -> dict[str, Path]:
    """Every file that is served: its path below the pages folder."""
    return {p.relative_to(site.pages).as_posix(): p for p in site.pages.rglob("*") if p.is_file()}
