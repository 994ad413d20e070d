"""Lets a fault happen at one system call of a deed, for every such call: strace injects it.

The deed runs in a process forked from one that has everything loaded, and that waits until strace
holds it: a trial takes a tenth of a second.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import shutil
import subprocess
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from tests.faults.deeds import Deed

# Everything that changes a disk, and openat, which also reads it. With `?` strace passes over those
# that a processor's Linux does not have.
CALLS = (
    "openat", "write", "pwrite64", "ftruncate", "fsync", "fdatasync", "syncfs", "flock", "chmod",
    "fchmod", "link", "linkat", "symlink", "symlinkat", "rename", "renameat", "renameat2", "unlink",
    "unlinkat", "mkdir", "mkdirat", "rmdir",
)  # fmt: skip
# These need no space. openat does where it makes a file, but most only read, strace cannot tell
# them apart, and a program takes the same way for ENOSPC there as for EIO.
NEVER_FULL = frozenset({
    "openat", "flock", "chmod", "fchmod", "unlink", "unlinkat", "rmdir", "socket", "connect",
    "sendto", "recvfrom",
})  # fmt: skip
ATTACH_S, DEED_S = 20, 60


class SweepError(AssertionError):
    """A trial could not be made: this says nothing of the deed."""


@dataclass(frozen=True, slots=True)
class Trial:
    """The `number`th call of one kind went wrong; `is_done` if the deed said that it was done."""

    call: str
    number: int
    fault: str
    is_done: bool

    def __str__(self) -> str:
        return f"{self.fault} at {self.call} number {self.number} (said done: {self.is_done})"


def why_not() -> str | None:
    """Say why no sweep can be made here, None if it can."""
    if shutil.which("strace") is None:
        return "strace is not installed: provisioning/prepare faults"
    tried = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, check=False)
    return None if tried.returncode == 0 else f"strace may not trace here: {tried.stderr.decode()}"


@dataclass(frozen=True, slots=True)
class Counted:
    """The calls of a deed that is left alone: how often each is made, numbered from 1.

    `making` are the numbers of those openat that can make a file or empty it.
    """

    often: Mapping[str, int]
    making: frozenset[int]

    def numbers(self, call: str, fault: str) -> Iterable[int]:
        """Return the numbers of the calls that are worth a fault.

        Killed where it only reads, a program leaves what it leaves when it is killed at its next
        call: openat that cannot change the disk is passed over then.
        """
        if call == "openat" and fault == "signal=KILL":
            return sorted(self.making)
        return range(1, self.often[call] + 1)


def calls_of(deed: Deed, folder: Path) -> Counted:
    """Count a deed's calls, by the thread that makes each most often.

    strace counts each thread's calls for themselves, as a fault's number does.
    """
    trace = folder.with_name("trace")
    if not _traced(deed, folder, [f"trace={_all(deed)}"], trace):
        raise SweepError("the deed fails when nothing is wrong")
    often: Counter[tuple[str, str]] = Counter()
    making = set()
    for thread, call, rest in re.findall(r"^(\d*) *(\w+)\((.*)", trace.read_text(), re.MULTILINE):
        often[thread, call] += 1
        if call == "openat" and re.search("O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", rest):
            making.add(often[thread, call])
    most: dict[str, int] = {}
    for (_thread, call), count in often.items():
        most[call] = max(most.get(call, 0), count)
    return Counted(most, frozenset(making))


def order_of_calls(deed: Deed, folder: Path) -> list[str]:
    """Return each call that a deed makes, as strace writes it."""
    trace = folder.with_name("trace")
    _traced(deed, folder, [f"trace={_all(deed)}"], trace)
    return trace.read_text().splitlines()


def places_of(fault: str, counted: Counted) -> list[tuple[str, int]]:
    """Return every call, and its number, at which a fault is tried."""
    return [
        (call, number)
        for call in sorted(counted.often)
        if fault != "error=ENOSPC" or call not in NEVER_FULL
        for number in counted.numbers(call, fault)
    ]


def sweep(
    deed: Deed, fault: str, places: Iterable[tuple[str, int]], fresh: Callable[[], Path]
) -> Iterator[tuple[Trial, Path]]:
    """Yield a trial for each place with the folder that it left behind; each has a fresh one."""
    for call, number in places:
        folder = fresh()
        inject = f"inject={call}:{fault}:when={number}"
        is_done = _traced(deed, folder, [f"trace={call}", inject], Path(os.devnull))
        yield Trial(call, number, fault, is_done), folder


def in_parts(
    places: Sequence[tuple[str, int]], work: Callable[[int, Sequence[tuple[str, int]]], list[str]]
) -> list[str]:
    """Do the work in as many processes as there are processors, each with a part of the places.

    Raises:
        SweepError: one of them ended without a word.
    """
    forking = multiprocessing.get_context("fork")
    parts = os.cpu_count() or 1
    waiting = []
    for part in range(parts):
        ours, theirs = forking.Pipe(duplex=False)
        process = forking.Process(target=_tell, args=(theirs, work, part, places[part::parts]))
        process.start()
        theirs.close()
        waiting.append((process, ours))
    found: list[str] = []
    for process, ours in waiting:
        try:
            found += ours.recv()
        except EOFError as error:
            raise SweepError("a part of the sweep ended without a word") from error
        finally:
            process.join()
    return found


def _tell(
    theirs: Connection,
    work: Callable[[int, Sequence[tuple[str, int]]], list[str]],
    part: int,
    places: Sequence[tuple[str, int]],
) -> None:
    try:
        theirs.send(work(part, places))
    except Exception:  # noqa: BLE001 - whatever it is, the test shows it
        theirs.send([traceback.format_exc()])


def _all(deed: Deed) -> str:
    return ",".join(f"?{call}" for call in (*CALLS, *deed.calls))


def _traced(deed: Deed, folder: Path, rules: list[str], trace: Path) -> bool:
    """Do a deed in a process of its own, traced. Returns whether it said that it was done."""
    go_read, go_write = os.pipe()
    done_read, done_write = os.pipe()
    child = os.fork()
    if child == 0:
        _in_child(deed, folder, go_read, done_write)
    os.close(go_read)
    os.close(done_write)
    rules = [word for rule in rules for word in ("-e", rule)]
    words = ["strace", "-f", "-qq", "-o", str(trace), *rules, "-p", str(child)]
    tracer = subprocess.Popen(words, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for_tracer(child, tracer)
        os.write(go_write, b"!")
        said = _read_all(done_read)
    finally:
        os.close(go_write)
        os.close(done_read)
        os.waitpid(child, 0)
        tracer.wait(DEED_S)
    return said == b"done"


def _in_child(deed: Deed, folder: Path, go: int, done: int) -> None:
    """Never returns. Whatever happens ends this process and nothing of the tests' own."""
    try:
        os.read(go, 1)
        deed.do(folder)
        os.write(done, b"done")
    finally:
        os._exit(0)


def _wait_for_tracer(child: int, tracer: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + ATTACH_S
    status = Path(f"/proc/{child}/status")
    while "\nTracerPid:\t0\n" in status.read_text():
        if tracer.poll() is not None or time.monotonic() > end:
            raise SweepError("strace did not take hold of the process")
        time.sleep(0.002)


def _read_all(descriptor: int) -> bytes:
    data = b""
    while piece := os.read(descriptor, 100):
        data += piece
    return data
