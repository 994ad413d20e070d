"""What the box itself knows of its way out, and whether the library's name servers answer.

Asked all the time, so all of it is cheap: the kernel's own words, and one small packet that goes no
further than the library's router.
"""

from __future__ import annotations

import json
import re
import secrets
import select
import socket
import struct
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from appliance.errors import HotspotError
from appliance.hotspot.model import NETWORK, PORTAL
from appliance.hotspot.system import System

# Where name servers stand if NetworkManager itself does not say.
RESOLVER_FILES = ("run/NetworkManager/no-stub-resolv.conf", "etc/resolv.conf")
MAX_FILE_BYTES = 10_000
MOST_RESOLVERS = 3  # as many as the C library asks
DNS_PORT = 53
# Kernel and NetworkManager answer within milliseconds, or are in trouble.
TIMEOUT_S = 10
# A name server in the house answers in 1 ms; one of a slow line's provider in 700 ms.
NAMES_TIMEOUT_S = 1.5
NO_ERROR, NO_SUCH_NAME = 0, 3
_DEAD = {"linkdown", "dead"}
# rtnetlink.h: cards, IPv4 addresses, IPv4 routes.
_GROUPS = 0x1 | 0x10 | 0x40
# One pulled cable makes a dozen messages; a flapping one is looked at five times a second at most.
SETTLE_S = 0.2


@dataclass(frozen=True, slots=True)
class Link:
    """A way out: `addresses` are the box's own on it; IPv4 throughout, as the gate is."""

    interface: str
    gateway: str
    addresses: tuple[str, ...]


class Wake:
    """Waits for news of cards, addresses and routes; what they say, `look` finds out."""

    def __init__(self) -> None:
        """Listen.

        Raises:
            OSError: the kernel does not let us.
        """
        kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK
        self._line = socket.socket(socket.AF_NETLINK, kind, socket.NETLINK_ROUTE)
        self._line.bind((0, _GROUPS))

    def wait(self, seconds: float) -> None:
        """Return after so many seconds, or soon after the first news."""
        if not select.select([self._line], [], [], seconds)[0]:
            return
        time.sleep(SETTLE_S)
        try:
            while self._line.recv(65_536):
                pass
        except OSError:
            # Nothing more, or so much that the kernel threw some away: it is news all the same.
            return


def look(system: System, own: str) -> Link | None:
    """Return the way out that is not the hotspot's card `own`, None if there is none.

    Raises:
        HotspotError: `ip` failed.
    """
    asked = ("ip", "-json", "-4")
    routes = system.run(*asked, "route", "show", "default", timeout_s=TIMEOUT_S)
    addresses = system.run(*asked, "address", "show", "up", "scope", "global", timeout_s=TIMEOUT_S)
    return link_of(routes, addresses, own)


def link_of(routes: str, addresses: str, own: str) -> Link | None:
    """Choose from what `ip -json` printed: the route that Linux takes, if its card has a carrier.

    Raises:
        HotspotError: that is not what `ip` prints.
    """
    try:
        ours = {row["ifname"]: _addresses(row) for row in _rows(addresses) if "ifname" in row}
        ways = [row for row in _rows(routes) if row.get("dev") not in {None, own}]
        alive = [
            row for row in ways if not _DEAD & set(row.get("flags", ())) and ours.get(row["dev"])
        ]
        best = min(alive, key=lambda row: int(row.get("metric", 0)), default=None)
        if best is None:
            return None
        return Link(best["dev"], best.get("gateway", ""), ours[best["dev"]])
    except (
        ArithmeticError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as error:
        raise HotspotError(f"`ip -json` printed what cannot be read: {error}") from error


def _rows(text: str) -> list[dict[str, Any]]:
    rows = json.loads(text or "[]")
    return [row for row in rows if row]


def _addresses(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(each["local"] for each in row.get("addr_info", ()) if "local" in each))


def find_resolvers(system: System, interface: str) -> tuple[str, ...]:
    """Return the uplink's name servers as NetworkManager, or else a file, has them."""
    try:
        said = system.run(
            "nmcli", "-g", "IP4.DNS", "device", "show", interface, timeout_s=TIMEOUT_S
        )
    except HotspotError:
        said = ""
    found = usable(re.findall(r"[0-9.]+", said))
    for name in RESOLVER_FILES:
        found = found or usable(_name_servers(system, name))
    return found


def _name_servers(system: System, name: str) -> list[str]:
    try:
        with (system.root / name).open("rb") as file:
            text = file.read(MAX_FILE_BYTES).decode("ascii", "replace")
    except OSError:
        return []
    return re.findall(r"^nameserver\s+([0-9.]+)\s*$", text, re.MULTILINE)


def usable(candidates: Iterable[str]) -> tuple[str, ...]:
    """Return the first three addresses at which a name server of another can be, each once."""
    return tuple(dict.fromkeys(each for each in candidates if _is_usable(each)))[:MOST_RESOLVERS]


def _is_usable(text: str) -> bool:
    try:
        address = IPv4Address(text)
    except ValueError:
        return False
    is_ours = address in IPv4Network(NETWORK) or address == IPv4Address(PORTAL)
    is_nowhere = address.is_loopback or address.is_unspecified or address.is_multicast
    return not (is_ours or is_nowhere or address.is_link_local or address.is_reserved)


def names_answer(
    resolvers: Iterable[str],
    name: str,
    *,
    port: int = DNS_PORT,
    timeout_s: float = NAMES_TIMEOUT_S,
) -> bool:
    """Whether any of them answers a question for `name` with a yes or a no; all are asked at once.

    Of the answer only the first four bytes are read.
    """
    number = secrets.randbelow(1 << 16)
    with ExitStack() as ends:
        asked = []
        for resolver in resolvers:
            line = ends.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            try:
                # Connected: nobody else's packets come in.
                line.connect((resolver, port))
                line.send(question(number, name))
            except OSError:
                continue
            asked.append(line)
        return _hears_one(asked, number, time.monotonic() + timeout_s)


def question(number: int, name: str) -> bytes:
    """Return the packet that asks for a name's IPv4 address (RFC 1035, 4.1)."""
    labels = name.rstrip(".").encode("idna").split(b".")
    written = b"".join(bytes([len(label)]) + label for label in labels)
    wants_recursion = 0x0100
    return struct.pack(">6H", number, wants_recursion, 1, 0, 0, 0) + written + b"\0\0\x01\0\x01"


def is_answer(packet: bytes, number: int) -> bool:
    """Whether a packet answers question `number`, and not with a failure of the server."""
    if len(packet) < 4:
        return False
    said, flags = struct.unpack_from(">2H", packet)
    return said == number and bool(flags & 0x8000) and flags & 0xF in {NO_ERROR, NO_SUCH_NAME}


def _hears_one(asked: list[socket.socket], number: int, end: float) -> bool:
    waiting = list(asked)
    while waiting and (rest_s := end - time.monotonic()) > 0:
        for line in select.select(waiting, [], [], rest_s)[0]:
            try:
                packet = line.recv(512)
            except OSError:  # nothing listens there
                waiting.remove(line)
                continue
            if is_answer(packet, number):
                return True
            waiting.remove(line)
    return False
