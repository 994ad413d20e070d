"""What is known of the network around the box, as the hotspot's watcher wrote it to memory.

/run/helppoint/network.json, written by `helppoint hotspot watch`, every field optional:
    {"hotspot": true, "uplink": "up", "garden": true, "cause": "origin", "trouble": "",
     "since": "2026-11-23T09:00:00+00:00", "checked": "2026-11-23T09:05:00+00:00",
     "resolvers": ["192.168.1.1"], "radio": "serving", "restarts": 0}
`hotspot`: this box is the Wi-Fi. `uplink`: `up`, `down`, or `portal` (someone else's sign-in page
is in the way). `cause`: what says so, one of `Cause` in hotspot/uplink.py. `garden`: visitors'
phones reach the trusted sites through the box. `trouble`: why the way to them could not be opened
or shut. `since`: when `uplink` became so. `checked`: a time in the last minute or so, while
something watches. `resolvers`: the uplink's name servers. `radio`: `serving`, `silent`,
`restarting`, or `none` where no radio is watched. `restarts`: of the radio, since the watcher
started. Nothing here is about visitors.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from appliance.errors import StateError
from appliance.state.record import read_record, write_record

# What pages are told. With PORTAL, phones may be told that the Wi-Fi is in order.
OFFLINE, ONLINE, PORTAL = "offline", "online", "portal"


@dataclass(frozen=True, slots=True)
class Facts:
    """The file's fields; the module's own words say what each means. Times are ISO 8601 in UTC."""

    hotspot: bool = False
    uplink: str = "down"
    garden: bool = False
    cause: str = ""
    trouble: str = ""
    since: str = ""
    checked: str = ""
    resolvers: tuple[str, ...] = ()
    radio: str = "none"
    restarts: int = 0

    @property
    def around(self) -> frozenset[str]:
        """What visitors must know; nothing unless this box is the Wi-Fi."""
        if not self.hotspot:
            return frozenset()
        return frozenset({ONLINE if self.uplink == "up" and self.garden else OFFLINE})


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
            known = read_facts(self._path)
            self._seen = (stamp, frozenset() if known is None else known.around)
            return self._seen[1]


def read_facts(path: Path) -> Facts | None:
    """Return what the file says, without odd fields; None if it is missing or damaged."""
    return read_record(path, Facts)


def write_facts(path: Path, facts: Facts) -> None:
    """Replace the file in one step; its folder is made. Other users may read it.

    Raises:
        StateError: no space or no right to write.
    """
    try:
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as error:
        raise StateError(f"{path} cannot be written: {error.strerror}") from error
    write_record(path, facts)
