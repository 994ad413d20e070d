"""How it stands with a box's content, in words for staff."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from appliance.clock import in_words
from appliance.errors import StoreError
from appliance.state.syncing import FAILED, KIND_WORDS, RUNNING, SyncFolder, Syncing
from appliance.store.store import RESERVE_BYTES, Store
from appliance.sync.backoff import MOST_S
from appliance.sync.content import release_of

# Half of what a timestamp is valid for (docs/sources.md#expiry): there is time to bring a stick.
LONG_AGO_DAYS = 30
# One failure is an evening without a network; three in a row are worth a word.
MANY_FAILURES = 3
ASIDE = ".corrupt"
_LOST = {
    "desk.json": "The library's settings were damaged and have their defaults now: set them again.",
    "public.json": "The counts of opened pages were damaged, and counting began anew.",
    "links.json": "What was known of web addresses was damaged; the next check asks them again.",
    "missing-words.json": "The list of words that nobody found was damaged and began anew.",
    "current.json": "What this box shows was damaged and was brought in anew.",
}


@dataclass(frozen=True, slots=True)
class Status:
    """How it stands.

    Args:
        release: the number of what is shown; 0 for nothing.
        released_on: when it was published, in words; empty for nothing.
        refused: the release that staff went back from, if nothing newer came since; else 0.
        checked_at: ISO 8601, when the sources were last asked; empty for never.
        updated_at: when content was last new; empty if that is not known.
        updated_from: what kind of source it came from.
        syncing: how far the sync is, or how the last one ended; None if none is known of.
        next_in_s: until the next is due, 0 for soon; None where nothing plans it.
        problems: sentences for staff: what is wrong, and what to do.
    """

    release: int
    released_on: str
    refused: int
    checked_at: str
    updated_at: str
    updated_from: str
    syncing: Syncing | None
    next_in_s: float | None
    problems: tuple[str, ...]


def content_status(store: Store, folder: SyncFolder, home: Path, now: datetime) -> Status:
    """Look at everything once; changes nothing.

    Args:
        store: the box's own copy.
        folder: what the sync tells of itself.
        home: where files that were damaged are set aside.
        now: the trusted time.
    """
    check, update = store.last_check() or {}, store.last_update() or {}
    told, plan = folder.told(), folder.planned()
    shown, refused, problems = _shown(store)
    checked_at = check.get("checked_at", "")
    failures = 0 if plan is None else plan.failures
    problems += (
        *_of_sync(told, failures),
        *_of_councils(check.get("outcome", "")),
        *_of_age(checked_at, now),
        *_of_space(store),
        *_set_aside(home),
    )
    return Status(
        *shown,
        refused,
        checked_at,
        update.get("updated_at", ""),
        update.get("source", ""),
        told,
        None if plan is None else folder.due_in_s(MOST_S),
        problems,
    )


def _shown(store: Store) -> tuple[tuple[int, str], int, tuple[str, ...]]:
    """Return number and date of what is shown, what was refused, and what is wrong with it."""
    try:
        pointer = store.pointer()
    except StoreError as error:
        return (0, ""), 0, (f"{error}. The next sync begins with what the application ships.",)
    if pointer is None:
        return (0, ""), 0, ("Nothing is shown yet: run `helppoint sync --embedded`.",)
    release = release_of(pointer.current)
    refused = pointer.refused if pointer.refused > release.number else 0
    return (release.number, in_words(release.released_at.date())), refused, ()


def _of_sync(told: Syncing | None, failures: int) -> Iterator[str]:
    if told is None or told.state == RUNNING:
        return
    if told.state == FAILED and (failures == 0 or failures >= MANY_FAILURES):
        again = f" That is {failures} times in a row." if failures > 1 else ""
        yield f"{told.result}{again}"


def _of_councils(outcome: str) -> Iterator[str]:
    """Say what was wrong with councils' channels, though the sync as a whole worked."""
    is_ok, _, faults = outcome.partition("; ")
    if is_ok == "ok" and faults:
        yield f"Not all that is new is shown, tell whoever publishes it: {faults}."


def _of_age(checked_at: str, now: datetime) -> Iterator[str]:
    try:
        days = (now - datetime.fromisoformat(checked_at)).days
    except (ValueError, TypeError):
        return
    if days > LONG_AGO_DAYS:
        yield (
            f"Nobody could be asked for new content for {days} days. Connect the box to the"
            " library's network, or bring a memory stick from another help point."
        )


def _of_space(store: Store) -> Iterator[str]:
    free = store.free_bytes()
    if free is not None and free < RESERVE_BYTES:
        yield (
            f"The card is nearly full: {free // 10**6} MB are free. New content needs more. Ask for"
            " a larger card."
        )


def _set_aside(home: Path) -> Iterator[str]:
    for folder in (home / "store", home / "store" / "metadata", home / "state"):
        for path in sorted(folder.glob(f"*{ASIDE}")):
            name = path.name.removesuffix(ASIDE)
            lost = _LOST.get(name, f"{name} was damaged and was begun anew.")
            yield f"{lost} The damaged file is kept: delete {path} once nobody needs it."


def as_text(status: Status) -> str:
    """Return it for a terminal: a sentence on each line, what is wrong first."""
    return "\n".join([*status.problems, *lines(status)])


def lines(status: Status) -> list[str]:
    """Return what is so, without what is wrong, in sentences."""
    found = []
    if status.release:
        found.append(f"Shown: release {status.release} of {status.released_on}.")
    if status.refused:
        found.append(
            f"Staff went back from release {status.refused}: only a newer one is shown again."
        )
    updated = (
        f" (from {KIND_WORDS[status.updated_from]})" if status.updated_from in KIND_WORDS else ""
    )
    found += [
        f"Last updated: {_moment(status.updated_at)}{updated}.",
        f"Last checked: {_moment(status.checked_at)}.",
    ]
    if status.syncing is not None:
        found.append(f"The last sync, or the one at work: {status.syncing.words}")
    if status.next_in_s is not None:
        found.append(f"Next check: {_wait(status.next_in_s)}.")
    return found


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return "not known"
    return f"{in_words(moment.date())}, {moment:%H:%M} UTC"


def _wait(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return "due now, within half an hour"
    return (
        f"in about {minutes} minutes" if minutes < 100 else f"in about {round(minutes / 60)} hours"
    )
