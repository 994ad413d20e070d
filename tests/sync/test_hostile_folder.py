"""A folder made to harm, as a source: refused at once, whatever it holds; nothing else is read."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.errors import ApplianceError, SourceError
from appliance.release.manifest import MAX_BLOB_BYTES
from appliance.sync.beneath import PIECE_BYTES, StrangeFileError, pieces, write
from appliance.sync.sources import FolderSource, read_all
from tests.content import tree_saying
from tests.publisher import Publisher
from tests.sync.device import Box
from tests.sync.hostile import HUGE_BYTES, SPOILT, device

# Reading all of a good stick takes some 300 kB.
MOST_READ_BYTES = 4_000_000


@pytest.fixture(scope="module")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> Publisher:
    publisher = Publisher.new(tmp_path_factory.mktemp("publisher"))
    publisher.pack(tree_saying("One."))
    return publisher


@pytest.fixture
def stick(publisher: Publisher, tmp_path: Path) -> Path:
    stick = tmp_path / "stick"
    shutil.copytree(publisher.repository, stick)
    return stick


@pytest.fixture
def box(publisher: Publisher, tmp_path: Path) -> Box:
    return Box(tmp_path / "box", publisher.anchor())


def bytes_read() -> int:
    """How much this process has asked the kernel to read so far (proc(5), io)."""
    return int(Path("/proc/self/io").read_text().split()[1])


def test_what_is_spoilt_here_is_good_before(box: Box, stick: Path) -> None:
    before = bytes_read()
    box.sync(str(stick))
    assert box.shown() == "1: One."
    assert bytes_read() - before < MOST_READ_BYTES


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_stick_is_refused_and_hardly_read(box: Box, stick: Path, how: str) -> None:
    SPOILT[how](stick)
    before = bytes_read()
    with pytest.raises(SourceError):
        box.sync(str(stick))
    assert bytes_read() - before < MOST_READ_BYTES
    assert box.shown() is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make device files")
@pytest.mark.parametrize("numbers", [(1, 5), (1, 3), (10, 130)], ids=["zero", "null", "watchdog"])
def test_a_device_is_never_opened(box: Box, stick: Path, numbers: tuple[int, int]) -> None:
    try:
        device(stat.S_IFCHR, *numbers)(stick)
    except PermissionError:
        pytest.skip("this machine lets not even root make device files")
    with pytest.raises(SourceError, match="not an ordinary file"):
        box.sync(str(stick))


def test_a_stick_that_is_a_link_is_refused(box: Box, stick: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(stick)
    with pytest.raises(SourceError, match="perhaps a symbolic link, which is never followed"):
        box.sync(str(link))


@pytest.mark.parametrize(
    "path", ["../secret", "a/../../secret", "/secret", "a//b", ".", "", "a/", "nul\0", "x" * 300]
)
def test_a_name_that_leads_elsewhere_is_no_name(stick: Path, path: str) -> None:
    stick.with_name("secret").write_text("secret")
    (stick / "a").mkdir()
    with pytest.raises(SourceError):
        read_all(FolderSource(stick), path, 100)


def test_no_more_is_read_than_one_piece_beyond_what_was_signed(stick: Path) -> None:
    (stick / "long").write_bytes(bytes(MAX_BLOB_BYTES))
    before = bytes_read()
    with pytest.raises(SourceError, match="goes on after the 10 bytes"):
        read_all(FolderSource(stick), "long", 10)
    # With some hundred bytes of /proc/self/io itself.
    assert bytes_read() - before < PIECE_BYTES + 1000


def test_a_file_that_is_too_long_is_refused_before_a_byte_of_it_is_read(stick: Path) -> None:
    (stick / "long").write_bytes(bytes(2 * PIECE_BYTES))
    before = bytes_read()
    with pytest.raises(StrangeFileError, match="longer than the 10 bytes allowed"):
        next(pieces(stick, "long", 10))
    assert bytes_read() - before < 1000


def test_a_file_that_grows_while_it_is_read_comes_to_an_end(stick: Path) -> None:
    with (stick / "growing").open("ab") as file:
        file.write(bytes(2 * PIECE_BYTES))
        file.flush()
        reading = pieces(stick, "growing", 3 * PIECE_BYTES)
        next(reading)
        file.write(bytes(HUGE_BYTES // 1000))
        file.flush()
        with pytest.raises(StrangeFileError, match="longer than the"):
            list(reading)


@pytest.mark.parametrize("call", ["openat", "read", "newfstatat"])
def test_a_stick_that_fails_at_any_read_is_told(
    publisher: Publisher, box: Box, stick: Path, tmp_path: Path, call: str
) -> None:
    """As the kernel says it when a stick was pulled out: EIO, from the third of these calls on."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: provisioning/prepare test")
    script = (
        "import sys; from pathlib import Path; from tests.sync.device import Box\n"
        "from appliance.errors import SourceError\n"
        "try: Box(Path(sys.argv[1]), Path(sys.argv[2]).read_bytes()).sync(sys.argv[3])\n"
        "except SourceError as error: print('told:', error)"
    )
    anchor = tmp_path / "anchor"
    anchor.write_bytes(publisher.anchor())
    only = [f"--trace-path={path}" for path in (stick, *stick.rglob("*"))]
    fault = (f"--trace={call}", f"--inject={call}:error=EIO:when=3+")
    words = ["strace", "--output=/dev/null", "-f", *only, *fault]
    done = subprocess.run(
        [*words, sys.executable, "-c", script, str(tmp_path / "box"), str(anchor), str(stick)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout[:5]) == (0, "told:"), done.stderr
    assert box.shown() is None


@pytest.mark.parametrize(
    ("name", "is_folder"),
    [("blobs", True), ("metadata", True), ("blobs/ab", True), ("blobs/ab/1.gz", False)],
)
def test_nothing_is_written_through_a_link(tmp_path: Path, name: str, is_folder: bool) -> None:
    stick, elsewhere = tmp_path / "stick", tmp_path / "elsewhere"
    (stick / name).parent.mkdir(parents=True)
    if is_folder:
        elsewhere.mkdir()
    else:
        elsewhere.write_text("mine")
    (stick / name).symlink_to(elsewhere)
    path = name if not is_folder else f"{name}/cd/2.gz"
    if is_folder:
        with pytest.raises(ApplianceError, match="never followed"):
            write(stick, path, b"ours")
        assert list(elsewhere.iterdir()) == []
    else:
        write(stick, path, b"ours")
        assert (elsewhere.read_text(), (stick / name).is_symlink()) == ("mine", False)


def test_a_half_written_file_of_last_time_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "a.new").symlink_to(tmp_path / "mine")
    write(tmp_path, "a", b"ours")
    assert (tmp_path / "mine").read_text() == "mine"
    assert (tmp_path / "a").read_bytes() == b"ours"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "mine"]
