"""What was put in force, so that a cut at any instant is made good by the next apply.

For each part: a digest of the files that it was made from, and what the computer said afterwards.
Files are written before they are put in force, and this record after: whatever comes in between,
file and record differ, and the part is put in force again. The record lies beside the files, so
that a root file system in memory forgets both together.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from appliance.files import FileLimitError, read_file, replace_file

PATH = "etc/helppoint/applied.json"
MAX_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Applied:
    """One part: what it was made from, and the answer to compare with."""

    digest: str
    evidence: str = ""


def digest_of(files: Mapping[str, str]) -> str:
    """Return one digest for some files, by path and text."""
    return hashlib.sha256(json.dumps(sorted(files.items())).encode()).hexdigest()


def read_record(root: Path) -> dict[str, Applied]:
    """Return part -> what was put in force. Damaged is as good as empty: all is done again."""
    try:
        table = json.loads(read_file(root / PATH, MAX_BYTES))
        return {name: Applied(row["digest"], row["evidence"]) for name, row in table.items()}
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
        FileLimitError,
    ):
        return {}


def write_record(root: Path, record: Mapping[str, Applied]) -> None:
    """Keep the record; for root only, because a digest of a short passphrase can be guessed.

    Raises:
        OSError: no space or no right to write.
    """
    table = {
        name: {"digest": applied.digest, "evidence": applied.evidence}
        for name, applied in sorted(record.items())
    }
    (root / PATH).parent.mkdir(parents=True, exist_ok=True)
    replace_file(root / PATH, json.dumps(table, indent=1).encode(), 0o600)
