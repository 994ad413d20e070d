"""Which folder of a memory stick is ours."""

from __future__ import annotations

from pathlib import Path

from appliance.errors import SourceError
from appliance.sync.beneath import has_folder

# Beside the owner's other things, or in a folder that keeps ours together.
PLACES = ("", "helppoint")


def place_on(stick: Path) -> Path | None:
    """Return where a signed repository is on a stick, whole or not; None if nowhere.

    Raises:
        SourceError: the stick cannot be read.
    """
    for place in PLACES:
        try:
            if has_folder(stick / place, "metadata") and has_folder(stick / place, "blobs"):
                return stick / place
        except OSError as error:
            raise SourceError(f"{stick} cannot be read: {error.strerror}") from error
    return None
