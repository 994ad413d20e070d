"""Channels: a council signs guides, sites, links and handouts of its own beside the national ones.

What a council names begins with its channel's name: `council-leeds-dentists`. So neither it nor the
national content can ever take the other's place, on a page, in an address or on paper. Publishers
refuse anything else at staging, and devices refuse it again, by the same functions.
Why so: docs/decisions/0061-publishing-by-several-people.md, 0066-councils-on-a-box.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from appliance.catalogue.check import check
from appliance.catalogue.load import LISTS as ALL_LISTS
from appliance.catalogue.load import Reading, read
from appliance.catalogue.model import Problem
from appliance.errors import ContentError, ReleaseError
from appliance.release.keys import CORE
from appliance.release.layout import TOP_ROLES

# A council's own records; topics, helplines, languages and wording are the nation's.
LISTS = ("sites.toml", "links.toml", "handouts.toml", "sources.toml")
# A council has some tens of guides; without a limit it could fill a box's card, and then the nation
# could publish no more. Bytes are those of the files, unpacked.
MOST_FILES, MOST_BYTES = 2_000, 20_000_000
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")
_GUIDE = re.compile(r"guides/[A-Za-z_-]+/([^/]+)\.md")


def refuse_name(channel: str, others: Iterable[str], national: Mapping[str, bytes]) -> None:
    """Refuse a new channel's name that could be taken for another's.

    Args:
        channel: the name, at least two words joined by hyphens.
        others: the channels that are there.
        national: the national content.
    Raises:
        ReleaseError: it clashes.
    """
    if not _NAME.fullmatch(channel) or len(channel) > 40 or channel in {CORE, *TOP_ROLES}:
        raise ReleaseError(
            f"{channel!r:.60} cannot be a channel's name: use two words or more in small letters,"
            " joined by hyphens, such as council-leeds"
        )
    for other in others:
        if f"{channel}-".startswith(f"{other}-") or f"{other}-".startswith(f"{channel}-"):
            raise ReleaseError(f"the channel {channel} would clash with the channel {other}")
    refuse_borrowed(national, [channel])


def refuse_borrowed(national: Mapping[str, bytes], channels: Iterable[str]) -> None:
    """Refuse national content that names something as only a council may.

    Raises:
        ReleaseError: it does.
    """
    named = _names_of_lists(national)
    for channel in channels:
        for shelf, name in named:
            if f"{name}-".startswith(f"{channel}-"):
                raise ReleaseError(
                    f"{name} (in {shelf}) is named as only the channel {channel} may: the national"
                    " content and a channel would clash"
                )


def refuse_foreign(channel: str, sizes: Mapping[str, int]) -> None:
    """Refuse files that a channel may not have, or too many of them.

    Args:
        channel: its name.
        sizes: path -> bytes, of every file.
    Raises:
        ReleaseError: names the first such file.
    """
    for path in sizes:
        guide = _GUIDE.fullmatch(path)
        if path not in LISTS and not (guide and guide[1].startswith(f"{channel}-")):
            raise ReleaseError(
                f"{path} cannot be in the channel {channel}: it may have {', '.join(LISTS)} and"
                f" guides whose names begin with {channel}-"
            )
    if len(sizes) > MOST_FILES or sum(sizes.values()) > MOST_BYTES:
        raise ReleaseError(
            f"the channel {channel} has {len(sizes)} files of {sum(sizes.values())} bytes: a"
            f" council may have {MOST_FILES} of {MOST_BYTES} bytes in all"
        )


def merged(
    national: Mapping[str, bytes], channel: str, tree: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Return the content that a device shows which reads both.

    Raises:
        ReleaseError: a file or name is not the channel's own.
    """
    refuse_foreign(channel, {path: len(content) for path, content in tree.items()})
    found = read(tree)
    if found.names.unreadable:
        # Joined with the national file it might be readable, and swallow national records.
        raise ReleaseError(f"{channel} has a list that cannot be read: {min(found.faults)}")
    for shelf, name in _names(found):
        if not name.startswith(f"{channel}-"):
            raise ReleaseError(f"{name} (in {shelf}) must begin with {channel}-")
    both = {**national, **tree}
    # The council's records stand first, so that problems name the lines of its own files.
    joined = {path: tree[path] + b"\n" + national.get(path, b"") for path in LISTS if path in tree}
    return {**both, **joined}


def refuse_faulty(
    national: Mapping[str, bytes], channel: str, tree: Mapping[str, bytes], today: date
) -> None:
    """Refuse a council's content with errors, seen beside the national content that it names.

    Raises:
        ContentError: names the first error.
        ReleaseError: a file or name is not the channel's own.
    """
    known = {(problem.path, problem.message) for problem in _errors(national, today)}
    errors = [
        problem
        for problem in _errors(merged(national, channel, tree), today)
        if (problem.path, problem.message) not in known
    ]
    if errors:
        raise ContentError(f"{channel} has {len(errors)} errors; the first is: {errors[0]}")


def _errors(tree: Mapping[str, bytes], today: date) -> list[Problem]:
    return [problem for problem in check(tree, today) if problem.severity == "error"]


def _names_of_lists(tree: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """Return shelf and name of every record, without reading guides: there are thousands."""
    guides = (_GUIDE.fullmatch(path) for path in tree)
    lists = {path: content for path, content in tree.items() if path in ALL_LISTS}
    named = {("guides", match[1]) for match in guides if match}
    return sorted(named | set(_names(read(lists))))


def _names(found: Reading) -> list[tuple[str, str]]:
    """Return shelf and name of every record; a guide's without its language."""
    return [
        (shelf, name.rpartition("/")[2] if shelf == "guides" else name)
        for shelf, names in sorted(found.names.by_shelf.items())
        for name in sorted(names)
    ]
