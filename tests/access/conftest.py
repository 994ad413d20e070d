"""A box with all the content in all its languages; figures are kept for the statement."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.site.published import Site, open_site
from tests.access.results import FILE, Results
from tests.access.site_pages import Place, on_request, problem_pages, ready_made
from tests.conftest import Helppoint, Server
from tests.content import whole_tree

_RESULTS = pytest.StashKey[Results]()


@pytest.fixture(scope="session")
def whole_box(tmp_path_factory: pytest.TempPathFactory) -> Helppoint:
    return Helppoint.new(tmp_path_factory.mktemp("whole"), whole_tree())


@pytest.fixture(scope="session")
def whole_server(whole_box: Helppoint) -> Iterator[Server]:
    with whole_box.serving() as running:
        yield running


@pytest.fixture(scope="session")
def folder(whole_box: Helppoint, whole_server: Server) -> Path:
    """What is served: made by the time the server is up."""
    (folder,) = whole_box.home.glob("store/sites/*")
    return folder


@pytest.fixture(scope="session")
def site(folder: Path) -> Site:
    return open_site(folder)


@pytest.fixture(scope="session")
def made(site: Site) -> list[Place]:
    """Every page that is ready before anybody comes."""
    places = ready_made()
    assert {f"{place.address}" for place in places} == set(_served(site))
    return places


def _served(site: Site) -> Iterator[str]:
    for path in site.pages.rglob("*.html"):
        name = path.relative_to(site.pages).as_posix()
        yield "/" + name.removesuffix("index.html").removesuffix(".html")


@pytest.fixture(scope="session")
def asked(site: Site) -> list[Place]:
    """Every page that is made when somebody asks for it."""
    return on_request(list(site.facts.frames))


@pytest.fixture(scope="session")
def instead(site: Site) -> dict[str, str]:
    return problem_pages(site)


@pytest.fixture(scope="session")
def results(pytestconfig: pytest.Config) -> Results:
    return pytestconfig.stash[_RESULTS]


def pytest_sessionstart(session: pytest.Session) -> None:
    """Figures of an older run must not pass for new ones."""
    session.config.stash[_RESULTS] = Results()
    FILE.unlink(missing_ok=True)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Keep what was measured, if all of it was and nothing was found."""
    results = session.config.stash[_RESULTS]
    if exitstatus == pytest.ExitCode.OK and not results.missing():
        results.keep()
