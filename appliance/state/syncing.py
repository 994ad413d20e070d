"""What a sync tells of itself in memory, for the desk and for the sync after it.

The folder /run/helppoint/sync belongs to whoever syncs; systemd makes it (helppoint-sync.service).
Where it is not, as on a laptop, nothing is told. It holds:

progress.json   how far the sync is, or how the last one ended: the fields of `Syncing`
next.json       how often in a row it failed, and when the next is due: the fields of `Plan`
lock            held while a sync is at work; whoever is killed holds it no more

Nothing here names an address, a stick or a person. All of it may be lost: then a sync is due.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from appliance.errors import StateError
from appliance.files import held, is_held
from appliance.state.record import read_record, write_record

log = logging.getLogger(__name__)

MB = 1_000_000

# What a box was brought content by. `shipped`: inside the application.
Kind = Literal["shipped", "network", "stick", "neighbour"]
KIND_WORDS = {
    "shipped": "the application itself",
    "network": "the network",
    "stick": "a memory stick",
    "neighbour": "another help point",
}
RUNNING, DONE, FAILED, STOPPED = "running", "done", "failed", "stopped"


@dataclass(frozen=True, slots=True)
class Syncing:
    """How far a sync is, or how it ended.

    Args:
        state: `running`, `done`, `failed`, or `stopped`: it was killed, or the plug was pulled.
        source: a `Kind`; empty until one is asked.
        stage: what is being done, such as `fetching` or `making pages`.
        done: files, or whatever the stage counts; out of `total`.
        total: 0 where the stage counts nothing.
        bytes_done: fetched; out of `bytes_total`.
        bytes_total: what this update has to fetch; 0 before that is known.
        started: ISO 8601 in UTC, as is `updated`, when this was told.
        updated: at most about once a second.
        result: how it ended, in words for staff; empty while it runs.
        release: the number of what is shown at its end; 0 before.
    """

    state: str = RUNNING
    source: str = ""
    stage: str = ""
    done: int = 0
    total: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    started: str = ""
    updated: str = ""
    result: str = ""
    release: int = 0

    @property
    def words(self) -> str:
        """One sentence for staff."""
        if self.state == STOPPED:
            return "The last sync was broken off. What is shown stays; the next sync goes on."
        if self.state != RUNNING:
            return self.result
        where = f" from {KIND_WORDS[self.source]}" if self.source in KIND_WORDS else ""
        far = f": {self.stage}, {self.done} of {self.total}" if self.total else ""
        size = (
            f", {self.bytes_done / MB:.1f} of {self.bytes_total / MB:.1f} MB"
            if self.bytes_total and self.stage == "fetching"
            else ""
        )
        return f"Looking for new content{where}{far}{size}."


@dataclass(frozen=True, slots=True)
class Plan:
    """When the next sync is due.

    Args:
        failures: how many in a row failed, until now.
        due_s: by the clock that counts from the boot and never jumps; memory is empty after one.
    """

    failures: int = 0
    due_s: float = 0.0


def _since_boot_s() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class SyncFolder:
    """The folder, for the sync that writes it and for all who read it."""

    def __init__(self, folder: Path, clock: Callable[[], float] = _since_boot_s) -> None:
        self._folder = folder
        self._clock = clock
        self._lock = folder / "lock"
        self._progress, self._plan = folder / "progress.json", folder / "next.json"

    @contextmanager
    def at_work(self, wait_s: float, on_wait: Callable[[], None]) -> Iterator[None]:
        """Be the only sync at work until the block ends; wait for another, but not for ever.

        Raises:
            StateError: another sync is at work, and has been for `wait_s` seconds.
        """
        with ExitStack() as ends:
            if self._folder.is_dir():
                self._enter(ends, wait_s, on_wait)
            yield

    def _enter(self, ends: ExitStack, wait_s: float, on_wait: Callable[[], None]) -> None:
        try:
            ends.enter_context(held(self._lock, wait_s=wait_s, on_wait=on_wait, mode=0o644))
        except BlockingIOError as error:
            raise StateError("another sync has been at work for long: try again later") from error
        except OSError as error:
            # Told to nobody, but content comes in.
            log.warning("%s cannot be locked: %s", self._lock, error.strerror)

    def tell(self, syncing: Syncing) -> None:
        """Write how far it is; that this fails is no reason to stop."""
        self._write(self._progress, syncing)

    def told(self) -> Syncing | None:
        """Return how far the sync is or how the last one ended; None if none is known of."""
        told = read_record(self._progress, Syncing)
        if told is None or told.state != RUNNING or self._is_at_work():
            return told
        # It may have ended between the two looks.
        told = read_record(self._progress, Syncing) or told
        return replace(told, state=STOPPED) if told.state == RUNNING else told

    def plan(self, failures: int, pause_s: float) -> None:
        """Note how many syncs in a row failed, and in how many seconds the next is due."""
        self._write(self._plan, Plan(failures, self._clock() + pause_s))

    def planned(self) -> Plan | None:
        """Return when the next sync is due; None if that is not known, so: now."""
        return read_record(self._plan, Plan)

    def forget_plan(self) -> None:
        """Make the next sync due at once, as after none that failed.

        Raises:
            StateError: no right to.
        """
        try:
            self._plan.unlink(missing_ok=True)
        except OSError as error:
            raise StateError(f"{self._plan} cannot be removed: {error.strerror}") from error

    def due_in_s(self, longest_s: float) -> float:
        """Return how long to wait for the next sync; 0 if it is due, or nothing is known."""
        plan = self.planned()
        wait_s = 0.0 if plan is None else plan.due_s - self._clock()
        # Longer than ever planned: the file is damaged.
        return wait_s if 0 < wait_s <= longest_s else 0.0

    def _is_at_work(self) -> bool:
        try:
            return is_held(self._lock)
        except OSError as error:
            log.warning("%s cannot be asked: %s", self._lock, error.strerror)
            return True

    def _write(self, path: Path, record: Syncing | Plan) -> None:
        if not self._folder.is_dir():
            return
        try:
            write_record(path, record)
        except StateError as error:
            log.warning("%s", error)
