"""Hides what is no prose, letter for letter, so that places in a text stay where they are."""

from __future__ import annotations

import re

_ADDRESS = re.compile(
    r"https?://[^\s<>\"']+"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|\b(?:[a-z0-9-]+\.)+[a-z]{2,}\b(?:/[^\s<>\"']*)?"
    r"|(?<!\w)\.[a-z]{2,}(?:\.[a-z]{2,})+\b",
)
_QUOTED = re.compile(r"\"[^\"\n]{1,80}\"|“[^”\n]{1,80}”")


def without_addresses(text: str) -> str:
    """Return the text with spaces for web and email addresses."""
    return _ADDRESS.sub(_spaces, text)


def without_quotes(text: str) -> str:
    """Return the text with spaces for what others say, such as the words on a button."""
    return _QUOTED.sub(_spaces, text)


def _spaces(match: re.Match[str]) -> str:
    return " " * len(match.group())
