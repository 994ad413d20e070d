"""Writes appliance/site/accessibility.json from what the last run of tests/access measured."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from appliance.files import replace_file
from appliance.site.tested import FILE
from tests.access.results import FILE as RESULTS
from tests.access.results import looks


def write(results: Path = RESULTS, statement: Path = FILE) -> None:
    """Take over the results of a run that found nothing.

    Raises:
        ValueError: there was no such run, or the pages look different since.
    """
    if not results.is_file():
        raise ValueError(f"{results} is missing: run all of tests/access, with nothing skipped")
    told = results.read_bytes()
    if json.loads(told)["looks"] != looks():
        raise ValueError("templates or stylesheet have changed since the tests ran; run them again")
    replace_file(statement, told)


def main() -> int:
    """Say what was done. Returns 1 if there was nothing to take over."""
    try:
        write()
    except ValueError as error:
        sys.stderr.write(f"The accessibility statement was not written: {error}.\n")
        return 1
    sys.stdout.write(f"Wrote {FILE}; commit it.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
