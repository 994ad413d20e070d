"""Runs the watchers of uplink and radio until told to stop, each in a thread of its own.

The service manager's watchdog is fed only while all of them come back from their work.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from appliance.clock import now
from appliance.errors import ApplianceError
from appliance.state.network import Facts, write_facts

log = logging.getLogger(__name__)

# A watcher does one thing and says after how many seconds it wants to go on.
Step = Callable[[], float]
# State that has not changed is written again this often, so that readers see that someone watches.
REFRESH_S = 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds.

    Args:
        after_failure_s: until what failed is tried again, such as a program that is missing.
        feed_s: between two signs of life; below half of any WatchdogSec= that makes sense, 30 s.
        longest_work_s: the longest honest work: a driver reloaded and an access point started
            (beacon.py, 135 s), or a gate switched that NetworkManager has to wait for.
        end_s: how long the end waits for each watcher.
    """

    after_failure_s: float = 5.0
    feed_s: float = 10.0
    longest_work_s: float = 240.0
    end_s: float = 3.0


class Board:
    """What all watchers know, kept in one file for pages and staff."""

    def __init__(self, path: Path, facts: Facts) -> None:
        self._path = path
        self._facts = facts
        self._lock = threading.Lock()
        self._written_s = float("-inf")

    def note(self, **changes: object) -> None:
        """Change some fields; writes if they differ, or if the last time is long ago.

        Raises:
            StateError: the file cannot be written.
        """
        with self._lock:
            facts = replace(self._facts, **changes)  # type: ignore[arg-type]  # fields, by name
            is_old = time.monotonic() - self._written_s > REFRESH_S
            if facts == self._facts and not is_old:
                return
            facts = replace(facts, checked=stamp())
            write_facts(self._path, facts)
            self._facts, self._written_s = facts, time.monotonic()

    def wipe(self) -> None:
        """Remove the file: nobody watches any more, so nothing is known."""
        self._path.unlink(missing_ok=True)


def stamp() -> str:
    """Return the trusted time as the state file has it."""
    return now().isoformat(timespec="seconds")


def watch(
    steps: Mapping[str, Step],
    stopping: threading.Event,
    tell: Callable[[str], None],
    pace: Pace | None = None,
) -> None:
    """Run all `steps` again and again until `stopping`.

    Args:
        steps: what each watcher does, by its name.
        stopping: set from outside, by a signal.
        tell: takes a message for the service manager.
        pace: how fast all this goes.
    """
    pace = pace or Pace()
    watchers = [_Watcher(name, step, pace, stopping) for name, step in steps.items()]
    for watcher in watchers:
        watcher.start()
    tell("READY=1")
    while not stopping.wait(pace.feed_s):
        if all(watcher.idle_s() < pace.longest_work_s for watcher in watchers):
            tell("WATCHDOG=1")
    tell("STOPPING=1")
    for watcher in watchers:
        watcher.join(pace.end_s)


class _Watcher(threading.Thread):
    """One watcher at work. What fails is said once, tried again, and is no matter of the others.

    Any other exception is a fault of ours: it ends this thread with its traceback, and the service
    manager, fed no more, starts all anew.
    """

    def __init__(self, name: str, step: Step, pace: Pace, stopping: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self._step, self._pace, self._stopping = step, pace, stopping
        self._trouble = ""
        self._back_s = time.monotonic()

    def idle_s(self) -> float:
        """Return how long ago it last came back from its work."""
        return time.monotonic() - self._back_s

    def run(self) -> None:
        """Work until the end."""
        pause_s = 0.0
        while not self._stopping.wait(pause_s):
            try:
                pause_s, said = self._step(), ""
            except (ApplianceError, OSError) as error:
                pause_s, said = self._pace.after_failure_s, str(error)
            if said != self._trouble:
                log.warning("%s: %s", self.name, said or "works again")
            self._trouble = said
            self._back_s = time.monotonic()


def tell_service_manager(message: str) -> None:
    """Send a message as sd_notify(3) does; nothing happens where no service manager listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    # An address that begins with @ is abstract, which Linux writes with a zero byte.
    name = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto(message.encode(), name)
