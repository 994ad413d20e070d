"""A publisher for tests: real keys, real signatures, a repository in a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from appliance.release.keys import load_keys, new_keys
from appliance.release.manifest import Release
from appliance.release.pack import pack
from appliance.release.repository import Repository

SIGNED_AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Publisher:
    """Packs trees into `repository`, signed with the keys in `keys`."""

    keys: Path
    repository: Path

    @staticmethod
    def new(folder: Path) -> Publisher:
        publisher = Publisher(folder / "keys", folder / "repository")
        new_keys(publisher.keys)
        publisher.repository.mkdir()
        return publisher

    def pack(self, tree: Mapping[str, bytes], at: datetime = SIGNED_AT) -> tuple[Release, bool]:
        return pack(tree, Repository(self.repository, load_keys(self.keys), at))

    def anchor(self) -> bytes:
        return Repository(self.repository, load_keys(self.keys), SIGNED_AT).anchor()


def days_later(days: int) -> datetime:
    return SIGNED_AT + timedelta(days=days)


def files_in(folder: Path) -> dict[str, bytes]:
    """Everything below a folder, for `nothing changed` checks."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
