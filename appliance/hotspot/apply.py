"""Puts a hotspot in force: only what differs, each part by itself, and says what was done.

A part's new files are checked by its own program, written, put in force and recorded, in this
order. A cut at any instant leaves a part whose record does not fit: the next apply does it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from appliance.errors import HotspotError
from appliance.files import replace_file
from appliance.hotspot.lock import FOLDER, only_one
from appliance.hotspot.model import Hotspot
from appliance.hotspot.parts import ALL, Part
from appliance.hotspot.record import Applied, digest_of, read_record, write_record
from appliance.hotspot.render import render, write
from appliance.hotspot.scan import settled
from appliance.hotspot.system import System


class PartlyAppliedError(HotspotError):
    """Not all could be put in force; `done` says what was."""

    def __init__(self, message: str, done: list[str]) -> None:
        super().__init__(message)
        self.done = done


def apply(hotspot: Hotspot, system: System, *, rescan: bool = False) -> list[str]:
    """Put a hotspot in force on this computer; what is in force already is left alone.

    Args:
        hotspot: what is wanted.
        system: the computer.
        rescan: listen for other networks again, although a channel has been chosen.

    Returns:
        One sentence for each thing that was done; none if all was as it should be.

    Raises:
        PartlyAppliedError: something could not be checked, written or put in force. What phones
            have was not half changed; the rest of the parts were still put in force, unless
            what failed protects them.
        HotspotError: another process is at it, or there is no right to.
    """
    with only_one(system):
        return _Applying(settled(hotspot, system, rescan=rescan), system).run()


@dataclass(frozen=True, slots=True)
class _Applying:
    """One apply: what it did and what went wrong so far."""

    hotspot: Hotspot
    system: System
    done: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def run(self) -> list[str]:
        files = render(self.hotspot)
        on_disk = {path: text for part in ALL for path, text in written(part, self.system).items()}
        record = read_record(self.system.root)
        try:
            for part in reversed(ALL):
                if not part.is_wanted(files) or part.is_another(on_disk, files):
                    self._withdraw(part, record)
            for part in ALL:
                if part.is_wanted(files):
                    wanted = {path: files[path] for path in part.paths if path in files}
                    self._try(part, wanted, record)
        except (HotspotError, OSError) as error:
            self.wrong.append(_words(error))
        if self.wrong:
            raise PartlyAppliedError("; ".join(self.wrong), self.done)
        return self.done

    def _withdraw(self, part: Part, record: dict[str, Applied]) -> None:
        if withdraw(part, self.system):
            self.done.append(f"{part.label}: removed.")
        if record.pop(part.label, None) is not None:
            write_record(self.system.root, record)

    def _try(self, part: Part, wanted: Mapping[str, str], record: dict[str, Applied]) -> None:
        try:
            self._put_in_force(part, wanted, record)
        except (HotspotError, OSError) as error:
            if part.is_vital:
                raise
            self.wrong.append(f"{part.label}: {_words(error)}")

    def _put_in_force(
        self, part: Part, wanted: Mapping[str, str], record: dict[str, Applied]
    ) -> None:
        system, digest = self.system, digest_of(wanted)
        is_written = written(part, system) == wanted
        applied = record.get(part.label)
        if is_written and applied is not None and applied.digest == digest:
            if part.stands(system, self.hotspot, applied.evidence):
                return
            sentence = f"{part.label}: was no longer in force, and is again."
        else:
            sentence = f"{part.label}: put in force."
        if not is_written:
            _check(part, wanted, system)
            write(wanted, system.root)
            for path in set(part.paths) - wanted.keys():
                (system.root / path).unlink(missing_ok=True)
        advice = part.act(system, self.hotspot)
        record[part.label] = Applied(digest, part.evidence(system))
        write_record(system.root, record)
        self.done.append(f"{sentence} {advice}".strip())


def withdraw(part: Part, system: System) -> bool:
    """Undo a part and remove its files. Returns whether there was anything.

    Raises:
        HotspotError: it could not be undone; its files are still there.
        OSError: a file could not be removed.
    """
    was_in_force = part.withdraw(system)
    there = [path for path in part.paths if (system.root / path).exists()]
    for path in there:
        (system.root / path).unlink(missing_ok=True)
    return was_in_force or bool(there)


def written(part: Part, system: System) -> dict[str, str]:
    """Return those files of a part that are there: path -> text."""
    found = {path: _read(system.root / path) for path in part.paths}
    return {path: text for path, text in found.items() if text is not None}


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        return ""  # There is something, and it is not ours.


def _check(part: Part, wanted: Mapping[str, str], system: System) -> None:
    """Let the part's program read each file from memory first."""
    for path, text in wanted.items():
        candidate = system.root / FOLDER / f"candidate-{Path(path).name}"
        replace_file(candidate, text.encode(), 0o600)
        try:
            part.check(system, candidate)
        finally:
            candidate.unlink(missing_ok=True)


def _words(error: HotspotError | OSError) -> str:
    if isinstance(error, HotspotError):
        return str(error)
    return f"{error.filename} cannot be written: {error.strerror}"
