"""A command at a terminal, with a person who answers its questions."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

LIMIT_S = 120


def typed(words: Sequence[str], answers: Sequence[tuple[str, str]], home: Path) -> tuple[int, str]:
    """Run `helppoint WORDS`; type each answer once its question has appeared.

    Questions are waited for, as hiding what is typed throws away what was typed before.

    Returns: the exit code, and all that stood on the screen.
    """
    person, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "appliance", "--home", str(home), *words],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    try:
        screen = _converse(person, list(answers), time.monotonic() + LIMIT_S)
        return process.wait(LIMIT_S), screen
    finally:
        process.kill()
        process.wait()
        os.close(person)


def _converse(person: int, answers: list[tuple[str, str]], deadline: float) -> str:
    screen, read_until = "", 0
    while time.monotonic() < deadline:
        if answers and answers[0][0] in screen[read_until:]:
            read_until = len(screen)
            os.write(person, answers.pop(0)[1].encode() + b"\n")
        ready, _, _ = select.select([person], [], [], 1)
        if not ready:
            continue
        try:
            data = os.read(person, 4096)
        except OSError:  # the other end was closed: EIO on Linux
            data = b""
        if not data:
            return screen.replace("\r\n", "\n")
        screen += data.decode(errors="replace")
    raise TimeoutError(f"the command went on after {screen!r}")
