from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from appliance.files import FileLimitError, read_file, read_tree, replace_file, sync_file_system


def test_a_replaced_file_holds_the_new_bytes_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(b"old")
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert [file.name for file in tmp_path.iterdir()] == ["state.json"]


def test_a_refused_write_leaves_the_old_file_and_no_half_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["state.json"]


def test_the_disk_is_asked_before_the_rename_and_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rename without fsync lost acknowledged data in 8 of 8 power cuts."""
    asked: list[tuple[str, str]] = []
    real = os.fsync

    def noting(descriptor: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        shown = (tmp_path / "a").read_text() if (tmp_path / "a").exists() else ""
        asked.append((kind, shown))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    replace_file(tmp_path / "a", b"new")
    assert asked == [("file", ""), ("folder", "new")]


def test_syncing_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    sync_file_system(tmp_path)
    with pytest.raises(FileNotFoundError):
        sync_file_system(tmp_path / "missing")


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(FileLimitError, match="symbolic link"):
        read_file(tmp_path / "link", 100)


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileLimitError, match="not an ordinary file"):
        read_file(tmp_path / "pipe", 100)


def test_a_file_of_just_the_limit_is_read_and_one_byte_more_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 11)
    assert read_file(tmp_path / "a", 11) == b"x" * 11
    with pytest.raises(FileLimitError, match="10 bytes"):
        read_file(tmp_path / "a", 10)


def test_a_tree_is_read_sorted_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b.toml", "guides/en/a.md", ".git/config", "guides/.b.md.swp"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    assert read_tree(tmp_path) == {"b.toml": b"b.toml", "guides/en/a.md": b"guides/en/a.md"}


@pytest.mark.parametrize("target", ["a.toml", "folder"])
def test_a_tree_with_a_symbolic_link_is_refused(tmp_path: Path, target: str) -> None:
    (tmp_path / "a.toml").write_text("")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / target)
    with pytest.raises(FileLimitError, match="link is a symbolic link"):
        read_tree(tmp_path)


def test_a_tree_with_too_many_files_is_refused(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"{number}.md").write_text("")
    assert len(read_tree(tmp_path, max_files=4)) == 4
    with pytest.raises(FileLimitError, match="more than the 3 files"):
        read_tree(tmp_path, max_files=3)
