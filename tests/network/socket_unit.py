"""Stands for systemd: opens the port of a socket unit, and runs what serves it without a network.

Usage, in the box's namespace: socket_unit.py UNIT COMMAND...
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

# As sd_listen_fds(3) says.
HANDED_OVER = 3
ANNOUNCE = 'export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@"'


def main(unit: str, *command: str) -> None:
    """Open the port as the unit says; the command takes this process's place."""
    lines = (line.partition("=") for line in Path(unit).read_text().splitlines())
    said = {name: value for name, _, value in lines}
    host, _, port = said["ListenStream"].rpartition(":")
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        card = said["BindToDevice"].encode()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, card)
        listener.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, int(said["IPTTL"]))
        listener.bind((host, int(port)))
        listener.listen(int(said["Backlog"]))
        os.dup2(listener.fileno(), HANDED_OVER)
        # What had this number already would be closed else.
        os.set_inheritable(HANDED_OVER, True)
        # As its service has it: a network of its own, with nothing in it.
        words = ["unshare", "--net", "bash", "-c", ANNOUNCE, "bash", *command]
        os.execvp(words[0], words)  # noqa: S606 - it must keep this process's number


if __name__ == "__main__":
    main(*sys.argv[1:])
