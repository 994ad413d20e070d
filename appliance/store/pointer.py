"""The pointer file: what is shown, what was shown before, and the floor of versions.

It is the one place that decides what a device shows, and it moves last: everything that it names is
on the disk before it is replaced by one rename.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from appliance.errors import StoreError

FORMAT = 1
# A folder's name has at most 255 bytes on ext4; ours have some ten.
LONGEST_SITE = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """A release as it was signed (`release_json`), and the folder of pages made from it.

    `languages` are the codes it was made in besides English; none stands for all.
    """

    release_json: str
    site: str
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pointer:
    """What is shown, what was shown before it, and the lowest version accepted of each role.

    `signed_at` is when the newest word accepted from the publisher was signed (ISO 8601, or empty):
    it cannot be earlier now. `refused` is the number of a release that staff went back from: only a
    newer one is shown again; 0 for none.
    """

    current: Shown
    previous: Shown | None
    floor: Mapping[str, int]
    signed_at: str = ""
    refused: int = 0

    def moved_to(self, shown: Shown) -> Pointer:
        """Return the pointer that shows `shown`; what has the same release is not kept twice."""
        is_same = shown.release_json == self.current.release_json
        return replace(self, current=shown, previous=self.previous if is_same else self.current)

    def moved_back_to(self, shown: Shown, refused: int) -> Pointer:
        """Return the pointer that shows an older release again; the floor stays where it is."""
        return replace(self, current=shown, previous=None, refused=refused)

    def accepting(self, floor: Mapping[str, int], signed_at: str) -> Pointer:
        """Return the same pointer with what the publisher's newest word says."""
        return replace(self, floor=floor, signed_at=max(self.signed_at, signed_at))

    def to_bytes(self) -> bytes:
        """Return the JSON of the pointer file."""
        fields = {
            "format": FORMAT,
            "current": _fields(self.current),
            "previous": None if self.previous is None else _fields(self.previous),
            "floor": dict(self.floor),
            "signed_at": self.signed_at,
            "refused": self.refused,
        }
        return json.dumps(fields, indent=1).encode()

    @staticmethod
    def from_bytes(data: bytes) -> Pointer:
        """Read the JSON of the pointer file.

        Raises:
            StoreError: it is damaged.
        """
        try:
            fields = json.loads(data)
            previous = fields["previous"]
            return Pointer(
                current=_shown(fields["current"]),
                previous=None if previous is None else _shown(previous),
                floor={str(role): int(version) for role, version in fields["floor"].items()},
                signed_at=str(fields.get("signed_at", "")),
                refused=int(fields.get("refused", 0)),
            )
        except (
            ValueError,
            OverflowError,
            KeyError,
            TypeError,
            AttributeError,
            RecursionError,
        ) as error:
            raise StoreError(f"the pointer file current.json is damaged: {error!r}") from error


def _fields(shown: Shown) -> dict[str, object]:
    return {
        "release": shown.release_json,
        "site": shown.site,
        "languages": sorted(shown.languages),
    }


def _shown(fields: Mapping[str, object]) -> Shown:
    site = str(fields["site"])
    is_name = 1 <= len(site) <= LONGEST_SITE and not {"/", "\0"} & set(site)
    if not is_name or site.startswith("."):
        raise ValueError(f"{site!r:.80} is not the name of a site folder")
    languages = fields.get("languages", [])
    if not isinstance(languages, list):
        raise TypeError(f"{languages!r:.80} is not a list of languages")
    release = str(fields["release"])
    # JSON can name half a character, which no file can hold.
    (release + site).encode()
    return Shown(release, site, frozenset(map(str, languages)))
