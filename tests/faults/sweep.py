"""Lets a fault happen at one system call of a deed, for every such call: strace injects it.

The deed runs in a process forked from one that has everything loaded, and that waits until strace
holds it: a trial takes a tenth of a second.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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


def calls_of(deed: Deed, folder: Path) -> Counter[str]:
    """Return how often a deed, left alone, makes each call: the thread that makes it most often.

    strace counts each thread's calls for themselves, as a fault's number does.
    """
    trace = folder.with_name("trace")
    if not _traced(deed, folder, [f"trace={_all(deed)}"], trace):
        raise SweepError("the deed fails when nothing is wrong")
    found = re.findall(r"^(\d*) *(\w+)\(", trace.read_text(), re.MULTILINE)
    most: Counter[str] = Counter()
    for (_thread, call), count in Counter(found).items():
        most[call] = max(most[call], count)
    return most


def order_of_calls(deed: Deed, folder: Path) -> list[str]:
    """Return each call that a deed makes, as strace writes it."""
    trace = folder.with_name("trace")
    _traced(deed, folder, [f"trace={_all(deed)}"], trace)
    return trace.read_text().splitlines()


def sweep(
    deed: Deed, fault: str, counted: Counter[str], fresh: Callable[[], Path]
) -> Iterator[tuple[Trial, Path]]:
    """Yield every trial with the folder that it left behind; each begins with a fresh one."""
    for call, count in sorted(counted.items()):
        if fault == "error=ENOSPC" and call in NEVER_FULL:
            continue
        for number in range(1, count + 1):
            folder = fresh()
            inject = f"inject={call}:{fault}:when={number}"
            is_done = _traced(deed, folder, [f"trace={call}", inject], Path(os.devnull))
            yield Trial(call, number, fault, is_done), folder


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
