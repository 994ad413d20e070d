"""Bytes that no honest side sends: real examples with something wrong in them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

# What parsers stumble over: ends, escapes, numbers without bounds, depth, half characters.
PIECES = (
    b"", b"\0", b"\n", b"\r\n", b"\r\n\r\n", b"\t", b" ", b"\x7f", b"\xff\xfe", b"\xed\xa0\x80",
    "\u2028\u202e\u0663".encode(), b'"', b"'", b"\\", b'"\\ud800"', b"null", b"true", b"Infinity",
    b"-Infinity", b"NaN", b"-1", b"0", b"1e999", b"9" * 5_000, b"0000-00-00", b"[]", b"{}",
    b"[[1]]", b"[" * 2_000, b'{"a":' * 2_000, b"../", b"/", b"%00", b"%", b"%(x)s", b"%s", b"+++\n",
    b"a" * 5_000, b"\xc3", b":", b"=", b";", b",", b".", b"-", b"#",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 10**30, 10**400, 1.5, float("inf"), float("nan"), "", "\ud800",
    "\0", "a/b", "..", "0", "-1", "\u0663", "9" * 5_000, [], {}, [[]], [{}], [None], [1, "a"],
    {"a": 1}, {"": None}, "2026-11-22T09:00:00Z", "9999-99-99T99:99:99Z", "\u202e",
)  # fmt: skip


def near(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Make bytes that are any at all, or one of `seeds` with one to four changes."""
    edit = st.tuples(
        st.floats(0, 1), st.integers(0, 8), st.sampled_from(PIECES) | st.binary(max_size=6)
    )
    edited = st.builds(_edited, st.sampled_from(seeds), st.lists(edit, min_size=1, max_size=4))
    kinds = [st.binary(max_size=300), edited]
    tables = [seed for seed in seeds if isinstance(_json(seed)[1], dict | list)]
    if tables:
        place = st.integers(0, 400)
        kinds.append(
            st.builds(_with_value, st.sampled_from(tables), place, st.sampled_from(VALUES))
        )
    return st.one_of(*kinds)


def _edited(seed: bytes, edits: Sequence[tuple[float, int, bytes]]) -> bytes:
    for where, dropped, put in edits:
        start = int(where * len(seed))
        seed = seed[:start] + put + seed[start + dropped :]
    return seed


def _json(seed: bytes) -> tuple[bytes, Any]:
    """Return the byte before a JSON text, if there is one, and what the text says."""
    head = b"" if seed[:1] in {b"{", b"["} else seed[:1]
    try:
        return head, json.loads(seed[len(head) :])
    except ValueError:
        return head, None


def _with_value(seed: bytes, place: int, value: object) -> bytes:
    """Put another value in the place of one, anywhere in a JSON text."""
    head, table = _json(seed)
    holders = list(_places(table))
    if holders:
        holder, key = holders[place % len(holders)]
        holder[key] = value
    return head + json.dumps(table).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        yield value, key
        yield from _places(inner)
