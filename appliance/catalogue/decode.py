"""Turns the bytes of one file into text, and TOML into a table; hostile bytes give a problem."""

from __future__ import annotations

import re
import tomllib

from appliance.catalogue.lines import find_lines
from appliance.catalogue.model import Problem
from appliance.catalogue.schema import CONTROL, Table

# The same as files.read_tree allows: a list ten times as long as ours has 300,000 bytes.
MAX_FILE_BYTES = 2_000_000
# A guide that prints on forty pages is read by nobody, and long ones take the device long.
MAX_GUIDE_BYTES = 100_000
# tomllib needs time by the square of a line's dots, 6 seconds for 40,000 characters, and raises a
# bare ValueError for a number of more than 4,300 digits.
MAX_LINE_CHARS = 4_000

_MEND = "Compare it with content/README.md."


class UnreadableError(Exception):
    """The file holds no text or no TOML. Never leaves this package: it becomes a fault."""

    def __init__(self, path: str, line: int, message: str, mend: str = _MEND) -> None:
        super().__init__(message)
        self.problem = Problem(path, line, "error", message, mend)


def decode(path: str, data: bytes, max_bytes: int = MAX_FILE_BYTES) -> str:
    """Return a file's text, every line ended by one newline character.

    Raises:
        UnreadableError: too long, not UTF-8, or not text.
    """
    if len(data) > max_bytes:
        message = f"The file has {len(data)} bytes; {max_bytes} are allowed."
        raise UnreadableError(path, 0, message, "Shorten it.")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        mend = "Save the file as UTF-8."
        raise UnreadableError(path, line, "The text is not UTF-8.", mend) from error
    for number, words in enumerate(text.split("\n"), start=1):
        _check_line(path, number, words)
    return text


def _check_line(path: str, number: int, words: str) -> None:
    if len(words) > MAX_LINE_CHARS:
        message = f"The line is longer than {MAX_LINE_CHARS} characters."
        raise UnreadableError(path, number, message, "Break it into several lines.")
    if CONTROL.search(words.replace("\t", "")):
        message = "There is a control character in the line."
        raise UnreadableError(path, number, message, "Type the line again by hand.")


def parse_toml(path: str, text: str, first_line: int = 1) -> Table:
    """Return a TOML text as one table.

    Args:
        path: of the file, for problems.
        text: TOML.
        first_line: the line of the file on which the text starts.

    Raises:
        UnreadableError: not TOML, or nested too deep.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _line_in(str(error), text, first_line)
        raise UnreadableError(path, line, f"This is not TOML: {_reason(error)}.") from error
    except RecursionError as error:
        message = "Lists or tables stand inside each other too deep."
        raise UnreadableError(path, 0, message) from error
    return Table(path, raw, find_lines(text, first_line))


def _reason(error: tomllib.TOMLDecodeError) -> str:
    return str(error).split(" (at ")[0][:100]


def _line_in(message: str, text: str, first_line: int) -> int:
    """Take the line from tomllib's message, which ends in "(at line 3, column 1)"."""
    found = re.search(r"\(at line ([0-9]+), column [0-9]+\)$", message)
    if found:
        return first_line + int(found.group(1)) - 1
    return first_line + text.rstrip("\n").count("\n") if "end of document" in message else 0
