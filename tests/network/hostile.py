"""A phone that means harm: hostile.py crowd | flood | drip | hoard | fuzz SECONDS.

It prints what it got.

crowd: 10,000 connections, from 20 addresses of one card; holds what it gets.
flood: 2,000 questions for names a second, from ever new ports.
drip: requests that never end, a byte at a time.
hoard: pages that nobody fetches.
fuzz: every kind of wrong request, as fast as answers come.
"""

from __future__ import annotations

import json
import os
import random
import selectors
import socket
import string
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

PORTAL = ("198.51.100.1", 80)
BOX = "10.66.0.1"
CARD = "wl0"
CROWD, BATCH, ADDRESSES = 10_000, 200, 20
QUESTIONS_PER_SECOND = 2_000
QUESTION = b"\x48\x50\x01\x00\x00\x01\0\0\0\0\0\0\x03www\x03nhs\x02uk\0\0\x01\0\x01"
PATIENCE_S = 5
# The same each time, so that what breaks once breaks again.
CHANCE = random.Random(20261123)  # noqa: S311 - nothing is secret here


def crowd(seconds: float) -> dict[str, int]:
    """Open 10,000 connections. Returns how many were opened, and how many were open at once."""
    addresses = [f"10.66.2.{number}" for number in range(1, ADDRESSES + 1)]
    for address in addresses:
        command = f"ip address replace {address}/20 dev {CARD}"
        subprocess.run(command.split(), check=True)
    try:
        return _crowd(addresses, time.monotonic() + seconds)
    finally:
        for address in addresses:
            command = f"ip address delete {address}/20 dev {CARD}"
            subprocess.run(command.split(), check=True)


def _crowd(addresses: list[str], end: float) -> dict[str, int]:
    held: list[socket.socket] = []
    for start in range(0, CROWD, BATCH):
        held += _opened(_calls(addresses, range(start, start + BATCH)))
    left = _still_open(held)
    time.sleep(max(0.0, end - time.monotonic()))
    for tcp in held:
        tcp.close()
    return {"asked": CROWD, "opened": len(held), "held": left}


def _calls(addresses: list[str], numbers: range) -> list[socket.socket]:
    calls = []
    for number in numbers:
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        tcp.setblocking(False)
        tcp.bind((addresses[number % ADDRESSES], 0))
        tcp.connect_ex(PORTAL)
        calls.append(tcp)
    return calls


def _opened(calls: list[socket.socket]) -> list[socket.socket]:
    """Return those that were taken; the others are closed."""
    with selectors.DefaultSelector() as selector:
        for tcp in calls:
            selector.register(tcp, selectors.EVENT_WRITE)
        end = time.monotonic() + 1
        while (left := end - time.monotonic()) > 0 and len(selector.select(0)) < len(calls):
            time.sleep(min(left, 0.01))
    taken: list[socket.socket] = []
    for tcp in calls:
        is_open = tcp.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0 and _has_peer(tcp)
        (taken.append if is_open else socket.socket.close)(tcp)
    return taken


def _has_peer(tcp: socket.socket) -> bool:
    try:
        tcp.getpeername()
    except OSError:
        return False
    return True


def _still_open(held: list[socket.socket]) -> int:
    with selectors.DefaultSelector() as selector:
        for tcp in held:
            selector.register(tcp, selectors.EVENT_READ)
        # Whom the box has sent away has something to read: the end.
        return len(held) - len(selector.select(0))


def flood(seconds: float) -> dict[str, int]:
    """Ask 2,000 times a second. Returns how many were asked and how many answered."""
    asked = answered = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.monotonic()
        for _ in range(10):
            with ExitStack() as asking:
                new = [
                    asking.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                    for _ in range(QUESTIONS_PER_SECOND // 100)
                ]
                asked += sum(udp.sendto(QUESTION, (BOX, 53)) > 0 for udp in new)
                time.sleep(0.002)
                answered += sum(map(_has_answer, new))
        time.sleep(max(0.0, start + 0.1 - time.monotonic()))
    return {"asked": asked, "answered": answered}


def _has_answer(udp: socket.socket) -> bool:
    udp.setblocking(False)
    try:
        return bool(udp.recv(512))
    except BlockingIOError:
        return False


def drip(seconds: float) -> dict[str, int]:
    """Hold as many requests as are taken, each a byte a second."""
    held = []
    for _ in range(100):
        with suppress(OSError):
            tcp = socket.create_connection(PORTAL, PATIENCE_S)
            tcp.sendall(b"GET / HTTP/1.1\r\nHost: 10.66.0.1\r\nX-Slow: ")
            held.append(tcp)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for tcp in held:
            with suppress(OSError):
                tcp.send(b"x")
        time.sleep(1)
    return {"held": len(held)}


def hoard(seconds: float) -> dict[str, int]:
    """Ask for many pages on each of many connections, and take none of them."""
    asking = b"GET /en/ HTTP/1.1\r\nHost:10.66.0.1\r\nAccept-Encoding:gzip\r\n\r\n" * 500
    held = []
    for _ in range(100):
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        tcp.settimeout(0.2)
        with suppress(OSError):
            tcp.connect(PORTAL)
            held.append(tcp)
            tcp.sendall(asking)
    time.sleep(seconds)
    return {"held": len(held)}


def fuzz(seconds: float) -> dict[str, int]:
    """Send what no browser would. Returns how often each status came; 0 for none."""
    seen: Counter[str] = Counter()
    end = time.monotonic() + seconds
    for request in _requests():
        if time.monotonic() > end:
            break
        seen[_status(request)] += 1
    return dict(seen)


def _status(request: bytes) -> str:
    try:
        with socket.create_connection(PORTAL, PATIENCE_S) as tcp:
            tcp.sendall(request)
            tcp.shutdown(socket.SHUT_WR)
            return tcp.recv(1000)[9:12].decode("latin-1") or "none"
    except OSError:
        return "none"


def _requests() -> Iterator[bytes]:
    while True:
        method = CHANCE.choice([b"GET", b"HEAD", b"POST", b"PUT", b"\0", b"CONNECT", b"get"])
        path = CHANCE.choice([b"/", b"//", b"/../", b"/%00", b"*", b"http://x/", b"/en/stay", b""])
        host = CHANCE.choice(
            [b"10.66.0.1", b"www.nhs.uk", b"[", b"[::1", b"a@b", b"\xff\xfe", b"", b"x" * 9_000]
        )
        length = CHANCE.choice([b"", b"Content-Length: -1\r\n", b"Content-Length: 99999999\r\n"])
        coding = CHANCE.choice(
            [b"", b"Transfer-Encoding: chunked\r\n", b"Expect: 100-continue\r\n"]
        )
        version = CHANCE.choice([b"HTTP/1.1", b"HTTP/1.0", b"HTTP/9.9", b""])
        noise = os.urandom(CHANCE.randrange(40)) if CHANCE.random() < 0.3 else b""
        word = "".join(CHANCE.choices(string.printable, k=20)).encode()
        first = b" ".join((method, path + noise.replace(b"\r", b""), version))
        yield first + b"\r\nHost: " + host + b"\r\nX: " + word + b"\r\n" + length + coding + b"\r\n"


if __name__ == "__main__":
    doing: dict[str, Callable[[float], dict[str, int]]] = {
        "crowd": crowd, "flood": flood, "drip": drip, "hoard": hoard, "fuzz": fuzz,
    }  # fmt: skip
    sys.stdout.write(json.dumps(doing[sys.argv[1]](float(sys.argv[2]))))
