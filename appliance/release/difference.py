"""What a person reads before signing: what a release changes, in numbers, names and words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from appliance.catalogue.load import read
from appliance.errors import printable

# Shelf of the catalogue -> what one of its records is called, and several.
SHELVES = {
    "guides": ("guide", "guides"),
    "sites": ("site", "sites"),
    "helplines": ("helpline", "helplines"),
    "handouts": ("handout", "handouts"),
    "translated_handouts": ("translated handout", "translated handouts"),
    "sources": ("source", "sources"),
    "topics": ("topic", "topics"),
    "tasks": ("task", "tasks"),
    "languages": ("language", "languages"),
    "screens": ("practice screen", "practice screens"),
}
FILES = ("file", "files")
ADDED, CHANGED, REMOVED = "added", "changed", "removed"
_WORDS = re.compile(r"\s+|\S+")
# Lines longer than this are compared as a whole: words against words costs the square.
MAX_WORDS_COMPARED = 4000


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One record or file: what kind of thing, what happened to it, and its name."""

    kind: tuple[str, str]
    what: str
    name: str


def compare(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> list[Change]:
    """Return every difference between two content trees.

    Records first, in the order of SHELVES, then every file that differs, so that nothing that a
    catalogue passes over goes unseen.
    """
    records = [
        Change(SHELVES[shelf], what, name)
        for shelf in SHELVES
        for what, name in _changes(_records(old, shelf), _records(new, shelf))
    ]
    return records + [Change(FILES, what, name) for what, name in _changes(old, new)]


def _records(tree: Mapping[str, bytes], shelf: str) -> Mapping[str, object]:
    return {name: record for name, record, _ in read(tree).records(shelf)}


def _changes(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            yield ADDED, name
        elif name not in new:
            yield REMOVED, name
        elif old[name] != new[name]:
            yield CHANGED, name


def in_numbers(changes: Sequence[Change]) -> str:
    """Return `2 guides changed, 1 site added`; files are counted only if nothing else differs."""
    records = [change for change in changes if change.kind != FILES]
    counts = Counter((change.kind, change.what) for change in records or changes)
    parts = [f"{n} {kind[0] if n == 1 else kind[1]} {what}" for (kind, what), n in counts.items()]
    return ", ".join(parts) or "nothing changes"


def in_names(changes: Sequence[Change]) -> list[str]:
    """Return one line for each change, such as `guide changed: en/get-nhs-app`."""
    return [printable(f"{change.kind[0]} {change.what}: {change.name}") for change in changes]


def in_words(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the lines that differ, with words taken away as [-this-] and put in as {+this+}."""
    for what, path in _changes(old, new):
        yield f"--- {path} ({what})"
        texts = [_text(tree.get(path, b"")) for tree in (old, new)]
        if None in texts:
            yield "    not a text: its bytes differ"
            continue
        before, after = (text.splitlines() for text in texts if text is not None)
        yield from (printable(line) for line in _line_by_line(before, after))


def _text(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def _line_by_line(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for number, line in enumerate(_word_by_word("\n".join(old[a:b]), "\n".join(new[c:d]))):
            yield f"{c + 1 if number == 0 else '':>5}  {line}"


def _word_by_word(old: str, new: str) -> list[str]:
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if len(before) + len(after) > MAX_WORDS_COMPARED:
        return _marked(old, new).splitlines()
    pieces = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = "".join(before[a:b]), "".join(after[c:d])
        pieces.append(come if tag == "equal" else _marked(gone, come))
    return "".join(pieces).splitlines()


def _marked(gone: str, come: str) -> str:
    return (f"[-{gone}-]" if gone else "") + (f"{{+{come}+}}" if come else "")
