"""Reads what a printer answers (RFC 8010), from a device that nobody vouches for.

pyipp has a parser too, but a negative length makes it loop for ever; here each step moves on.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from appliance.errors import PrinterError

Value = int | bool | str | tuple[int, ...]
Attributes = dict[str, list[Value]]

JOB, END, PRINTER = 0x02, 0x03, 0x04
FIRST_VALUE_TAG = 0x10
INTEGER, BOOLEAN, ENUM, RANGE = 0x21, 0x22, 0x23, 0x33
FIRST_TEXT_TAG = 0x40
BEGIN_COLLECTION, END_COLLECTION, MEMBER_NAME = 0x34, 0x37, 0x4A


@dataclass(frozen=True, slots=True)
class Answer:
    """A status (below 0x100: done as asked) with what is said of the printer and of the job."""

    status: int
    printer: Attributes = field(default_factory=dict)
    job: Attributes = field(default_factory=dict)


def read_answer(data: bytes) -> Answer:
    """Return what an answer says; values of kinds that we never ask for are passed over.

    Raises:
        PrinterError: these bytes are no whole answer.
    """
    groups: dict[int, Attributes] = {}
    try:
        (status,) = struct.unpack_from(">H", data, 2)
        for group, name, value in _values(data):
            groups.setdefault(group, {}).setdefault(name, []).append(value)
    except (struct.error, IndexError) as error:
        raise PrinterError("The printer gave an answer that makes no sense.") from error
    return Answer(status, groups.get(PRINTER, {}), groups.get(JOB, {}))


def _values(data: bytes) -> Iterator[tuple[int, str, Value]]:
    """Walk through the attributes: each value with its group and name, which lists give once."""
    offset, group, name, depth = 8, 0, "", 0
    while (tag := data[offset]) != END:
        offset += 1
        if tag < FIRST_VALUE_TAG:
            group = tag
            continue
        raw_name, offset = _counted(data, offset)
        raw_value, offset = _counted(data, offset)
        name = raw_name.decode("utf-8", "replace") or name
        depth += {BEGIN_COLLECTION: 1, END_COLLECTION: -1}.get(tag, 0)
        if depth <= 0 and (value := _value(tag, raw_value)) is not None:
            yield group, name, value


def _counted(data: bytes, offset: int) -> tuple[bytes, int]:
    """Return a piece that its length precedes, and where the next one starts."""
    (length,) = struct.unpack_from(">H", data, offset)
    return data[offset + 2 : offset + 2 + length], offset + 2 + length


def _value(tag: int, raw: bytes) -> Value | None:
    if tag in (INTEGER, ENUM):
        return int(struct.unpack(">i", raw)[0])
    if tag == BOOLEAN:
        return raw != b"\0"
    if tag == RANGE:
        return struct.unpack(">ii", raw)
    if tag >= FIRST_TEXT_TAG and tag != MEMBER_NAME:
        return raw.decode("utf-8", "replace")
    return None
