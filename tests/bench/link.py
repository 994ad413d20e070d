"""A crowded radio, as far as one machine can show it: two namespaces, a shaped link, a delay.

    phones (namespace) --- 20 Mbit/s each way, shared by all (tc tbf) --- box (namespace)
                                                                           |
                                                    a relay that holds everything for half of
                                                    50 ms each way, and on to the server on loopback

netem, which could delay packets, is missing in some kernels; the relay delays what TCP carries.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.bench.figure import BenchError
from tests.bench.processes import run
from tests.bench.web import HOST

BOX, PHONES = "hpbench-box", "hpbench-phones"
BOX_ADDRESS, PHONES_ADDRESS = "10.99.0.1", "10.99.0.2"
RATE = "20mbit"
SHAPE = ("root", "tbf", "rate", RATE, "burst", "32kbit", "latency", "200ms")
ONE_WAY_S = 0.025
CHUNK_BYTES = 64 * 1024
CLONE_NEWNET = 0x40000000  # linux/sched.h


def why_not() -> str:
    """Return why this machine cannot make such a link; empty if it can."""
    if os.geteuid() != 0:
        return "namespaces need root"
    try:
        run(["ip", "netns", "add", BOX])
        run(["ip", "netns", "delete", BOX])
    except BenchError as error:
        return str(error)
    return ""


@contextmanager
def shaped_link(target_port: int) -> Iterator[str]:
    """Yield the address, such as `10.99.0.1:8080`, where phones find a server of this machine."""
    with _namespaces(), _listening() as listener, _relaying(listener, target_port):
        yield f"{BOX_ADDRESS}:{listener.getsockname()[1]}"


@contextmanager
def _namespaces() -> Iterator[None]:
    made = []
    try:
        for name in (BOX, PHONES):
            run(["ip", "netns", "add", name])
            made.append(name)
            run(["ip", "-n", name, "link", "set", "lo", "up"])
        veth = ("type", "veth", "peer", "name", "wlan", "netns", PHONES)
        run(["ip", "-n", BOX, "link", "add", "ap", *veth])
        for name, device, address in ((BOX, "ap", BOX_ADDRESS), (PHONES, "wlan", PHONES_ADDRESS)):
            run(["ip", "-n", name, "address", "add", f"{address}/24", "dev", device])
            run(["ip", "-n", name, "link", "set", device, "up"])
            run(["tc", "-n", name, "qdisc", "add", "dev", device, *SHAPE])
        yield
    finally:
        for name in made:
            run(["ip", "netns", "delete", name])


@contextmanager
def _listening() -> Iterator[socket.socket]:
    """Yield a socket that listens in the box's namespace: it stays where it was made."""
    libc = ctypes.CDLL(None, use_errno=True)
    made: list[socket.socket] = []

    def make() -> None:
        with Path("/run/netns", BOX).open("rb") as namespace:
            if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
                raise BenchError(f"setns failed: {os.strerror(ctypes.get_errno())}")
        made.append(socket.create_server((BOX_ADDRESS, 0), backlog=512))

    thread = threading.Thread(target=make)  # only this thread moves
    thread.start()
    thread.join()
    if not made:
        raise BenchError("no socket could be made in the namespace")
    with made[0] as listener:
        yield listener


@contextmanager
def _relaying(listener: socket.socket, target_port: int) -> Iterator[None]:
    loop = asyncio.new_event_loop()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):  # either side may hang up at any time, as on any network
            back, forth = await asyncio.open_connection(HOST, target_port)
            await asyncio.gather(_pump(reader, forth), _pump(back, writer))

    async def serve() -> None:
        await asyncio.start_server(accept, sock=listener)

    loop.run_until_complete(serve())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        # Browsers leave connections open: what waits for them ends here.
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on each piece when its time has come; pieces do not wait for each other."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(64)

    async def late() -> None:
        while True:
            due, piece = await queue.get()
            await asyncio.sleep(due - loop.time())
            if not piece:
                break
            writer.write(piece)
            await writer.drain()
        writer.close()

    passing = asyncio.ensure_future(late())
    with suppress(OSError):
        while piece := await reader.read(CHUNK_BYTES):
            await queue.put((loop.time() + ONE_WAY_S, piece))
    await queue.put((loop.time() + ONE_WAY_S, b""))
    with suppress(OSError):
        await passing
