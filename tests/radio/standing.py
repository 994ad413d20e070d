"""What is built when entered and taken down after, also when it could be built only half."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Self


class Standing:
    """Says how it is built by `_build`, which also says how each piece is taken down again."""

    def __init__(self) -> None:
        self._ends = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as ends:
            self._build(ends)
            self._ends = ends.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def _build(self, ends: ExitStack) -> None:
        raise NotImplementedError
