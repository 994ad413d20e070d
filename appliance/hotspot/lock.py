"""One at a time: the watcher, a person and another person may change the hotspot."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from appliance.errors import HotspotError
from appliance.files import held
from appliance.hotspot.system import System

# In memory; what the hotspot's programs share.
FOLDER = "run/helppoint"
# Longer than an apply that waits for an access point.
PATIENCE_S = 120
PAUSE_S = 0.2


@contextmanager
def only_one(system: System, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Keep every other process that changes the hotspot out until the block ends.

    Raises:
        HotspotError: another was not done within `patience_s`, or there is no right to change it.
    """
    folder = system.root / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = _wait_for(folder / "hotspot.lock", time.monotonic() + patience_s)
    except OSError as error:
        raise HotspotError(f"{folder}: {error.strerror}; this must be run as root") from error
    with lock:
        yield


def _wait_for(path: Path, end: float) -> ExitStack:
    while True:
        lock = ExitStack()
        try:
            lock.enter_context(held(path))
        except BlockingIOError as error:
            if time.monotonic() > end:
                raise HotspotError("the hotspot is being changed by another process") from error
            time.sleep(PAUSE_S)
        else:
            return lock
