"""One computer that opens connections and never ends a request: says how many it has, and stays.

Usage: hoard.py HOST PORT COUNT SOURCE
"""

from __future__ import annotations

import contextlib
import socket
import sys
import time

PATIENCE_S = 5


def main(host: str, port: str, count: str, source: str) -> None:
    """Hold what can be had until ended."""
    held = []
    for _ in range(int(count)):
        with contextlib.suppress(OSError):
            line = socket.create_connection((host, int(port)), PATIENCE_S, (source, 0))
            line.sendall(b"GET /metadata/timestamp.json HTTP/1.1\r\n")
            held.append(line)
    sys.stdout.write(f"{len(held)}\n")
    sys.stdout.flush()
    while True:
        for line in held:
            with contextlib.suppress(OSError):
                line.sendall(b"X: y\r\n")
        time.sleep(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
