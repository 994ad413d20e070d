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


class Download(StrEnum):
    """A way that every handout can be downloaded; its value ends the file's name."""

    A4 = "a4"
    A5 = "a5"
    LARGE = "large"

    @property
    def paper(self) -> Paper:
        """The paper that it is for."""
        return Paper.A5 if self is Download.A5 else Paper.A4

    @property
    def is_large(self) -> bool:
        """Whether it is in large print."""
        return self is Download.LARGE

    @property
    def words(self) -> str:
        """What people choose by; in English, as the handouts are."""
        return {"a4": "A4", "a5": "A5", "large": "large print, A4"}[self.value]


def downloads(*, is_translation: bool) -> tuple[Download, ...]:
    """Return the ways that a handout can be downloaded: large print is in English only."""
    return tuple(way for way in Download if not (is_translation and way.is_large))


class PosterPaper(StrEnum):
    """A size of paper that the posters are designed for."""

    A4 = "a4"
    A3 = "a3"

    @property
    def media(self) -> str:
        """The printers' own name for it (PWG 5101.1)."""
        return {"a4": "iso_a4_210x297mm", "a3": "iso_a3_297x420mm"}[self.value]
