"""Everything that an editor should mend: the rules of the catalogue, and those for good words.

A device never loads this: what is found here beyond the catalogue's rules is a warning, and stops
no release.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from appliance.catalogue.check import check
from appliance.catalogue.load import read
from appliance.catalogue.model import Problem
from appliance.editing.codes import check_codes
from appliance.editing.easy_read import check_easy_read
from appliance.editing.readability import check_readability
from appliance.editing.spelling import Dictionary, check_spelling
from appliance.editing.style import check_style


def check_for_editors(
    tree: Mapping[str, bytes], today: date, dictionary: Dictionary | None
) -> list[Problem]:
    """Return every problem, sorted by file and line.

    Args:
        tree: path relative to the content folder, with `/`, to the file's bytes.
        today: the day by which reviews must not be due.
        dictionary: None leaves spelling out.
    """
    found = read(tree)
    problems = {*check(tree, today), *check_style(found), *check_codes(found)}
    problems.update(check_readability(found))
    problems.update(check_easy_read(found))
    if dictionary is not None:
        problems.update(check_spelling(found, tree, dictionary))
    return sorted(problems)
