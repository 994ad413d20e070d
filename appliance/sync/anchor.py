"""The root metadata that this application was built with: all trust descends from it."""

from __future__ import annotations

from pathlib import Path

from appliance.errors import StoreError
from appliance.files import read_file
from appliance.release.layout import MAX_METADATA_BYTES


def read_anchor(embedded: Path) -> bytes:
    """Return JSON of 1.root.json.

    Args:
        embedded: the repository that the application ships.
    Raises:
        StoreError: the application was built without it.
    """
    path = embedded / "metadata" / "1.root.json"
    try:
        return read_file(path, MAX_METADATA_BYTES)
    except OSError as error:
        raise StoreError(
            f"the application was built without its embedded content ({path} is missing):"
            " run `make build`"
        ) from error
