"""The command that systemd runs when a memory stick was plugged in."""

from __future__ import annotations

import logging
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click

from appliance.cli.progress import Progress
from appliance.clock import now
from appliance.config import Config
from appliance.errors import (
    ApplianceError,
    BusyError,
    OutOfDateError,
    SourceError,
    StateError,
    StoreError,
    TooOldError,
    TrustError,
)
from appliance.state import stick as words
from appliance.state.stick import StickNews, news, outcome, write_news
from appliance.store.store import Patience
from appliance.sync.stick import place_on
from appliance.sync.web import MissingError

log = logging.getLogger(__name__)

# systemd mounts every stick here, each where no other process sees it.
MOUNTED = Path("/run/helppoint/stick")
# Another update, over a slow line, may be at work.
BUSY_TRIES, BUSY_PAUSE_S = 120, 10.0
TELL_EVERY_S = 0.5
# The first that fits: the later ones are more general.
RESULTS: tuple[tuple[type[ApplianceError], str], ...] = (
    (OutOfDateError, words.EXPIRED),
    (TrustError, words.REFUSED),
    (MissingError, words.INCOMPLETE),
    (TooOldError, words.UNFIT),
    (SourceError, words.UNREADABLE),
    (BusyError, words.BUSY),
    (StoreError, words.NO_ROOM),
    (ApplianceError, words.UNFIT),
)


@click.command("stick")
# One that cannot be read is told as such: click would only complain of how this was called.
@click.argument("folder", type=click.Path(path_type=Path, readable=False), default=MOUNTED)
@click.pass_obj
def stick_command(config: Config, folder: Path) -> None:
    """Show the content of a mounted memory stick, if it has any: systemd calls this.

    How far it is, and what came of it, is in sync/stick.json of the box's folder in memory.
    """
    # What is half-made is cleared away on an exception, not on a signal.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    desk = Desk(config.stick_file)
    result, release = words.STOPPED, 0
    try:
        place = place_on(folder)
        if place is None:
            # Somebody's own: nothing is said of it, and what was said of another one stays.
            result = ""
        else:
            result, release = take(config, place, desk, time.sleep)
    except ApplianceError as error:
        result = result_of(error)
        raise
    finally:
        if result:
            desk.tell(outcome(result, now(), release))


class Desk:
    """Tells the desk, by a file, how far an import is; called as `desk(stage, done, total)`."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._log = Progress()
        self._stage = ""
        self._told_at = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Write a stage down: at its start and end, and now and then between."""
        self._log(stage, done, total)
        moment = time.monotonic()
        if stage != self._stage or done == total or moment - self._told_at >= TELL_EVERY_S:
            self._stage, self._told_at = stage, moment
            self.tell(news(stage, now(), done, total))

    def tell_bytes(self, done: int, total: int) -> None:
        """Take how many bytes were fetched: of a stick, files say enough."""

    def tell(self, told: StickNews) -> None:
        """Write down how far it is; what keeps the desk from knowing keeps nothing else."""
        try:
            write_news(self._file, told)
        except StateError as error:
            log.warning("the desk is not told: %s", error)


def take(
    config: Config, place: Path, desk: Desk, sleep: Callable[[float], None]
) -> tuple[str, int]:
    """Show what a stick brings. Returns the result and the number of the release, 0 if not shown.

    Raises:
        ApplianceError: what went wrong; `result_of` has the word for it.
    """
    desk("looking", 0, 1)
    # Only now: it takes a Pi seconds, and most sticks have nothing for us.
    from appliance.cli.device import Box
    from appliance.cli.syncing import Report

    box = Box(config, Report(shown=desk), patience=Patience())
    box.set_aside_damage()
    before = box.release_shown()
    _patiently(lambda: box.sync_first_that_works([str(place)], box.now()), desk, sleep)
    after = box.release_shown()
    return (words.NOTHING_NEW, 0) if after == before else (words.SHOWN, after)


def _patiently(do: Callable[[], object], desk: Desk, sleep: Callable[[float], None]) -> None:
    """Do something as soon as no other update is at work; not for ever."""
    for _ in range(BUSY_TRIES):
        try:
            do()
        except BusyError:
            desk("waiting", 0, 1)
            sleep(BUSY_PAUSE_S)
        else:
            return
    do()


def result_of(error: ApplianceError) -> str:
    """Return the desk's word for what went wrong."""
    return next(word for kind, word in RESULTS if isinstance(error, kind))
