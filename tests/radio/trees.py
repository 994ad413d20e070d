"""The tree of a box with the tests' own programs in it, made by provisioning/build-tree."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
CACHE = ROOT / ".cache" / "radio"
# What a tree is made from, and what of the tests runs inside it.
SOURCES = (
    "appliance",
    "content",
    "provisioning",
    "pyproject.toml",
    "requirements",
    "systemd",
    "tests/radio/helppoint-test.service",
    "tests/radio/trees.py",
)
# Signed anew whenever it is packed.
PACKED = ROOT / "appliance" / "embedded"
SCRIPTS = (
    "tests/__init__.py",
    "tests/network/__init__.py",
    "tests/network/phone.py",
    "tests/radio/__init__.py",
    "tests/radio/agent.py",
    "tests/radio/lease.sh",
    "tests/radio/station.py",
)
# Room on the disk beyond what the tree takes.
FREE_MB = 200


@dataclass(frozen=True, slots=True)
class Made:
    """A box's root folder, and the same as a file system in a file."""

    tree: Path
    disk: Path


def why_not(*programs: str) -> str | None:
    """Say why no box can be tried here, None if it can."""
    wanted = ("mmdebstrap", "mke2fs", *programs)
    missing = [program for program in wanted if shutil.which(program) is None]
    if missing:
        return f"{', '.join(missing)} not installed: provisioning/prepare radio"
    if os.geteuid() != 0:
        return "a box's tree is made by root: sudo make test-radio"
    return None


def make() -> Made:
    """Make a box to try, or take the last one if nothing has changed since."""
    made_from = _fingerprint()
    made = Made(CACHE / "tree", CACHE / "disk")
    stamp = CACHE / "made-from"
    if stamp.exists() and stamp.read_text() == made_from:
        return made
    CACHE.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    subprocess.run([ROOT / "provisioning" / "build-tree", made.tree], check=True)
    _add_tests(made.tree)
    _make_disk(made)
    stamp.write_text(made_from)
    return made


def _add_tests(tree: Path) -> None:
    for script in SCRIPTS:
        target = tree / "opt/test" / script
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / script, target)
    units = tree / "etc/systemd/system"
    shutil.copy(HERE / "helppoint-test.service", units)
    wanted = units / "multi-user.target.wants"
    (wanted / "helppoint-test.service").symlink_to("../helppoint-test.service")


def _make_disk(made: Made) -> None:
    command = ["du", "--summarize", "--block-size=1M", str(made.tree)]
    used = subprocess.run(command, capture_output=True, text=True, check=True)
    size = int(int(used.stdout.split()[0]) * 1.1) + FREE_MB
    made.disk.unlink(missing_ok=True)
    command = ["mke2fs", "-q", "-t", "ext4", "-d", str(made.tree), str(made.disk), f"{size}M"]
    subprocess.run(command, check=True)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in _sources():
        digest.update(f"{path.relative_to(ROOT)} {path.stat().st_mode}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    yield from (ROOT / script for script in SCRIPTS)
    for source in SOURCES:
        place = ROOT / source
        found = [place] if place.is_file() else sorted(place.rglob("*"))
        yield from filter(_is_source, found)


def _is_source(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts and PACKED not in path.parents
