"""What came of the last memory stick with content, as its import wrote it to memory.

/run/helppoint/sync/stick.json, written by `helppoint stick`:
    {"stage": "fetching", "done": 20, "total": 212, "result": "", "release": 0,
     "at": "2026-11-23T09:00:00+00:00"}
`stage`: `waiting` for another update, `looking`, `fetching`, `making pages`, `ended`, or another
stage of the update; `done` of `total` steps of it. From `making pages` on the stick is not needed
any more. `result`: one of RESULTS once it has ended. `release`: the one shown, where the result is
`shown`. Counts and words of ours only: nothing of what else is on a stick, nor which one it is.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from appliance.errors import StateError
from appliance.files import FileLimitError, read_file, replace_file

MAX_BYTES = 1_000
ENDED = "ended"
SHOWN, NOTHING_NEW = "shown", "nothing new"
# Signed by others or damaged; properly signed but too old; half-written or half pulled out; broken.
REFUSED, EXPIRED, INCOMPLETE, UNREADABLE = "refused", "expired", "incomplete", "unreadable"
# This box's own: its content is damaged or the card is full; another update took too long; the
# content needs a newer application or cannot be shown; it was stopped.
NO_ROOM, BUSY, UNFIT, STOPPED = "no room", "busy", "unfit", "stopped"
RESULTS = (
    *(SHOWN, NOTHING_NEW, REFUSED, EXPIRED, INCOMPLETE, UNREADABLE),
    *(NO_ROOM, BUSY, UNFIT, STOPPED),
)


@dataclass(frozen=True, slots=True)
class StickNews:
    """The file's fields; the module's own words say what each means."""

    stage: str
    at: str
    done: int = 0
    total: int = 0
    result: str = ""
    release: int = 0


def news(stage: str, at: datetime, done: int = 0, total: int = 0) -> StickNews:
    """Return how far an import is."""
    return StickNews(stage, at.isoformat(timespec="seconds"), done, total)


def outcome(result: str, at: datetime, release: int = 0) -> StickNews:
    """Return what came of an import."""
    return StickNews(ENDED, at.isoformat(timespec="seconds"), result=result, release=release)


def write_news(path: Path, told: StickNews) -> None:
    """Replace the file in one step; its folder is made. Other users may read it.

    Raises:
        StateError: no space or no right to write.
    """
    try:
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        replace_file(path, json.dumps(asdict(told)).encode() + b"\n", 0o644)
    except OSError as error:
        raise StateError(f"{path} cannot be written: {error.strerror}") from error


def read_news(path: Path) -> StickNews | None:
    """Return what the file says; None if no stick was plugged in, or it is damaged."""
    try:
        return StickNews(**json.loads(read_file(path, MAX_BYTES)))
    except (OSError, ValueError, TypeError, RecursionError, FileLimitError):
        return None
