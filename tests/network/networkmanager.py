"""NetworkManager as a laptop's: `networkmanager.py SETTINGS`, inside a phone's namespace.

It joins by its own DHCP client, and is asked before and after the button; prints JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import create_connection

PATIENCE_S = 60
# A bus of its own that starts nothing else: NetworkManager's dispatcher would run this machine's.
BUS_SOCKET = Path("/run/dbus/system_bus_socket")
BUS = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <policy context="default">
    <allow user="*"/><allow own="*"/>
    <allow send_destination="*"/><allow receive_sender="*"/>
  </policy>
</busconfig>
"""
PROFILE = (
    "nmcli connection add type ethernet ifname wl0 con-name wifi ipv4.method auto"
    " ipv6.method disabled"
)


@contextmanager
def _running(*words: str) -> Iterator[None]:
    process = subprocess.Popen(words, stdout=sys.stderr, stderr=sys.stderr)
    try:
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)


def _said(words: str) -> str:
    done = subprocess.run(words.split(), capture_output=True, text=True, timeout=90, check=False)
    return (done.stdout + done.stderr).strip()


def _until(wanted: str, words: str) -> str:
    end = time.monotonic() + PATIENCE_S
    while (said := _said(words)) != wanted and time.monotonic() < end:
        time.sleep(0.5)
    return said


def _press_the_button() -> None:
    with create_connection(("10.66.0.1", 80), PATIENCE_S) as tcp:
        tcp.sendall(b"POST /en/stay HTTP/1.1\r\nHost: 10.66.0.1\r\nContent-Length: 0\r\n\r\n")
        tcp.recv(1000)


def main(settings: str) -> dict[str, str]:
    """Join, look, press, look."""
    Path("/run/connections").mkdir()
    manager = ("NetworkManager", "--no-daemon", f"--config={settings}", "--log-level=INFO")
    places = ("--state-file=/run/state", "--config-dir=/run/none", "--system-config-dir=/run/none")
    Path("/run/bus.conf").write_text(BUS)
    with _running("dbus-daemon", "--config-file=/run/bus.conf", "--nofork", "--nopidfile"):
        _until(str(BUS_SOCKET), f"ls {BUS_SOCKET}")
        with _running(*manager, *places):
            _until("running", "nmcli -t -f RUNNING general")
            made = f"{_said(PROFILE)}; {_said('nmcli connection up wifi')}"
            check = "nmcli -t networking connectivity check"
            before = _until("portal", check)
            if before != "portal":
                raise SystemExit(f"{before}: {made}; {_said('nmcli device')}")
            _press_the_button()
            return {"before": before, "after": _until("full", check)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1])))
