"""Parsers of what a box keeps, which a dying card may spoil, and of how it is set up."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

from appliance.config import FILE_NAME, read_config
from appliance.errors import ConfigError, HandoutError, StateError, StoreError
from appliance.hotspot import status
from appliance.hotspot.model import Hotspot
from appliance.hotspot.record import PATH as RECORD
from appliance.hotspot.record import Applied, read_record, write_record
from appliance.hotspot.scan import PATH as CHANNEL
from appliance.hotspot.scan import settled
from appliance.hotspot.system import System
from appliance.site.my_list import ITEMS, shown
from appliance.site.published import FACTS, Facts, Site, open_site
from appliance.state.links import Known, LinkCheck, LinksFile
from appliance.state.network import Facts as NetworkFacts
from appliance.state.network import Network, read_facts, write_facts
from appliance.state.state import SMALLEST_COUNT, Counts, SettingsFile
from tests.hotspot.computer import Computer
from tests.parsers.parser import Opened, Parser, Take

DAY = date(2026, 11, 23)
MOMENT = datetime(2026, 11, 23, 9, tzinfo=UTC)
SETTINGS = {"settings": {"1": {"name": "library_name", "value": "Oak Library"}}}
COUNTS = {"counts": {"1": {"day": "2026-11-23", "totals": {"/en/": 5}}}}
LINKS = LinkCheck(MOMENT, (Known("https://a.uk/", "failed", "It answers 404.", DAY, DAY, ("H1",)),))
CONFIG = b"""origins = ["https://content.example.org/helppoint/"]
host = "127.0.0.1"
port = 8000
runtime = "/run/helppoint"
[hotspot]
profile = "usb"
country = "GB"
name = "Help Point"
passphrase = "eight or more"
channel = 6
resolvers = ["192.168.1.1"]
"""
SITE = Facts(7, "default-src 'none'", {"en": {"home": "/en/"}}, {"en": {"a": "b"}})
LISTED = {"g-a": ["A", "/en/a", "en", ""], "s-b": ["B", "/en/go/b", "en", "https://b.uk/"]}


def _in_file(read: Callable[[Path], bool], name: str) -> Opened:
    """Open a parser that reads a file; one that cannot be read may be set aside."""

    @contextmanager
    def opened(folder: Path) -> Iterator[Take]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)

        def take(data: bytes) -> bool:
            path.write_bytes(data)
            return read(path)

        yield take

    return opened


def _settings(path: Path) -> bool:
    """Whatever was there, a change of settings is kept."""
    known = SettingsFile(path).read()
    SettingsFile(path).change("opening_hours", "Monday 9 to 5")
    changed = SettingsFile(path).read()
    assert changed.opening_hours == "Monday 9 to 5"
    assert changed.library_name == known.library_name
    return known.library_name == "Oak Library"


def _counts(path: Path) -> bool:
    """Whatever was there, what is counted now is written."""
    before = Counts(path).totals()
    counts = Counts(path)
    for _ in range(SMALLEST_COUNT):
        counts.add(DAY, "/en/new")
    counts.flush(DAY)
    assert Counts(path).totals()[DAY.isoformat()]["/en/new"] >= SMALLEST_COUNT
    return before.get(DAY.isoformat(), {}).get("/en/") == SMALLEST_COUNT


def _links(path: Path) -> bool:
    file = LinksFile(path)
    check = file.read()
    if check is None:
        return False
    check.facts()
    with suppress(StateError):
        file.write(check)
        assert file.read() == check
    return True


def _network(path: Path) -> bool:
    assert Network(path).around() <= {"offline", "online"}
    status.around(path)
    status.uplink_resolvers(path)
    facts = read_facts(path)
    if facts is None:
        return False
    write_facts(path, facts)
    assert read_facts(path) == facts
    return True


def _config(path: Path) -> bool:
    with suppress(ConfigError):
        read_config(path.parent)
        return True
    return False


def _site(path: Path) -> bool:
    with suppress(StoreError):
        site = open_site(path.parent)
        site.language_or_default("pl")
        return True
    return False


def _items(path: Path) -> bool:
    site = Site(path.parents[1], SITE)
    with suppress(StoreError, HandoutError):
        shown(site, "en", ("g-a", "s-b", "s-c"))
        return True
    return False


def _record(path: Path) -> bool:
    root = path.parents[2]
    record = read_record(root)
    write_record(root, record)
    assert read_record(root) == record
    return bool(record)


def _channel(path: Path) -> bool:
    root = path.parents[len(Path(CHANNEL).parents) - 1]
    hotspot = Hotspot(picks_channel=True)
    assert 1 <= settled(hotspot, Computer(root)).channel <= 13
    return True


def _leases(path: Path) -> bool:
    hotspot = Hotspot(profile="external")
    root = path.parents[len(Path(status.LEASES).parents) - 1]
    return bool(status.phones_connected(hotspot, System(root)))


def _json(table: Mapping[str, object]) -> bytes:
    return json.dumps(table).encode()


_HALF = _json(LINKS.plain()).replace(b"answers 404", b"\\ud800")

# A row's number of more digits than Python makes a number of.
_LONG = b'{"settings": {"%s": {}}, "counts": {"%s": {}}}' % (b"9" * 5_000, b"9" * 5_000)

PARSERS = (
    Parser("settings", _in_file(_settings, "desk.json"), (_json(SETTINGS),), fell=(_LONG,)),
    Parser("counts", _in_file(_counts, "public.json"), (_json(COUNTS),), fell=(_LONG,)),
    Parser("check of addresses", _in_file(_links, "links.json"), (_json(LINKS.plain()),), (_HALF,)),
    Parser(
        "the network as its watcher wrote it",
        _in_file(_network, "network.json"),
        (_json(asdict(NetworkFacts(hotspot=True, uplink="up", resolvers=("192.168.1.1",)))),),
    ),
    Parser("helppoint.toml", _in_file(_config, FILE_NAME), (CONFIG,), (b"x=" + b"[" * 5_000,)),
    Parser("site.json", _in_file(_site, FACTS), (_json(asdict(SITE)),), (b"[" * 5_000,)),
    Parser("what a list can hold", _in_file(_items, f"{ITEMS}/en.json"), (_json(LISTED),)),
    Parser(
        "record of what was put in force",
        _in_file(_record, RECORD),
        (_json({"a": asdict(Applied("0", "b"))}),),
    ),
    Parser("channel", _in_file(_channel, CHANNEL), (b"6\n",)),
    Parser(
        "dnsmasq's leases",
        _in_file(_leases, status.LEASES),
        (b"0 02:00:00:00:00:01 10.66.0.9 * *\n9999999999 02:00:00:00:00:02 10.66.0.8 a *\n",),
    ),
)
