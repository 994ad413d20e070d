"""A box that shares its content, as systemd would run it: handed a socket, and no other network."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

# As systemd hands over its sockets (sd_listen_fds(3)).
HAND_OVER = 'exec 3<&"$1"; shift; export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@"'


@contextmanager
def handed(
    listener: socket.socket, command: Sequence[str], inside: Sequence[str] = ()
) -> Iterator[subprocess.Popen[str]]:
    """Let a command serve on a socket that listens; `inside` are words that run it somewhere."""
    number = str(listener.fileno())
    words = [*inside, "bash", "-c", HAND_OVER, "bash", number, *command]
    process = subprocess.Popen(
        words,
        pass_fds=(listener.fileno(),),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=20)
