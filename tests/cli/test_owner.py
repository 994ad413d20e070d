"""What root does on a box leaves nothing behind that the box itself could not clear away."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Helppoint
from tests.content import PROJECT, light_tree
from tests.publisher import Publisher

# Known on every Linux; nothing of it runs here.
OWNER = 65534
# A Python that others than root can read, with the packages of this one.
PYTHON = Path("/usr/bin/python3")


@pytest.fixture
def box() -> Iterator[Helppoint]:
    """A box whose store belongs to somebody else, below a folder that all may enter."""
    if os.geteuid() != 0:
        pytest.skip("only root can give files away: sudo make test")
    if not _runs_for_all():
        pytest.skip(f"{PYTHON} is not a Python {sys.version_info.major}.{sys.version_info.minor}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        box = Helppoint.new(folder, light_tree())
        for part in ("store", "state"):
            (box.home / part).mkdir()
            shutil.chown(box.home / part, OWNER, OWNER)
        yield box


def _runs_for_all() -> bool:
    code = "import sys; print(sys.version_info[:2])"
    done = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip() == str(sys.version_info[:2])


def _run(box: Helppoint, *words: str) -> subprocess.CompletedProcess[str]:
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    return subprocess.run(
        [PYTHON, *box.command(*words)[1:]],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{PROJECT}:{packages}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _not_of_the_owner(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.lstat().st_uid != OWNER]


def test_what_root_syncs_belongs_to_the_stores_owner(box: Helppoint) -> None:
    done = _run(box, "sync", "--embedded")
    assert done.returncode == 0, done.stderr
    assert (box.home / "store" / "current.json").exists()
    box.publisher.pack({**light_tree(), "README.md": b"Two."})
    assert _run(box, "sync", str(box.publisher.repository)).returncode == 0
    assert _run(box, "rollback", "--yes").returncode == 0
    assert _run(box, "settings", "library_name", "Oak Library").returncode == 0
    assert _not_of_the_owner(box.home / "store") == []
    assert _not_of_the_owner(box.home / "state") == []


def test_a_stick_is_written_by_root_and_the_store_stays_its_owners(
    box: Helppoint, tmp_path: Path
) -> None:
    assert _run(box, "sync", "--embedded").returncode == 0
    (box.home / "store" / "lock").unlink()
    written = _run(box, "export", str(tmp_path / "stick"))
    assert written.returncode == 0, written.stderr
    assert _not_of_the_owner(box.home / "store") == []


def test_an_owner_whom_nobody_knows_is_named(box: Helppoint) -> None:
    shutil.chown(box.home / "store", 4_000_000)
    done = _run(box, "sync", "--embedded")
    assert done.returncode == 1
    assert "belongs to user 4000000, who is not known here" in done.stderr


def test_a_store_of_roots_own_is_served_by_root(box: Helppoint, tmp_path: Path) -> None:
    own = Helppoint(tmp_path, Publisher(box.publisher.keys, box.publisher.repository))
    (tmp_path / "helppoint.toml").write_text((box.home / "helppoint.toml").read_text())
    (tmp_path / "store").mkdir()
    assert _run(own, "sync", str(tmp_path / "none")).returncode == 1
    assert {path.stat().st_uid for path in (tmp_path / "store").rglob("*")} == {0}
