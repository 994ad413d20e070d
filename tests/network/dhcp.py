"""Asks for addresses by whole frames, as any card: dhcp.py lease | foreign | starve SECONDS SENDER.

lease: joins as a new card; prints the address and the milliseconds from first packet to lease.
foreign: asks for an address of another network, as a phone that comes from home does.
starve: takes as many addresses as it can, in frames from its `own` card or each time from `other`s.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path

CARD = "wl0"
DISCOVER, OFFER, REQUEST, ACK, NAK = 1, 2, 3, 5, 6
EVERYBODY = b"\xff" * 6
MAGIC = b"\x63\x82\x53\x63"
PATIENCE_S = 5


class Dhcp:
    """A card's view of the network."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
        self._socket.bind((CARD, 0))
        self.own = bytes.fromhex(
            Path(f"/sys/class/net/{CARD}/address").read_text().replace(":", "")
        )

    def send(self, kind: int, card: bytes, sender: bytes, options: bytes = b"") -> None:
        """Ask as `card`, in a frame from `sender`."""
        asked = bytes([53, 1, kind]) + options + b"\xff"
        # Answered to everybody: a stranger's card would not be delivered to this one.
        head = struct.pack("!BBBB4sHH", 1, 1, 6, 0, card[:4], 0, 0x8000)
        dhcp = head + bytes(16) + card.ljust(16, b"\0") + bytes(192) + MAGIC + asked
        udp = struct.pack("!HHHH", 68, 67, 8 + len(dhcp), 0) + dhcp
        ip = struct.pack(
            "!BBHHHBBH4s4s", 69, 0, 20 + len(udp), 0, 0, 64, 17, 0, bytes(4), b"\xff" * 4
        )
        ip = ip[:10] + struct.pack("!H", _checksum(ip)) + ip[12:]
        self._socket.send(EVERYBODY + sender + b"\x08\x00" + ip + udp)

    def receive(self, within_s: float) -> tuple[int, bytes, bytes] | None:
        """Return the next answer's kind, card and address; None if there is none in time."""
        end = time.monotonic() + within_s
        while (left := end - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                frame = self._socket.recv(2000)
            except TimeoutError:
                return None
            if frame[23] == 17 and frame[36:38] == b"\0\x44":
                dhcp = frame[42:]
                return dhcp[242], dhcp[28:34], dhcp[16:20]
        return None


def lease() -> dict[str, object]:
    """Join once."""
    dhcp, card = Dhcp(), _new_card()
    start = time.monotonic()
    dhcp.send(DISCOVER, card, dhcp.own)
    while (answer := dhcp.receive(PATIENCE_S)) is not None:
        kind, whose, address = answer
        if whose == card and kind == OFFER:
            dhcp.send(REQUEST, card, dhcp.own, _wish(address))
        if whose == card and kind == ACK:
            took_ms = (time.monotonic() - start) * 1000
            return {"address": socket.inet_ntoa(address), "took_ms": took_ms}
    return {"address": "", "took_ms": None}


def foreign() -> str:
    """Ask to go on with an address from elsewhere."""
    dhcp = Dhcp()
    dhcp.send(REQUEST, dhcp.own, dhcp.own, _wish(socket.inet_aton("192.168.1.77"), server=False))
    answer = dhcp.receive(PATIENCE_S)
    return "refused" if answer is not None and answer[0] == NAK else "taken"


def starve(seconds: str, sender: str) -> int:
    """Take addresses as fast as they are given. Returns how many."""
    dhcp, taken, end = Dhcp(), 0, time.monotonic() + float(seconds)
    while time.monotonic() < end:
        card = _new_card()
        dhcp.send(DISCOVER, card, dhcp.own if sender == "own" else card)
        while (answer := dhcp.receive(0.002)) is not None:
            kind, whose, address = answer
            taken += kind == ACK
            if kind == OFFER:
                dhcp.send(REQUEST, whose, dhcp.own if sender == "own" else whose, _wish(address))
    return taken


def _wish(address: bytes, *, server: bool = True) -> bytes:
    chosen = bytes([54, 4]) + socket.inet_aton("10.66.0.1") if server else b""
    return bytes([50, 4]) + address + chosen


def _new_card() -> bytes:
    return b"\x02" + os.urandom(5)


def _checksum(header: bytes) -> int:
    total: int = sum(struct.unpack(f"!{len(header) // 2}H", header))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


if __name__ == "__main__":
    doing: dict[str, Callable[..., object]] = {"lease": lease, "foreign": foreign, "starve": starve}
    sys.stdout.write(json.dumps(doing[sys.argv[1]](*sys.argv[2:])))
