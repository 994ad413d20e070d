"""What the TUF client remembers on the disk: damage is set aside, so that no sync stops at it.

A damaged card, or a power cut, can leave files empty, or a folder or a link where a file belongs.
The client reads what is whole and fetches the rest anew from the root that a device was built with;
but it cannot put a file where a folder is, and would wait for ever on a pipe. What it forgets, our
own floor of versions remembers (store/pointer.py).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

from appliance.errors import StoreError
from appliance.files import FileLimitError, make_folder, read_file, remove, set_aside
from appliance.release.layout import MAX_METADATA_BYTES

log = logging.getLogger(__name__)

# The client's own folders: every root ever trusted, and the release.json it verified last.
FOLDERS = ("root_history", "targets")
# Python's tempfile: what the client was writing when it was cut off.
TEMPORARY = "tmp*"


def prepare_memory(folder: Path) -> None:
    """Set aside whatever is damaged in the TUF client's folder, and make its folders.

    Raises:
        StoreError: the disk refused.
    """
    try:
        for each in (folder, *(folder / name for name in FOLDERS)):
            make_folder(each)
            for path in list(_damaged(each)):
                log.warning("%s was damaged and lies at %s now", path, set_aside(path))
            for path in each.glob(TEMPORARY):
                remove(path)
    except OSError as error:
        place = error.filename or folder
        raise StoreError(f"{place} cannot be prepared: {error.strerror}") from error


def _damaged(folder: Path) -> Iterator[Path]:
    for path in folder.glob("*.json"):
        # root.json is the client's own link into root_history, made anew each time.
        is_its_link = path.name == "root.json" and path.is_symlink()
        if not is_its_link and not _is_whole(path):
            yield path


def _is_whole(path: Path) -> bool:
    try:
        return isinstance(json.loads(read_file(path, MAX_METADATA_BYTES)), dict)
    except (OSError, FileLimitError, ValueError, RecursionError):
        return False
