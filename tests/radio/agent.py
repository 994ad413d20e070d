"""Runs inside the box to try: takes commands from the host by a virtual serial line, one a line.

Each is {"words": [...], "timeout_s": n}; each answer is {"code": n, "output": "..."}. The first
line, {"ready": true}, says that the box is up. A console would show log-in prompts and the kernel's
words between the answers.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

LINE = Path("/dev/virtio-ports/helppoint")


def run(words: list[str], timeout_s: float) -> dict[str, object]:
    """Run a program to its end; with code 124 it, and all that it started, took too long."""
    done = subprocess.run(
        ["timeout", "--kill-after=5", str(timeout_s), *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return {"code": done.returncode, "output": done.stdout.decode(errors="replace")}


def main() -> None:
    """Answer until the line ends."""
    # Opened once: the second time the kernel says that it is busy.
    line = os.open(LINE, os.O_RDWR)
    with os.fdopen(line, "rb") as questions, os.fdopen(os.dup(line), "wb") as answers:
        answers.write(b'{"ready": true}\n')
        answers.flush()
        for asked in questions:
            answer = run(**json.loads(asked))
            answers.write(json.dumps(answer).encode() + b"\n")
            answers.flush()


if __name__ == "__main__":
    main()
