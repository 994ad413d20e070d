"""systemd/mount-stick for real: ext4 on a loop device, in a mount namespace of the test's own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import Helppoint
from tests.sticks.images import break_folder, ext, from_the_future
from tests.sticks.releases import small_tree
from tests.sync.hostile import SPOILT

SCRIPT = Path(__file__).parents[2] / "systemd" / "mount-stick"
PROGRAMS = ("losetup", "lsblk", "blkid", "mke2fs", "tune2fs", "unshare")
SAFE = {"ro", "nosuid", "nodev", "noexec", "nosymfollow"}


@pytest.fixture(scope="module")
def point(tmp_path_factory: pytest.TempPathFactory) -> Helppoint:
    """A box that shows release 1, and whose publisher has release 2."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed: provisioning/prepare test")
    if os.geteuid() != 0:
        pytest.skip("loop devices and mounts need root: sudo make test")
    point = Helppoint.new(tmp_path_factory.mktemp("point"), small_tree("one"))
    assert point.run("sync", "--embedded").returncode == 0
    point.publisher.pack(small_tree("two"))
    return point


@pytest.fixture
def box(point: Helppoint, tmp_path: Path) -> Helppoint:
    """The same with a home of its own."""
    shutil.copytree(point.home, tmp_path / "home")
    return Helppoint(tmp_path / "home", point.publisher)


def plugged_in(box: Helppoint, image: Path) -> subprocess.CompletedProcess[str]:
    """Mount an image and do what systemd does then."""
    return mounted(image, "sh", "-c", f'exec {" ".join(box.command("stick"))} "$STICK"')


@contextmanager
def looped(image: Path) -> Iterator[str]:
    """Make a block device of a file; gives its name in /dev."""
    words = ["losetup", "--find", "--show", str(image)]
    made = subprocess.run(words, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"this machine makes no loop devices: {made.stderr.strip()}")
    device = made.stdout.strip()
    try:
        yield device.removeprefix("/dev/")
    finally:
        subprocess.run(["losetup", "--detach", device], check=True)


def mounted(image: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Mount an image as a box does and run a program, which is given the folder as `$STICK`."""
    folder = image.parent / "mounted" / "stick"
    with looped(image) as name:
        script = f'{SCRIPT} {name} "$STICK" && exec "$@"'
        return subprocess.run(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env={**os.environ, "STICK": str(folder)},
        )


def test_a_stick_is_mounted_so_that_it_can_be_read_and_nothing_else(
    point: Helppoint, tmp_path: Path
) -> None:
    image = ext(tmp_path / "image", point.publisher.repository)
    # Its own wish, which must not be heard.
    subprocess.run(["tune2fs", "-e", "panic", str(image)], check=True, capture_output=True)
    before = image.read_bytes()
    done = mounted(image, "grep", str(tmp_path), "/proc/self/mountinfo")
    mount, _, kind = done.stdout.partition(" - ")
    assert set(mount.split()[5].split(",")) > SAFE
    assert kind.split()[0] == "ext4"
    assert {"ro", "norecovery", "errors=continue"} <= set(kind.split()[2].split(","))
    assert image.read_bytes() == before


def test_a_mounted_stick_is_shown(box: Helppoint, tmp_path: Path) -> None:
    done = plugged_in(box, ext(tmp_path / "image", box.publisher.repository))
    assert "now showing release 2" in done.stderr


@pytest.mark.parametrize("how", ["a link to a folder further down", "a pipe", "4 GB of content"])
def test_a_mounted_stick_that_is_spoilt_is_refused(
    box: Helppoint, tmp_path: Path, how: str
) -> None:
    spoilt = tmp_path / "spoilt"
    shutil.copytree(box.publisher.repository, spoilt)
    SPOILT[how](spoilt)
    done = plugged_in(box, ext(tmp_path / "image", spoilt))
    assert (done.returncode, "Error: " in done.stderr) == (1, True)


def test_a_mounted_stick_with_a_broken_folder_is_told(box: Helppoint, tmp_path: Path) -> None:
    image = ext(tmp_path / "image", box.publisher.repository)
    break_folder(image, "metadata")
    done = plugged_in(box, image)
    assert (done.returncode, "cannot be read" in done.stderr) == (1, True)


@pytest.mark.parametrize("kind", ["ext2", "ext3"])
def test_another_file_system_is_not_mounted(tmp_path: Path, kind: str) -> None:
    (tmp_path / "empty").mkdir()
    done = mounted(ext(tmp_path / "image", tmp_path / "empty", kind), "echo", "mounted")
    assert (done.returncode, done.stdout) == (1, "")


def test_a_disk_that_the_computer_itself_uses_is_no_stick(point: Helppoint, tmp_path: Path) -> None:
    image = ext(tmp_path / "image", point.publisher.repository)
    own, folder = tmp_path / "own", tmp_path / "mounted" / "stick"
    own.mkdir()
    with looped(image) as name:
        script = f"mount -o ro /dev/{name} {own} && {SCRIPT} {name} {folder}; echo $?"
        words = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout == "1\n"
    assert not folder.exists()


def test_what_cannot_be_mounted_becomes_a_folder_that_nobody_can_read(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    image = ext(tmp_path / "image", tmp_path / "empty")
    from_the_future(image)
    done = mounted(image, "sh", "-c", 'stat --format=%a "$STICK"')
    assert done.stdout == "0\n"
