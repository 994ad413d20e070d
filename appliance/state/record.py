"""A small dataclass as a JSON file in memory: written whole by one program, read by others.

Readers are tolerant: a field that is missing, unknown or of another type has its default.
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from appliance.errors import StateError
from appliance.files import FileLimitError, read_file, replace_file

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Record = TypeVar("Record", bound="DataclassInstance")
MAX_BYTES = 10_000


def read_record(path: Path, kind: type[Record]) -> Record | None:
    """Return what the file says, without odd fields; None if it is missing or damaged."""
    try:
        content = json.loads(read_file(path, MAX_BYTES))
    except (OSError, ValueError, RecursionError, FileLimitError):
        return None
    return kind(**_fitting(content, kind)) if isinstance(content, dict) else None


def _fitting(content: dict[str, Any], kind: type[Record]) -> dict[str, Any]:
    """Take the fields that have the type of their default; a list of texts becomes a tuple."""
    found = {}
    for each in fields(kind):
        value = content.get(each.name)
        if isinstance(value, list) and all(isinstance(text, str) for text in value):
            value = tuple(value)
        if type(value) is type(each.default):
            found[each.name] = value
    return found


def write_record(path: Path, record: DataclassInstance) -> None:
    """Replace the file in one step. Other users may read it.

    Raises:
        StateError: no space or no right to write.
    """
    try:
        replace_file(path, json.dumps(asdict(record)).encode() + b"\n", 0o644)
    except OSError as error:
        raise StateError(f"{path} cannot be written: {error.strerror}") from error
