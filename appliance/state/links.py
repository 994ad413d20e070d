"""What is known of the web addresses that a box sends people to: one file, replaced whole."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal, get_args

from appliance.errors import ApplianceError, StateError
from appliance.files import held, read_file, replace_file

log = logging.getLogger(__name__)

MAX_BYTES = 2_000_000

# answers: people get there. unsure: its host answers, but not to programs. failed: not at the last
# check, which may be chance. stopped: people do not get there. unasked: there was no time yet.
State = Literal["answers", "unsure", "failed", "stopped", "unasked"]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one address.

    `since` is the day when it first failed, without an answer after it; None unless it is `failed`
    or `stopped`. `message` says what it last answered. `printed_on` names the papers it stands on.
    """

    address: str
    state: State
    message: str = ""
    since: date | None = None
    asked_on: date | None = None
    printed_on: tuple[str, ...] = ()

    def plain(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return {
            "address": self.address,
            "state": self.state,
            "message": self.message,
            "since": _day_text(self.since),
            "asked_on": _day_text(self.asked_on),
            "printed_on": list(self.printed_on),
        }


@dataclass(frozen=True, slots=True)
class LinkCheck:
    """What is known of all addresses after a check; `asked_at` is in UTC."""

    asked_at: datetime
    addresses: tuple[Known, ...]

    def of(self, *states: State) -> tuple[Known, ...]:
        """Return the addresses in one of some states, printed ones first."""
        found = (known for known in self.addresses if known.state in states)
        return tuple(sorted(found, key=lambda known: not known.printed_on))

    def counts(self) -> dict[str, int]:
        """Return how many addresses there are in each state."""
        return {state: len(self.of(state)) for state in get_args(State)}

    def facts(self) -> dict[str, object]:
        """Return what the status page tells: figures only."""
        stopped = self.of("stopped")
        return {
            "asked_at": self.asked_at.isoformat(timespec="seconds"),
            "addresses": len(self.addresses),
            "stopped": len(stopped),
            "stopped_printed": sum(bool(known.printed_on) for known in stopped),
        }

    def plain(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return {
            "asked_at": self.asked_at.isoformat(timespec="seconds"),
            "addresses": [known.plain() for known in self.addresses],
        }


class LinksFile:
    """Where the last check is kept."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> LinkCheck | None:
        """Return the last check; None if there was none, or its file is damaged."""
        try:
            return _check(json.loads(read_file(self._path, MAX_BYTES)))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError, ApplianceError) as error:
            log.warning("%s is passed over until the next check: %s", self._path, error)
            return None

    def write(self, check: LinkCheck) -> None:
        """Put a check in the place of the last one.

        Raises:
            StateError: no space, or the card refused; the last one is as it was.
        """
        text = json.dumps(check.plain(), ensure_ascii=False, indent=1) + "\n"
        try:
            replace_file(self._path, text.encode())
        except OSError as error:
            raise StateError(f"{self._path} cannot be written: {error.strerror}") from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other process from asking meanwhile.

        Raises:
            StateError: another check is at work, or its folder cannot be written.
        """
        lock = self._path.with_suffix(".lock")
        try:
            lock.parent.mkdir(parents=True, exist_ok=True)
            with held(lock):
                yield
        except BlockingIOError as error:
            raise StateError("another check of addresses is at work: wait for it") from error
        except OSError as error:
            raise StateError(f"{lock} cannot be made: {error.strerror}") from error


def _day_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _check(plain: Mapping[str, object]) -> LinkCheck:
    asked_at = datetime.fromisoformat(_text(plain, "asked_at"))
    if asked_at.tzinfo is None:
        raise ValueError("`asked_at` has no time zone")
    return LinkCheck(asked_at, tuple(_known(row) for row in _rows(plain["addresses"])))


def _rows(value: object) -> list[Mapping[str, object]]:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise TypeError("`addresses` is not a list of objects")
    return value


def _known(row: Mapping[str, object]) -> Known:
    state = next((state for state in get_args(State) if state == row["state"]), None)
    printed_on = row["printed_on"]
    if state is None or not isinstance(printed_on, list):
        raise ValueError(f"an address has the state {row['state']!r:.40}")
    return Known(
        _text(row, "address"),
        state,
        _text(row, "message"),
        _day(row, "since"),
        _day(row, "asked_on"),
        tuple(_text({"printed_on": name}, "printed_on") for name in printed_on),
    )


def _text(row: Mapping[str, object], name: str) -> str:
    value = row[name]
    if not isinstance(value, str):
        raise TypeError(f"`{name}` is not a text")
    # JSON can name half a character, which no file can hold.
    value.encode()
    return value


def _day(row: Mapping[str, object], name: str) -> date | None:
    return None if row[name] is None else date.fromisoformat(_text(row, name))
