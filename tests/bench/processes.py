"""Starts programs, waits until they answer, and ends them by their own process id."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.figure import BenchError
from tests.bench.web import get, is_answering

ROOT = Path(__file__).parents[2]
READY_TIMEOUT_S = 30
RUN_TIMEOUT_S = 1800
STOP_TIMEOUT_S = 10
POLL_EVERY_S = 0.002


def python(*arguments: str) -> list[str]:
    """Return the command that runs this tree's code with this Python."""
    return [sys.executable, *arguments]


def run(command: Sequence[str]) -> str:
    """Run a program to its end and return what it printed.

    Raises:
        BenchError: it failed or took too long; the message holds its last words.
    """
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=RUN_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BenchError(f"{command[0]} could not be run: {error}") from error
    if done.returncode != 0:
        words = (done.stderr or done.stdout)[-500:]
        raise BenchError(f"{' '.join(command)} ended with {done.returncode}: {words}")
    return done.stdout


@contextmanager
def running(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program until the block ends."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        _stop(process)


def wait_until_ready(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    """Return as soon as `path` is answered with 200.

    Raises:
        BenchError: the program ended, or took too long.
    """
    deadline = time.monotonic() + READY_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        if is_answering(port) and get(port, path).status == 200:
            return
        time.sleep(POLL_EVERY_S)
    raise BenchError(f"{process.args!r} did not answer {path} in {READY_TIMEOUT_S} s")


def wait_until_listening(process: subprocess.Popen[bytes], port: int) -> None:
    """Return as soon as anything answers at a port, whatever it speaks.

    Raises:
        BenchError: the program ended, or took too long.
    """
    deadline = time.monotonic() + READY_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        if is_answering(port):
            return
        time.sleep(POLL_EVERY_S)
    raise BenchError(f"{process.args!r} did not listen within {READY_TIMEOUT_S} s")


def cpu_s(pid: int) -> float:
    """Return how long a process has worked, in user and system mode together."""
    # After the command's name in brackets: state is field 3, utime 14, stime 15 (man 5 proc).
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def megabytes(pid: int, file: str, name: str) -> float:
    """Read a line such as `VmRSS:   41280 kB`, where a kB has 1,024 bytes."""
    text = Path(f"/proc/{pid}/{file}").read_text("ascii")
    found = re.search(rf"^{name}:\s+(\d+) kB$", text, re.MULTILINE)
    if found is None:
        raise BenchError(f"/proc/{pid}/{file} has no {name}")
    return int(found[1]) * 1024 / 1e6


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_TIMEOUT_S)
