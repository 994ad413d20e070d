"""Memory sticks as files: a table of partitions, a file system, and what lies on it."""

from __future__ import annotations

import os
import re
import struct
import subprocess
from pathlib import Path

MIB = 1_048_576
# Where tools of today begin the first partition.
FIRST_AT = MIB
# What an owner calls a stick, and keeps on it.
LABEL, PHOTO = "ANNSPHOTOS", "Ann Example at the doctor.jpg"
FAT32 = 0x0C
EXT_BLOCK_BYTES = 1024


def vfat(stick: Path, *folders: Path, size: int = 64 * MIB) -> Path:
    """Make a stick as shops sell them, with an owner's photo and the content of some folders."""
    _blank(stick, size, FAT32)
    sectors = f"--offset={FIRST_AT // 512}"
    _run("mkfs.vfat", "-F", "32", "-n", LABEL, sectors, str(stick), str((size - FIRST_AT) // 1024))
    where = f"{stick}@@{FIRST_AT}"
    photo = stick.with_name(PHOTO)
    photo.write_bytes(os.urandom(50_000))
    _run("mcopy", "-i", where, str(photo), "::/")
    for folder in folders:
        for each in sorted(folder.iterdir()):
            _run("mcopy", "-s", "-i", where, str(each), "::/")
    return stick


def exfat(stick: Path, size: int = 64 * MIB) -> Path:
    """Make an empty stick without a table of partitions."""
    _sparse(stick, size)
    _run("mkfs.exfat", "-L", LABEL, str(stick))
    return stick


def ext(stick: Path, folder: Path, kind: str = "ext4", size: int = 32 * MIB) -> Path:
    """Make a stick of Linux's own with the content of a folder, whatever that is."""
    _sparse(stick, size)
    _run(
        "mke2fs",
        "-q",
        "-b",
        f"{EXT_BLOCK_BYTES}",
        "-t",
        kind,
        "-L",
        LABEL,
        "-d",
        str(folder),
        str(stick),
    )
    return stick


def claim_four_gigabytes(stick: Path, name: str) -> None:
    """Let files lie about their size, by their 8.3 name in a folder of FAT (fatgen103, page 23)."""
    content = bytearray(stick.read_bytes())
    places = [found.start() for found in re.finditer(re.escape(name.encode()), content)]
    assert places
    for place in places:
        content[place + 28 : place + 32] = (2**32 - 1).to_bytes(4, "little")
    stick.write_bytes(content)


def halt_at_faults(stick: Path) -> None:
    """Ask for a panic of the kernel at the first fault, and have one. For virtual machines only!"""
    _run("tune2fs", "-e", "panic", str(stick))
    break_folder(stick, "metadata")


def break_folder(stick: Path, name: str) -> None:
    """Write over what is in a folder; its checksum says so."""
    block = int(_run("debugfs", "-R", f"blocks /{name}", str(stick)).split()[0])
    with stick.open("r+b") as file:
        file.seek(block * EXT_BLOCK_BYTES)
        file.write(b"\xff" * EXT_BLOCK_BYTES)


def from_the_future(stick: Path) -> None:
    """Say that the file system needs what no kernel has (linux/fs/ext4: s_feature_incompat)."""
    _run("tune2fs", "-O", "^metadata_csum", str(stick))
    with stick.open("r+b") as file:
        file.seek(1024 + 0x60)
        features = int.from_bytes(file.read(4), "little") | 0x8000_0000
        file.seek(1024 + 0x60)
        file.write(features.to_bytes(4, "little"))


def _blank(stick: Path, size: int, kind: int) -> None:
    """Make a stick with one partition of a kind (master boot record, first entry)."""
    _sparse(stick, size)
    first, count = FIRST_AT // 512, (size - FIRST_AT) // 512
    entry = struct.pack("<B3sB3sII", 0, b"\xfe\xff\xff", kind, b"\xfe\xff\xff", first, count)
    with stick.open("r+b") as file:
        file.seek(446)
        file.write(entry.ljust(64, b"\0") + b"\x55\xaa")


def _sparse(stick: Path, size: int) -> None:
    with stick.open("wb") as file:
        file.truncate(size)


def _run(*words: str) -> str:
    done = subprocess.run(
        words,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MTOOLS_SKIP_CHECK": "1"},
    )
    if done.returncode != 0:
        raise AssertionError(f"{words}: {done.stdout}{done.stderr}")
    return done.stdout
