"""Sticks made to harm: a good repository, with one thing in it that is not what it seems.

What links lead to is always the good file or folder itself: whoever follows them shows the release.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from appliance.release.manifest import MAX_BLOB_BYTES

HUGE_BYTES = 4 * 2**30
Spoil = Callable[[Path], None]
TIMESTAMP = "metadata/timestamp.json"


def moved(stick: Path, name: str) -> Path:
    """Move a file or folder out of the stick, to where a link may lead. Returns the new place."""
    place = stick.with_name("elsewhere") / name
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(stick / name, place)
    return place


def link_out(name: str) -> Spoil:
    return lambda stick: (stick / name).symlink_to(moved(stick, name))


def link_within(name: str) -> Spoil:
    """A link that stays on the stick is none that we follow either."""

    def spoil(stick: Path) -> None:
        place = stick / name
        place.rename(place.with_name("good"))
        place.symlink_to("good")

    return spoil


def link_loop(stick: Path) -> None:
    (stick / TIMESTAMP).unlink()
    (stick / TIMESTAMP).symlink_to("timestamp.json")


def pipe(stick: Path) -> None:
    (stick / TIMESTAMP).unlink()
    os.mkfifo(stick / TIMESTAMP)


def folder_for_file(stick: Path) -> None:
    (stick / TIMESTAMP).unlink()
    (stick / TIMESTAMP).mkdir()


def file_for_folder(stick: Path) -> None:
    shutil.rmtree(stick / "targets")
    (stick / "targets").write_text("no folder")


def huge(pattern: str) -> Spoil:
    def spoil(stick: Path) -> None:
        for path in stick.glob(pattern):
            os.truncate(path, HUGE_BYTES)

    return spoil


def huge_next_root(stick: Path) -> None:
    (stick / "metadata" / "2.root.json").touch()
    huge("metadata/2.root.json")(stick)


def a_byte_too_much(stick: Path) -> None:
    for path in stick.glob("blobs/*/*"):
        with path.open("ab") as file:
            file.write(b"\0")


def as_long_as_allowed(stick: Path) -> None:
    """Longer than signed, and not too long for a file of ours."""
    for path in stick.glob("blobs/*/*"):
        os.truncate(path, MAX_BLOB_BYTES)


SPOILT: dict[str, Spoil] = {
    "a link to a file": link_out(TIMESTAMP),
    "a link to a folder": link_out("blobs"),
    "a link to a folder further down": link_out("targets/channels"),
    "a link within the stick": link_within(TIMESTAMP),
    "a link to a folder within the stick": link_within("targets"),
    "a link to itself": link_loop,
    "a pipe": pipe,
    "a folder for a file": folder_for_file,
    "a file for a folder": file_for_folder,
    "4 GB of metadata": huge(TIMESTAMP),
    "4 GB of the next root": huge_next_root,
    "4 GB of content": huge("blobs/*/*"),
    "a byte too much": a_byte_too_much,
    "as long as allowed": as_long_as_allowed,
}


def device(kind: int, major: int, minor: int) -> Spoil:
    """A way to the computer's own devices; only root can make one."""

    def spoil(stick: Path) -> None:
        (stick / TIMESTAMP).unlink()
        os.mknod(stick / TIMESTAMP, kind | 0o644, os.makedev(major, minor))

    return spoil
