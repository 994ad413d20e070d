"""Tells how a sync goes: people on the terminal, programs in JSON lines, the desk in a file."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, replace
from datetime import datetime
from typing import Protocol

import click

from appliance.cli.progress import Progress
from appliance.clock import now
from appliance.errors import ApplianceError, NoSourceError
from appliance.state.syncing import DONE, FAILED, Kind, SyncFolder, Syncing
from appliance.store.store import Patience
from appliance.sync.backoff import pause_s
from appliance.sync.sources import is_on_network
from appliance.sync.words import NOBODY, words_of_failure, words_of_success

TELL_EVERY_S = 1.0
# Longer than an update takes over a slow line; then the box tries again later.
PATIENCE_S = 1800.0


class Shown(Protocol):
    """Something that tells of progress."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Tell how far a stage is."""

    def tell_bytes(self, done: int, total: int) -> None:
        """Take how many bytes of how many were fetched."""


class Report:
    """How one sync goes; called as `report(stage, done, total)`, as every progress is.

    Args:
        folder: where the desk reads it; None where it need not.
        is_json: print JSON lines on standard output in place of the bar.
        clock: seconds, for telling not too often.
        moment: the time that is told.
        shown: what else is told; a bar, or lines in a log, if left out.
    """

    def __init__(
        self,
        folder: SyncFolder | None = None,
        *,
        is_json: bool = False,
        clock: Callable[[], float] = time.monotonic,
        moment: Callable[[], datetime] = now,
        shown: Shown | None = None,
    ) -> None:
        self._folder, self._clock, self._moment = folder, clock, moment
        self._is_json = is_json
        self._shown: Shown | None = None if is_json else shown or Progress()
        self._state = Syncing()
        self._told_s = float("-inf")
        self._is_new, self._release = False, 0

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Be the only sync at work, and tell how it ends.

        Raises:
            StateError: another one is at work and does not end.
        """
        lock = (
            nullcontext() if self._folder is None else self._folder.at_work(PATIENCE_S, say_waiting)
        )
        with lock:
            self._state = Syncing(started=self._stamp())
            self._tell()
            try:
                yield
            except NoSourceError:
                # A box that is left alone is in order.
                self._end(DONE, NOBODY)
                raise
            except ApplianceError as error:
                # Nobody to ask is no fault: a stick may be all that a library has.
                state = DONE if isinstance(error, NoSourceError) else FAILED
                self._end(state, words_of_failure(error, self._state.source))
                raise
            self._end(DONE, words_of_success(self._release, is_new=self._is_new))

    def asks(self, kind: Kind) -> None:
        """Tell that a source of this kind is asked."""
        self._state = replace(self._state, source=kind, stage="asking", done=0, total=0)
        self._tell()

    def found(self, release: int, *, is_new: bool) -> None:
        """Remember which release is shown, and whether it is new."""
        self._release, self._is_new = release, is_new or self._is_new

    def tell_bytes(self, done: int, total: int) -> None:
        """Take how many bytes were fetched; told with the next files."""
        self._state = replace(self._state, bytes_done=done, bytes_total=total)
        if self._shown is not None:
            self._shown.tell_bytes(done, total)

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Tell a stage's state: its start, its end, and about once a second between."""
        if self._shown is not None:
            self._shown(stage, done, total)
        is_edge = stage != self._state.stage or done == total
        self._state = replace(self._state, stage=stage, done=done, total=total)
        if is_edge or self._clock() - self._told_s >= TELL_EVERY_S:
            self._tell()

    def _end(self, state: str, result: str) -> None:
        self._state = replace(self._state, state=state, result=result, release=self._release)
        self._tell()

    def _tell(self) -> None:
        self._told_s = self._clock()
        self._state = replace(self._state, updated=self._stamp())
        if self._folder is not None:
            self._folder.tell(self._state)
        if self._is_json:
            click.echo(json.dumps(asdict(self._state)))

    def _stamp(self) -> str:
        return self._moment().isoformat(timespec="seconds")


def say_waiting() -> None:
    """Tell whoever started this why nothing happens."""
    click.echo("Another update is at work: waiting until it has ended.", err=True)


WAITING = Patience(PATIENCE_S, say_waiting)


def kind_of(address: str) -> Kind:
    """Return what kind of source is at an address."""
    return "network" if is_on_network(address) else "stick"


@contextmanager
def planned(folder: SyncFolder, chance: Callable[[], float] = random.random) -> Iterator[None]:
    """Plan the next sync by how this one goes, which the block does.

    Planned as after a failure first: what kills this process must not have it back at once.
    """
    plan = folder.planned()
    failures = 1 if plan is None else plan.failures + 1
    folder.plan(failures, pause_s(failures, chance()))
    try:
        yield
    except NoSourceError:
        # No fault, and nobody is asked too often.
        folder.plan(0, pause_s(0, chance()))
        raise
    folder.plan(0, pause_s(0, chance()))
