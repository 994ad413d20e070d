"""Sixty phones that load pages. Usage: python -m tests.bench.phone HOST:PORT < plans.json.

Reads plans: one list of requests a page, each `[path, number of the request it waits for or -1]`.
Prints the seconds of each page load as JSON, a list for each plan. Runs in a namespace of its own.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys

PHONES = 60
ROUNDS = 2
CONNECTIONS = 6  # of a browser to one host
PAUSE_S = (0.5, 2.5)
PAGE_TIMEOUT_S = 120

Plan = list[tuple[str, int]]


class _Browser:
    """The connections of one page load: at most six, each used again."""

    def __init__(self, host: str, port: int) -> None:
        self._place = (host, port)
        self._free = asyncio.Semaphore(CONNECTIONS)
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def fetch(self, path: str) -> None:
        async with self._free:
            reader, writer = self._idle.pop() if self._idle else await self._connect()
            head = f"GET {path} HTTP/1.1\r\nHost: box\r\nAccept-Encoding: gzip\r\n\r\n"
            writer.write(head.encode())
            if await _read_answer(reader):
                self._idle.append((reader, writer))
            else:
                writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(*self._place)

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()


async def _read_answer(reader: asyncio.StreamReader) -> bool:
    """Read one answer to its end. Returns whether the connection can be used again."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
    status = head.split()[1]
    if status in {"204", "304"}:
        return True
    if "chunked" in fields.get("transfer-encoding", ""):
        while size := int((await reader.readline()).split(b";")[0], 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    elif "content-length" in fields:
        await reader.readexactly(int(fields["content-length"]))
    else:
        await reader.read()
        return False
    return fields.get("connection") != "close"


async def _load(host: str, port: int, plan: Plan) -> float:
    """Load a page as somebody who was never here before. Returns seconds."""
    loop = asyncio.get_running_loop()
    browser = _Browser(host, port)
    begun = loop.time()
    done = [asyncio.Event() for _ in plan]

    async def one(number: int) -> None:
        path, waits_for = plan[number]
        if waits_for >= 0:
            await done[waits_for].wait()
        await browser.fetch(path)
        done[number].set()

    async with asyncio.timeout(PAGE_TIMEOUT_S):
        await asyncio.gather(*(one(number) for number in range(len(plan))))
    browser.close()
    return loop.time() - begun


async def _phone(host: str, port: int, plans: list[Plan], seed: int) -> list[list[float]]:
    chance = random.Random(seed)  # noqa: S311 - pauses, no secrets
    seconds: list[list[float]] = [[] for _ in plans]
    for _ in range(ROUNDS):
        for number, plan in enumerate(plans):
            await asyncio.sleep(chance.uniform(*PAUSE_S))
            seconds[number].append(await _load(host, port, plan))
    return seconds


async def _all(host: str, port: int, plans: list[Plan]) -> list[list[float]]:
    of_each = await asyncio.gather(*(_phone(host, port, plans, seed) for seed in range(PHONES)))
    return [[s for phone in of_each for s in phone[number]] for number in range(len(plans))]


if __name__ == "__main__":
    place, _, number = sys.argv[1].rpartition(":")
    print(json.dumps(asyncio.run(_all(place, int(number), json.load(sys.stdin)))))
