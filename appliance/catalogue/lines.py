"""Where things stand in a file: tomllib gives values without lines, and editors need lines.

A key is the way to a value: `("sites", 2, "url")` is the address in the third `[[sites]]` block,
`("handouts", 0, "sections", 1, "items", 3)` the fourth item of a list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

Key = tuple[str | int, ...]

FENCE = "+++"

_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*"
    r"|[\[\]{},=.\n]"
    r"""|[^\s\[\]{},=.#"']+""",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Lines:
    """The line of each key of one TOML text, counted from 1."""

    by_key: Mapping[Key, int]

    def of(self, key: Key) -> int:
        """Return a key's line; for a key that is not written, the line of what it belongs in."""
        while key and key not in self.by_key:
            key = key[:-1]
        return self.by_key.get(key, 0)


@dataclass(frozen=True, slots=True)
class Parts:
    """A guide's file: the TOML between its fences, which starts on line 2, and its Markdown."""

    front: str
    body: str
    body_line: int


def split_guide(text: str) -> Parts | None:
    """Part a guide's front matter from its text; None if the two `+++` lines are not there."""
    lines = text.split("\n")
    fences = [number for number, line in enumerate(lines) if line.rstrip() == FENCE]
    if len(fences) < 2 or fences[0] != 0:
        return None
    end = fences[1]
    return Parts("\n".join(lines[1:end]), "\n".join(lines[end + 1 :]), end + 2)


def find_lines(text: str, first_line: int = 1) -> Lines:
    """Find the line of every key.

    Args:
        text: TOML that tomllib has read without an error.
        first_line: the line of the file on which the text starts.
    """
    finder = _Finder(first_line)
    line, end = first_line, 0
    for match in _TOKEN.finditer(text + "\n"):
        line += text.count("\n", end, match.start())
        finder.take(match.group(), line)
        line += match.group().count("\n")
        end = match.end()
    return Lines(finder.by_key)


@dataclass(slots=True)
class _Open:
    """A list (`index` is the place of its next value) or an inline table (no index)."""

    key: Key
    index: int | None

    def inner(self) -> Key:
        return self.key if self.index is None else (*self.key, self.index)


class _Finder:
    """Follows the words of a TOML text. It trusts that the text is well formed."""

    def __init__(self, first_line: int) -> None:
        self.by_key: dict[Key, int] = {(): first_line}
        self._blocks: dict[Key, int] = {}
        self._table: Key = ()
        self._open: list[_Open] = []
        self._parts: list[str] = []
        self._brackets = 0
        self._in_value = False
        self._value: Key = ()

    def take(self, word: str, line: int) -> None:
        """Take the next word, which stands on `line`."""
        if word.startswith("#"):
            return
        if word == "\n":
            self._end_line(line)
        elif self._in_value:
            self._take_in_value(word, line)
        else:
            self._take_in_key(word, line)

    def _end_line(self, line: int) -> None:
        if self._open:
            return
        if self._brackets:
            self._open_table(line)
        self._in_value, self._brackets, self._parts = False, 0, []

    def _open_table(self, line: int) -> None:
        """Enter `[a.b]` or, with two brackets, the next `[[a.b]]` block."""
        key: Key = ()
        for part in self._parts[:-1]:
            key = (*key, part)
            if key in self._blocks:
                key = (*key, self._blocks[key])
        key = (*key, *self._parts[-1:])
        if self._brackets > 1:
            self.by_key.setdefault(key, line)
            self._blocks[key] = self._blocks.get(key, -1) + 1
            key = (*key, self._blocks[key])
        self._table = key
        self.by_key.setdefault(key, line)

    def _take_in_key(self, word: str, line: int) -> None:
        if word == "[":
            self._brackets += 1
        elif word == "=":
            base = self._open[-1].key if self._open else self._table
            self._value = (*base, *self._parts)
            self.by_key.setdefault(self._value, line)
            self._in_value, self._parts = True, []
        elif word == "}":
            self._close()
        elif word not in {".", "]", ","}:
            self._parts.append(word.strip("\"'"))

    def _take_in_value(self, word: str, line: int) -> None:
        if word in {"]", "}"}:
            self._close()
        elif word == ",":
            self._next_value()
        else:
            key = self._open[-1].inner() if self._open else self._value
            self.by_key.setdefault(key, line)
            self._enter(word, key)

    def _enter(self, word: str, key: Key) -> None:
        if word == "[":
            self._open.append(_Open(key, 0))
        elif word == "{":
            self._open.append(_Open(key, None))
            self._in_value = False

    def _next_value(self) -> None:
        if self._open and self._open[-1].index is not None:
            self._open[-1].index += 1
        else:
            self._in_value = False

    def _close(self) -> None:
        if self._open:
            self._open.pop()
        self._in_value = True
