"""What stands where in a signed repository, and how long its words hold.

    metadata/<n>.root.json, <n>.targets.json, <n>.<channel>.json, <n>.snapshot.json, timestamp.json
    metadata/stick/timestamp.json    the same word as timestamp.json, longer valid, for sticks
    targets/channels/<channel>/<sha256>.release.json
    blobs/ab/<sha256>.gz
    staged/                          what waits for signatures; never served

Everything but the timestamps is written once and never changed, so that it may be cached for ever.
"""

from __future__ import annotations

from appliance.release.keys import CORE, ROOT, SNAPSHOT, TARGETS, TIMESTAMP

# How long signatures hold: docs/sources.md#expiry.
ROOT_DAYS, TARGETS_DAYS, TIMESTAMP_DAYS = 5 * 365, 2 * 365, 60
# Memory sticks travel for months, and lie in drawers.
STICK_DAYS = 365
STICK_TIMESTAMP = "stick/timestamp"
TOP_ROLES = (ROOT, TARGETS, SNAPSHOT, TIMESTAMP)
MAX_METADATA_BYTES = 1_000_000
# Ours, beside TUF's own fields: devices without a clock learn from it that it is not earlier.
SIGNED_AT = "x-signed-at"


def release_target(channel: str) -> str:
    """Return the TUF target path of a channel's release.json."""
    return f"channels/{channel}/release.json"


def channel_paths(channel: str) -> list[str]:
    """Return the target paths that a channel's keys may sign: its own folder, nothing else."""
    return [f"channels/{channel}/*"]


def target_file(channel: str, sha256: str) -> str:
    """Return where a release.json lies, below the repository."""
    return f"targets/channels/{channel}/{sha256}.release.json"


RELEASE_TARGET = release_target(CORE)
