"""The words that online keys sign: which versions belong together, and that they are the newest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from tuf.api.metadata import MetaFile, Snapshot, Timestamp

from appliance.release.keys import TIMESTAMP
from appliance.release.layout import (
    SIGNED_AT,
    STICK_DAYS,
    STICK_TIMESTAMP,
    TARGETS_DAYS,
    TIMESTAMP_DAYS,
)


def snapshot_of(version: int, versions: Mapping[str, int], now: datetime) -> Snapshot:
    """Return the word that the versions of targets and channels belong together."""
    return Snapshot(
        version=version,
        expires=expiry(now, TARGETS_DAYS),
        meta={f"{role}.json": MetaFile(number) for role, number in versions.items()},
    )


def timestamps_of(version: int, snapshot: int, now: datetime) -> Iterator[tuple[str, Timestamp]]:
    """Yield metadata name and the word that a snapshot is the newest.

    First the one for sticks, as it is the same word and the other is what moves readers on.
    """
    for name, days in ((STICK_TIMESTAMP, STICK_DAYS), (TIMESTAMP, TIMESTAMP_DAYS)):
        yield (
            name,
            Timestamp(
                version=version,
                expires=expiry(now, days),
                snapshot_meta=MetaFile(snapshot),
                unrecognized_fields={SIGNED_AT: f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"},
            ),
        )


def expiry(now: datetime, days: int) -> datetime:
    """Return the moment, in whole seconds, until which something signed now holds."""
    return (now + timedelta(days=days)).replace(microsecond=0)
