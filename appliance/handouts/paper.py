"""The sizes of paper; apart from the layout, so that naming one does not load typst."""

from __future__ import annotations

from enum import StrEnum


class Paper(StrEnum):
    """A size of paper that the sheets are designed for."""

    A4 = "a4"
    A5 = "a5"

    @property
    def media(self) -> str:
        """The printers' own name for it (PWG 5101.1)."""
        return {"a4": "iso_a4_210x297mm", "a5": "iso_a5_148x210mm"}[self.value]


class PosterPaper(StrEnum):
    """A size of paper that the posters are designed for."""

    A4 = "a4"
    A3 = "a3"
