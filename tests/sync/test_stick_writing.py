"""Writing sticks: what must hold of the stick, before, while and after."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.errors import StoreError
from appliance.sync.export import export, require_room, taken
from tests.content import tree_saying
from tests.publisher import Publisher, files_in
from tests.sync.device import Box

# What Windows allows on FAT and exFAT, and more: no name that differs by case only.
FAT_SAFE = re.compile(r"(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[a-z0-9_-][a-z0-9._-]*[a-z0-9]")
KIB = 1024


@pytest.fixture(scope="module")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> Publisher:
    publisher = Publisher.new(tmp_path_factory.mktemp("publisher"))
    publisher.pack(tree_saying("One."))
    return publisher


@pytest.fixture
def box(publisher: Publisher, tmp_path: Path) -> Box:
    box = Box(tmp_path / "box", publisher.anchor())
    box.sync(str(publisher.repository))
    return box


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    return tmp_path / "stick"


def carry(box: Box, to: Path) -> list[str]:
    """Write a stick; returns the stages that were told."""
    stages: list[str] = []
    export(box.store, box.anchor, to, lambda stage, _done, _total: stages.append(stage))
    return list(dict.fromkeys(stages))


def test_every_name_is_one_that_any_computer_can_write(box: Box, stick: Path) -> None:
    carry(box, stick)
    names = {part for path in stick.rglob("*") for part in path.relative_to(stick).parts}
    assert [name for name in names if not FAT_SAFE.fullmatch(name)] == []
    # A name and ".new" within 255 letters; a stick is mounted at a path of some letters.
    assert max(map(len, names)) < 200


def test_what_else_is_on_the_stick_stays_as_it_is(box: Box, stick: Path) -> None:
    mine = {
        "photo.jpg": b"1",
        "blobs/mine.txt": b"2",
        "metadata/notes.json": b"3",
        "targets/a": b"4",
    }
    for name, content in mine.items():
        (stick / name).parent.mkdir(parents=True, exist_ok=True)
        (stick / name).write_bytes(content)
    carry(box, stick)
    assert files_in(stick).items() >= mine.items()


def test_again_only_what_has_changed_is_written(
    publisher: Publisher, box: Box, stick: Path
) -> None:
    carry(box, stick)
    before = {path: path.stat().st_mtime_ns for path in stick.rglob("*.gz")}
    publisher.pack(tree_saying("Two."))
    box.sync(str(publisher.repository))
    carry(box, stick)
    after = {path: path.stat().st_mtime_ns for path in stick.rglob("*.gz")}
    assert {path: after[path] for path in before} == before
    # A guide and the shard that lists it.
    assert len(after) - len(before) == 2


@pytest.mark.parametrize("name", ["blobs", "metadata", "targets", "targets/channels/core"])
def test_no_link_on_a_stick_leads_anything_elsewhere(
    box: Box, stick: Path, tmp_path: Path, name: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (stick / name).parent.mkdir(parents=True)
    (stick / name).symlink_to(elsewhere)
    with pytest.raises(StoreError, match="symbolic link, which is never followed"):
        carry(box, stick)
    assert list(elsewhere.iterdir()) == []
    assert not (stick / "metadata" / "timestamp.json").exists()


def test_a_folder_that_is_a_link_is_refused(box: Box, stick: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    stick.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="never followed"):
        carry(box, stick)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("lost", ["blobs/*/*.gz", "metadata/*.json", "targets/*/*/*.json"])
def test_a_stick_that_does_not_keep_what_is_written_is_found_out(
    box: Box, stick: Path, lost: str
) -> None:
    """As sticks that are smaller than they say: it is all taken, and then it is not there."""

    def forgetful(stage: str, done: int, _total: int) -> None:
        if (stage, done) == ("reading back", 0):
            for path in stick.glob(lost):
                path.write_bytes(bytes(path.stat().st_size))

    with pytest.raises(StoreError, match="use another stick"):
        export(box.store, box.anchor, stick, forgetful)
    assert not (stick / "metadata" / "timestamp.json").exists()


def test_it_is_told_how_far_it_is(box: Box, stick: Path) -> None:
    assert carry(box, stick) == ["comparing", "copying", "reading back"]


def test_files_take_whole_clusters_and_so_do_their_folders() -> None:
    # a, b, and the folder above both.
    assert (
        taken({"a/1": 1, "a/2": 32 * KIB, "b/1": 32 * KIB + 1}, 32 * KIB)
        == (1 + 1 + 2 + 3) * 32 * KIB
    )
    assert taken({}, 32 * KIB) == 0


def test_what_cannot_fit_is_not_begun(tmp_path: Path) -> None:
    free = os.statvfs(tmp_path)
    with pytest.raises(StoreError, match=r"MB free and .* MB are needed: nothing was written"):
        require_room(tmp_path, {"a": free.f_blocks * free.f_frsize})
    require_room(tmp_path, {"a": 1})


def test_a_full_stick_is_told_before_anything_is_written(
    publisher: Publisher, box: Box, tmp_path: Path
) -> None:
    """On a file system of 200 kB in a mount namespace of its own."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("a small file system is made by root, with unshare")
    anchor, small = tmp_path / "anchor", tmp_path / "small"
    anchor.write_bytes(publisher.anchor())
    small.mkdir()
    script = (
        "import sys; from pathlib import Path; from tests.sync.device import Box\n"
        "from appliance.errors import StoreError; from appliance.sync.export import export\n"
        "box = Box(Path(sys.argv[1]), Path(sys.argv[2]).read_bytes())\n"
        "try: export(box.store, box.anchor, Path(sys.argv[3]), lambda *_: None)\n"
        "except StoreError as error: print(error, sorted(Path(sys.argv[3]).iterdir()))"
    )
    words = (sys.executable, "-c", script, str(box.folder), str(anchor), str(small))
    mount = 'mount -t tmpfs -o size=200k tmpfs "$1" && shift && exec "$@"'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", mount, "sh", str(small), *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if "unshare failed" in done.stderr or "permission denied" in done.stderr:
        pytest.skip(f"this machine makes no mount namespace: {done.stderr}")
    assert done.stdout.endswith("nothing was written []\n"), done.stdout + done.stderr
