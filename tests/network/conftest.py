from __future__ import annotations

from collections.abc import Iterator

import pytest

from appliance.config import read_config
from appliance.hotspot.model import BOX, Hotspot
from tests.conftest import Helppoint
from tests.network.lab import ROUTER, Lab, why_not


def built(
    hotspot: Hotspot, factory: pytest.TempPathFactory, pages: Helppoint | None = None
) -> Iterator[Lab]:
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    folder = factory.mktemp("lab")
    # Services that give up root's rights must still reach their files.
    for path in (folder, folder.parent, folder.parent.parent):
        path.chmod(path.stat().st_mode | 0o055)  # and no right taken: it may be /tmp
    with Lab(hotspot, folder, pages) as lab:
        for number in (1, 2):
            if hotspot.has_own_network:
                lab.lease(number)
            else:
                where, address = f"phone{number}", f"10.66.0.2{number}/24"
                lab.run(where, "ip", "address", "add", address, "dev", "wl0")
                lab.run(where, "ip", "route", "add", "default", "via", BOX)
        yield lab


@pytest.fixture(scope="module")
def online(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A box with an uplink and the gate, and two phones that have joined."""
    hotspot = Hotspot(hosts=("www.mind.org.uk",), resolvers=(ROUTER,))
    yield from built(hotspot, tmp_path_factory)


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The same box when nobody has told it of an uplink."""
    yield from built(Hotspot(portal_port=80), tmp_path_factory)


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A box with an uplink and the gate that serves the real help point; `around` says it is up."""
    folder = tmp_path_factory.mktemp("pages")
    pages = Helppoint.new(folder)
    with (pages.home / "helppoint.toml").open("a") as config:
        config.write(f'runtime = "{folder}"\n[hotspot]\nresolvers = ["{ROUTER}"]\n')
    hotspot = Hotspot(hosts=("www.mind.org.uk",), resolvers=(ROUTER,))
    yield from built(hotspot, tmp_path_factory, pages)


@pytest.fixture
def uplink(real: Lab) -> Iterator[None]:
    """The watcher's word that phones reach trusted sites."""
    assert real.pages is not None
    file = read_config(real.pages.home).network_file
    file.write_text('{"hotspot": true, "uplink": "up", "garden": true}')
    yield
    file.unlink()


@pytest.fixture(scope="module")
def on_lan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A box on the library's own network, which gives phones their addresses."""
    yield from built(Hotspot(profile="lan", interface="eth0"), tmp_path_factory)
