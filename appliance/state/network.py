"""What is known of the network around the box, as the hotspot's watcher wrote it to memory.

/run/helppoint/network.json, written by `helppoint hotspot`, every field optional:
    {"hotspot": true, "uplink": "up", "garden": true}
`hotspot`: this box is the Wi-Fi. `uplink`: `up`, `down`, or `portal` (someone else's sign-in page
is in the way). `garden`: visitors' phones reach the trusted sites through the box.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path

from appliance.files import FileLimitError, read_file

MAX_BYTES = 10_000
# What pages are told. With PORTAL, phones may be told that the Wi-Fi is in order.
OFFLINE, ONLINE, PORTAL = "offline", "online", "portal"


class Network:
    """Reads the file anew only when it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._seen: tuple[object, frozenset[str]] = (None, frozenset())

    def around(self) -> frozenset[str]:
        """Return what visitors must know: `offline`, `online`, or nothing; costs one stat.

        Nothing is said unless this box is the Wi-Fi, or when the file is missing or damaged.
        """
        try:
            status = self._path.stat()
        except OSError:
            return frozenset()
        stamp = (status.st_ino, status.st_mtime_ns)
        seen = self._seen
        if seen[0] == stamp:
            return seen[1]
        with self._lock:
            self._seen = (stamp, self._read())
            return self._seen[1]

    def _read(self) -> frozenset[str]:
        try:
            fields = json.loads(read_file(self._path, MAX_BYTES))
            if fields.get("hotspot") is not True:
                return frozenset()
            is_online = fields.get("uplink") == "up" and fields.get("garden") is True
        except (OSError, ValueError, AttributeError, FileLimitError):
            return frozenset()
        return frozenset({ONLINE if is_online else OFFLINE})
