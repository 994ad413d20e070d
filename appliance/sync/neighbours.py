"""Other boxes on the library's own network: found by DNS-SD, read like any host that may lie.

One question goes out by multicast (a one-shot query: RFC 6762, 5.1), and each box that shares its
content answers it to us alone. Nothing in an answer is used but that it is one: a neighbour is the
address that it came from, at the one port there is, so that nobody can send us to somebody else.
Where a neighbour is, is told to no file and no log.
"""

from __future__ import annotations

import fcntl
import random
import secrets
import socket
import struct
import time
from collections.abc import Generator, Iterator
from ipaddress import IPv4Address, IPv4Interface

from appliance.config import NEIGHBOUR_PORT
from appliance.errors import SourceError
from appliance.sync.web import CONNECTIONS, NO_DELAY, MissingError, Web

SERVICE = (b"_helppoint", b"_tcp", b"local")
MULTICAST, MULTICAST_PORT = "224.0.0.251", 5353
# Answers come at once on a wire; the second question is for a lost packet.
ASK_EVERY_S, ASK_TIMES = 1.0, 3
# Asked one after the other: more would take too long if all of them lie.
MOST_NEIGHBOURS = 8
MAX_PACKET_BYTES = 9_000
# A first sync takes seconds on a wire, 100,000 files some minutes.
ALL_FILES_TIMEOUT_S, FILE_TIMEOUT_S = 900, 60
# linux/sockios.h
_SIOCGIFADDR, _SIOCGIFNETMASK = 0x8915, 0x891B
_IS_ANSWER, _OPCODE_AND_ERROR = 0x8000, 0x780F
# Pointer records, of the internet.
_KIND = (12, 1)


def question(number: int) -> bytes:
    """Return the packet that asks which services of our kind there are (RFC 6763, 4.1)."""
    name = b"".join(bytes([len(label)]) + label for label in SERVICE) + b"\0"
    return struct.pack(">6H", number, 0, 1, 0, 0, 0) + name + struct.pack(">2H", *_KIND)


def is_answer(packet: bytes, asked: bytes) -> bool:
    """Whether a packet answers what was asked: it repeats number and question (RFC 6762, 6.7)."""
    if len(packet) < len(asked):
        return False
    flags, questions, answers = struct.unpack_from(">3H", packet, 2)
    return (
        packet[:2] == asked[:2]
        and packet[12 : len(asked)] == asked[12:]
        and bool(flags & _IS_ANSWER)
        and not flags & _OPCODE_AND_ERROR
        and questions == 1
        and answers > 0
    )


def is_neighbour(address: str, own: IPv4Interface) -> bool:
    """Whether an address is another's on the same private network as our `own`."""
    other, network = IPv4Address(address), own.network
    is_of_a_host = other not in {network.network_address, network.broadcast_address, own.ip}
    return other in network and is_of_a_host and other.is_private


def find(card: str, *, times: int = ASK_TIMES) -> list[str]:
    """Return the addresses of other boxes that share content, in a random order.

    Args:
        card: the library's own network; where it is not there or has no address, nobody is.
        times: how often to ask; each time for ASK_EVERY_S.
    """
    found: set[str] = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        try:
            own = _own_address(line, card)
            _open(line, card)
            for _ in range(times):
                asked = question(secrets.randbelow(1 << 16))
                line.sendto(asked, (MULTICAST, MULTICAST_PORT))
                found.update(each for each in _answering(line, asked) if is_neighbour(each, own))
        except OSError:
            # The card is not there, or went away: whoever has answered has.
            pass
    # Those who answer fastest are not asked by everybody.
    return random.sample(sorted(found), len(found))[:MOST_NEIGHBOURS]


def _own_address(line: socket.socket, card: str) -> IPv4Interface:
    request = struct.pack("40s", card.encode())
    ip, mask = (
        socket.inet_ntoa(fcntl.ioctl(line, number, request)[20:24])
        for number in (_SIOCGIFADDR, _SIOCGIFNETMASK)
    )
    return IPv4Interface(f"{ip}/{mask}")


def _open(line: socket.socket, card: str) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, card.encode())
    line.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
    # Our own avahi need not answer.
    line.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)


def _answering(line: socket.socket, asked: bytes) -> Iterator[str]:
    """Yield who answers within ASK_EVERY_S."""
    end = time.monotonic() + ASK_EVERY_S
    while (rest_s := end - time.monotonic()) > 0:
        line.settimeout(rest_s)
        try:
            packet, (address, port) = line.recvfrom(MAX_PACKET_BYTES)
        except TimeoutError:
            return
        if port == MULTICAST_PORT and is_answer(packet, asked):
            yield address


class NeighbourSource:
    """Another box. It has so long for one file, and so long for all; nothing says where it is."""

    name = "a neighbour"
    at_once = CONNECTIONS

    def __init__(
        self, address: str, web: Web, port: int = NEIGHBOUR_PORT, all_s: float = ALL_FILES_TIMEOUT_S
    ) -> None:
        self._address = address
        self._base_url = f"http://{address}:{port}/"
        self._web = web
        self._deadline = time.monotonic() + all_s

    def chunks(self, path: str) -> Generator[bytes]:
        """Yield a file's bytes as they arrive; see `Source.chunks`."""
        try:
            for chunk in self._web.chunks(self._base_url + path):
                self._refuse_late()
                yield chunk
        except MissingError as error:
            raise MissingError(f"{self.name} has no {path}") from error
        except SourceError as error:
            raise SourceError(f"{self.name}: {path} could not be fetched") from error

    def close(self) -> None:
        """Close the connections."""
        self._web.close()

    def _refuse_late(self) -> None:
        if time.monotonic() > self._deadline:
            raise SourceError("too slow")


def neighbours_on(card: str) -> Iterator[NeighbourSource]:
    """Look for other boxes and yield each; packets to them go no further than the next router."""
    options = (
        *NO_DELAY,
        (socket.SOL_SOCKET, socket.SO_BINDTODEVICE, card.encode()),
        (socket.IPPROTO_IP, socket.IP_TTL, 1),
    )
    for address in find(card):
        yield NeighbourSource(address, Web(file_timeout_s=FILE_TIMEOUT_S, socket_options=options))
