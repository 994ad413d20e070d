"""A computer for tests: its programs say what they are told to, its files are in a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from appliance.errors import HotspotError
from appliance.hotspot.system import System


@dataclass(frozen=True)
class Computer(System):
    """`says` maps the beginning of a command to what it prints; None makes it fail.

    A command that nobody told what to say prints nothing. `ran` are the commands so far.
    """

    root: Path = Path("/nowhere")
    says: dict[str, str | None] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)

    def run(self, *words: str, timeout_s: float = 90, told: str = "") -> str:
        assert timeout_s > 0
        assert told == ""
        command = " ".join(words)
        self.ran.append(command)
        fitting = [begin for begin in self.says if command.startswith(begin)]
        said = self.says[max(fitting, key=len)] if fitting else ""
        if said is None:
            raise HotspotError(f"`{command}` failed (1): told to")
        return said

    def write(self, files: Mapping[str, str]) -> None:
        for path, text in files.items():
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
