"""What a run of these tests measured, kept for the accessibility statement if nothing failed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from tests.access.tools import HERE, versions
from tests.content import PROJECT

FILE = HERE / "results.json"
# Every one of them must have been measured in the same run, else there is nothing to state.
FIGURES = (
    "pages",
    "languages",
    "templates",
    "heaviest_bytes",
    "axe_pages",
    "axe_runs",
    "html_pages",
    "lighthouse_pages",
    "keyboard_pages",
    "reading_order_pages",
)
_LOOKS = PROJECT / "appliance" / "site"


@dataclass
class Results:
    """Figures by name, gathered while the tests run."""

    figures: dict[str, int] = field(default_factory=dict)

    def record(self, name: str, figure: int) -> None:
        """Note a figure; the test that measured it has found nothing wrong.

        Raises:
            KeyError: the name is not one of FIGURES.
        """
        if name not in FIGURES:
            raise KeyError(f"{name} is not in tests.access.results.FIGURES")
        self.figures[name] = figure

    def missing(self) -> list[str]:
        """The figures that no test gave: it was skipped, or not chosen."""
        return [name for name in FIGURES if name not in self.figures]

    def keep(self, file: Path = FILE) -> None:
        """Write them down with the day, the tools, and what was tested."""
        measured = {
            "tested_on": datetime.now(UTC).date().isoformat(),
            "looks": looks(),
            "tools": versions(),
            **{name: self.figures[name] for name in FIGURES},
        }
        file.write_text(json.dumps(measured, indent=2) + "\n", "utf-8")


def looks(folder: Path = _LOOKS) -> str:
    """Return a fingerprint of what pages look like: templates, stylesheet, pictures."""
    files = [*folder.glob("templates/*.html"), *folder.glob("pictures/*.svg"), folder / "style.css"]
    digest = sha256()
    for path in sorted(files):
        digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
