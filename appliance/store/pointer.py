"""The pointer file: what is shown, what was shown before, and the floor of versions.

It is the one place that decides what a device shows, and it moves last: everything that it names is
on the disk before it is replaced by one rename.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace

from appliance.errors import StoreError

FORMAT = 1
# A folder's name has at most 255 bytes on ext4; ours have some ten.
LONGEST_SITE = 200


@dataclass(frozen=True, slots=True)
class Council:
    """A council's release as it was signed, and its name as people know it, such as Leeds City."""

    release_json: str
    name: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A release as it was signed (`release_json`), and the folder of pages made from it.

    `languages` are the codes it was made in besides English; none stands for all. `councils` are
    the releases of other channels in the same pages, by channel.
    """

    release_json: str
    site: str
    languages: frozenset[str] = frozenset()
    councils: Mapping[str, Council] = field(default_factory=dict)

    def of(self, channels: Collection[str]) -> Shown:
        """Return the same with the councils of these channels only."""
        kept = {channel: one for channel, one in self.councils.items() if channel in channels}
        return replace(self, councils=kept)

    def has_releases_of(self, other: Shown) -> bool:
        """Whether both show the same, in whatever languages and under whatever names."""
        return self._releases() == other._releases()

    def _releases(self) -> dict[str, str]:
        return {channel: one.release_json for channel, one in self.councils.items()} | {
            "": self.release_json
        }


@dataclass(frozen=True, slots=True)
class Attempt:
    """What could not be shown though it was signed: `what` tells it from any other attempt.

    `faults` say what was wrong, by the channel at fault.
    """

    what: str
    faults: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pointer:
    """What is shown, what was shown before it, and the lowest version accepted of each role.

    `signed_at` is when the newest word accepted from the publisher was signed (ISO 8601, or empty):
    it cannot be earlier now. `refused` is the number of a release that staff went back from: only a
    newer one is shown again; 0 for none. `refused_of` has the same for councils, by channel.
    """

    current: Shown
    previous: Shown | None
    floor: Mapping[str, int]
    signed_at: str = ""
    refused: int = 0
    refused_of: Mapping[str, int] = field(default_factory=dict)
    attempt: Attempt | None = None

    def moved_to(self, shown: Shown, channels: Collection[str] = ()) -> Pointer:
        """Return the pointer that shows `shown`; what has the same releases is not kept twice.

        Args:
            shown: what is shown from now on.
            channels: the councils' that are wanted; of all others nothing is kept.
        """
        before = self.current.of(channels)
        if shown.has_releases_of(before):
            previous = None if self.previous is None else self.previous.of(channels)
        else:
            previous = before
        if previous is not None and previous.has_releases_of(shown):
            previous = None
        return replace(self, current=shown, previous=previous, attempt=None)

    def moved_back_to(self, shown: Shown, refused: int, of: Mapping[str, int]) -> Pointer:
        """Return the pointer that shows older releases again; the floor stays where it is."""
        return replace(
            self, current=shown, previous=None, refused=refused, refused_of=of, attempt=None
        )

    def accepting(self, floor: Mapping[str, int], signed_at: str) -> Pointer:
        """Return the same pointer with what the publisher's newest word says.

        What it says nothing of keeps its floor: a council may be wanted again.
        """
        higher = {**self.floor, **floor}
        return replace(self, floor=higher, signed_at=max(self.signed_at, signed_at))

    def to_bytes(self) -> bytes:
        """Return the JSON of the pointer file."""
        fields = {
            "format": FORMAT,
            "current": _fields(self.current),
            "previous": None if self.previous is None else _fields(self.previous),
            "floor": dict(self.floor),
            "signed_at": self.signed_at,
            "refused": self.refused,
            "refused_of": dict(self.refused_of),
            "attempt": None if self.attempt is None else asdict(self.attempt),
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
                floor=_numbers(fields["floor"]),
                signed_at=str(fields.get("signed_at", "")),
                refused=int(fields.get("refused", 0)),
                refused_of=_numbers(fields.get("refused_of", {})),
                attempt=_attempt(fields.get("attempt")),
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
        "councils": {channel: asdict(one) for channel, one in shown.councils.items()},
    }


def _shown(fields: Mapping[str, object]) -> Shown:
    site = str(fields["site"])
    is_name = 1 <= len(site) <= LONGEST_SITE and not {"/", "\0"} & set(site)
    if not is_name or site.startswith("."):
        raise ValueError(f"{site!r:.80} is not the name of a site folder")
    languages = fields.get("languages", [])
    if not isinstance(languages, list):
        raise TypeError(f"{languages!r:.80} is not a list of languages")
    release = _text(fields["release"])
    councils = fields.get("councils", {})
    if not isinstance(councils, dict):
        raise TypeError(f"{councils!r:.80} are not councils by channel")
    kept = {
        _text(channel): Council(_text(one["release_json"]), _text(one["name"]))
        for channel, one in councils.items()
    }
    return Shown(release, _text(site), frozenset(map(_text, languages)), kept)


def _numbers(fields: Mapping[str, object]) -> dict[str, int]:
    return {_text(name): int(str(number)) for name, number in fields.items()}


def _attempt(fields: Mapping[str, Mapping[str, object]] | None) -> Attempt | None:
    if fields is None:
        return None
    faults = {_text(channel): _text(why) for channel, why in fields["faults"].items()}
    return Attempt(_text(fields["what"]), faults)


def _text(value: object) -> str:
    """Return a text. JSON can name half a character, which no file can hold: a ValueError."""
    return str(value).encode().decode()
