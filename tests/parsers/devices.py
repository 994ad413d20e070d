"""Parsers of what programs and machines around the box say."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from appliance.errors import HotspotError, PrinterError
from appliance.hotspot import beacon, link, scan
from appliance.hotspot.asking import addresses, alternative_in_use, is_up, unit_state
from appliance.hotspot.learn import name_in
from appliance.hotspot.model import Hotspot
from appliance.hotspot.probe import Answer, judge
from appliance.hotspot.status import channel_of, phones_connected
from appliance.printing.answer import read_answer
from appliance.printing.ipp import Order, refusal
from appliance.printing.reasons import ANNOUNCES, STOPS, in_words, status_in_words
from tests.hotspot.computer import Computer
from tests.hotspot.test_link import ALL, WIFI, WIRED
from tests.hotspot.test_scan import SAID
from tests.parsers.parser import Parser, Take, pure
from tests.printing.scripted import READY, TAKEN

# As iw 5.19 prints it.
CARDS = b"""phy#0
	Interface wlan0
		ifindex 3
		wdev 0x1
		addr 02:00:00:00:00:01
		ssid Help Point
		type AP
		channel 6 (2437 MHz), width: 20 MHz, center1: 2437 MHz
"""
INFO = CARDS.split(b"\n", 1)[1].replace(b"\n\t", b"\n")
STATIONS = b"Station 02:00:00:00:01:00 (on wlan0)\n\tinactive time:\t10 ms\n"
UNIT = b"LoadState=loaded\nActiveState=active\nSubState=running\nUnitFileState=enabled\n"
NMCLI = b"192.168.7.1 | 9.9.9.9\n"
ONE_ADDRESS = b'[{"flags":["UP"],"addr_info":[{"family":"inet","local":"10.66.0.1"}]}]'
TIMESTAMP = b'{"signatures": [{"keyid": "a", "sig": "b"}], "signed": {"_type": "timestamp"}}'


def _says(read: Callable[[str], bool]) -> Take:
    """Take bytes as the words of a program."""
    return lambda data: read(data.decode(errors="replace"))


def _scan(said: str) -> bool:
    heard = list(scan.parse(said))
    assert all(1 <= one.channel <= 13 for one in heard)
    return bool(heard)


def _cards(said: str) -> bool:
    cards = beacon.cards_of(said)
    beacon.ear(cards, "wlan0")
    return any(card.is_access_point and card.frequency for card in cards)


def _routes(said: str) -> bool:
    with suppress(HotspotError):
        return link.link_of(said, ALL, "wlan0") is not None
    return False


def _addresses(said: str) -> bool:
    with suppress(HotspotError):
        return link.link_of(f"[{WIRED},{WIFI}]", said, "wlan0") is not None
    return False


def _program(said: str) -> bool:
    """The same words, whichever program is asked."""
    computer = Computer(says={"": said})
    unit_state(computer, "a.service")
    alternative_in_use(computer, "a")
    channel_of(Hotspot(), computer)
    phones_connected(Hotspot(), computer)
    beacon.look(computer, (), "wlan0")
    link.find_resolvers(computer, "eth0")
    addresses(computer, "lo")
    is_up(computer, "lo")
    return True


def _name(data: bytes) -> bool:
    return bool(name_in(data))


def _dns(data: bytes) -> bool:
    return link.is_answer(data, 7)


def _ipp(data: bytes) -> bool:
    with suppress(PrinterError):
        answer = read_answer(data)
        refusal(answer.printer, Order(b"", 1, "iso_a4_210x297mm"))
        in_words(answer.printer.get("printer-state-reasons", []), {**STOPS, **ANNOUNCES})
        status_in_words(answer.status)
        return True
    return False


def _sign_in(data: bytes) -> bool:
    """The first byte says what the status is, the first line where it redirects to."""
    status = 200 + (data[0] if data else 0)
    location, _, body = data[1:].partition(b"\n")
    answer = Answer(status, location.decode("latin-1"), "text/html", body)
    for scheme in ("http", "https"):
        judge(f"{scheme}://content.example.org/", answer)
    return True


_ENDLESS = f"[{WIRED}]".replace('"metric":100', '"metric":Infinity').encode()

PARSERS = (
    Parser("iw scan", pure(_says(_scan)), (SAID.encode(),)),
    Parser("iw dev", pure(_says(_cards)), (CARDS,)),
    Parser("ip route", pure(_says(_routes)), (f"[{WIRED},{WIFI}]".encode(),), (_ENDLESS,)),
    Parser("ip address", pure(_says(_addresses)), (ALL.encode(),)),
    Parser(
        "iw, ip, nmcli, systemctl",
        pure(_says(_program)),
        (INFO, STATIONS, UNIT, NMCLI, ONE_ADDRESS, b"[{}]", b"100\nhelppoint-hotspot\n"),
    ),
    Parser("name from nginx", pure(_name), (b"<190>Nov 23 09:00:00 learn: www.nhs.uk",)),
    Parser("answer of a name server", pure(_dns), (b"\0\x07\x81\x80\0\x01\0\x01\0\0\0\0",)),
    Parser("answer of a printer", pure(_ipp), (READY, TAKEN)),
    Parser(
        "answer to the internet probe", pure(_sign_in), (b"\0\n" + TIMESTAMP, b"fhttps://a.uk/\n")
    ),
)
