"""What was really tested of the pages' accessibility, and when: for the accessibility statement.

`make access-statement` writes the file after a run of tests/access that found nothing; nobody edits
it by hand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

FILE = Path(__file__).with_name("accessibility.json")


@dataclass(frozen=True, slots=True)
class Tested:
    """One run of the tests on every page.

    Args:
        on: the day.
        pages: how many were opened, in all languages together.
        tools: versions by name.
        looks: a fingerprint of the templates, stylesheet and pictures that were tested.
    """

    on: date
    pages: int
    tools: Mapping[str, str]
    looks: str


def last_test(file: Path = FILE) -> Tested:
    """Return what the statement says of the tests.

    Raises:
        OSError: the file, which ships with this code, is missing.
        ValueError: it is damaged.
    """
    try:
        told = json.loads(file.read_text("utf-8"))
        on = date.fromisoformat(told["tested_on"])
        return Tested(on, told["pages"], told["tools"], told["looks"])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{file} is damaged: {error}. Run `make access-statement`") from error
