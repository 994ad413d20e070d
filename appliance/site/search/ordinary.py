"""Ordinary words of a language, from the spelling dictionaries that Debian packages for hunspell.

Search asks them twice: a word that is spelt rightly is never "corrected" into another, and of the
words that nobody found only ordinary ones may be counted. A name must not get into a count, so
every word is left out that the dictionary also has with a capital: Rose, Grace, Mark.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from appliance.errors import ApplianceError
from appliance.files import read_file

DICTIONARIES = Path("/usr/share/hunspell")
MAX_DICTIONARY_BYTES = 10_000_000
MIN_LENGTH = 4
# A British box: where a language has several dictionaries, this is the one.
_PREFERRED = {"en": "en_GB"}
_ENCODING = re.compile(r"^SET\s+(\S+)", re.MULTILINE)

# Given a language's code, its ordinary words.
Ordinary = Callable[[str], tuple[str, ...]]


@lru_cache(maxsize=4)
def ordinary_words(language: str, folder: Path = DICTIONARIES) -> tuple[str, ...]:
    """Return the base forms in a language's dictionary; none where there is no dictionary."""
    code = language.partition("-")[0]
    names = sorted(folder.glob(f"{code}_*.dic")) + sorted(folder.glob(f"{code}.dic"))
    wanted = _PREFERRED.get(code)
    best = [path for path in names if path.stem == wanted] or names
    return _read(best[0].resolve()) if best else ()


def _read(path: Path) -> tuple[str, ...]:
    """Read one dictionary: a word a line, with `/` before its flags."""
    try:
        rules = read_file(path.with_suffix(".aff"), MAX_DICTIONARY_BYTES).decode("latin-1")
        named = _ENCODING.search(rules)
        encoding = named[1] if named else "latin-1"
        text = read_file(path, MAX_DICTIONARY_BYTES).decode(encoding, "replace")
    except (OSError, ApplianceError, LookupError):
        return ()  # a dictionary that cannot be read is as good as none
    every = {line.partition("/")[0].strip() for line in text.splitlines()[1:]}
    small = {word for word in every if word.islower()}
    names = {word.lower() for word in every - small}
    return tuple(sorted(w for w in small - names if len(w) >= MIN_LENGTH and w.isalpha()))
