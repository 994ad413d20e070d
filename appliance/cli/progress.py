"""Progress: a bar on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
import time

import click

BAR_WIDTH = 30
# A first sync over a slow line takes hours: its log is to be read, and kept in memory.
LINE_EVERY_S = 30.0
MB = 1_000_000


class Progress:
    """Shows how far each stage is, on standard error; called as `progress(stage, done, total)`."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._stage = ""
        self._told_at = 0.0
        self._size = ""

    def tell_bytes(self, done: int, total: int) -> None:
        """Take how many bytes of how many were fetched; shown with the stage that is next told."""
        self._size = f", {done / MB:.1f} of {total / MB:.1f} MB"

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show a stage's state; a stage begins with its first call and ends with done == total."""
        if self._is_terminal:
            self._draw(stage, done, total)
        elif self._is_worth_a_line(stage, done, total):
            click.echo(f"{stage}: {done} of {total}{self._taken_size()}", err=True)

    def _draw(self, stage: str, done: int, total: int) -> None:
        filled = BAR_WIDTH if total == 0 else BAR_WIDTH * done // total
        bar = "#" * filled + "-" * (BAR_WIDTH - filled)
        click.echo(
            f"\r{stage:<16} [{bar}] {done}/{total}{self._taken_size()}", err=True, nl=done == total
        )

    def _taken_size(self) -> str:
        """Return the size once: stages that fetch nothing show none."""
        size, self._size = self._size, ""
        return size

    def _is_worth_a_line(self, stage: str, done: int, total: int) -> bool:
        """Whether it is a stage's start or end, or the last line was long ago."""
        now = time.monotonic()
        is_worth = stage != self._stage or done == total or now - self._told_at >= LINE_EVERY_S
        if is_worth:
            self._stage, self._told_at = stage, now
        return is_worth
