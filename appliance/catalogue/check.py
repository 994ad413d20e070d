"""Finds everything in a content tree that an editor should mend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from appliance.catalogue.check_evidence import check_evidence
from appliance.catalogue.check_numbers import check_numbers
from appliance.catalogue.check_records import check_records
from appliance.catalogue.check_text import check_guide
from appliance.catalogue.check_words import check_words
from appliance.catalogue.links import Targets
from appliance.catalogue.load import Reading, read
from appliance.catalogue.model import Problem


def check(tree: Mapping[str, bytes], today: date) -> list[Problem]:
    """Return every problem, sorted by file and line.

    Errors should stop a release. Those that `load` refuses are among them; the others, such as a
    review date that has passed, a device can live with.

    Args:
        tree: path relative to the content folder, with `/`, to the file's bytes.
        today: the day by which reviews must not be due.
    """
    found = read(tree)
    return sorted(
        {*found.faults, *found.remarks, *_missing(tree), *_of_what_was_read(found, today)}
    )


def _missing(tree: Mapping[str, bytes]) -> Iterator[Problem]:
    """A folder without languages is most likely not a content folder: never call it good."""
    if "languages.toml" not in tree:
        message = "There is no languages.toml."
        mend = "Check that this is the content folder, or add the file."
        yield Problem("languages.toml", 0, "error", message, mend)


def _of_what_was_read(found: Reading, today: date) -> Iterator[Problem]:
    yield from check_records(found, today)
    yield from check_words(found)
    yield from check_evidence(found)
    yield from check_numbers(found)
    targets = Targets(found.names)
    for guide in found.catalogue.guides.values():
        yield from check_guide(guide, targets)
