"""The same updates by rsync (unsigned), by zsync of a ZIM, and as a whole ZIM again."""

from __future__ import annotations

import html
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from tests.bench.figure import Figure
from tests.bench.meter import Passed, metering
from tests.bench.processes import run, running, wait_until_listening
from tests.bench.transfer import hosts
from tests.bench.transfer.library import changed
from tests.bench.transfer.updates import MANY
from tests.bench.web import HOST, free_port

ICON_PX = 48
CHANGES = {"nothing new": 0, "1 guide changed": 1, f"{MANY} guides changed": MANY}
RSYNC = """
use chroot = no
reverse lookup = no
pid file = {run}/rsyncd.pid
lock file = {run}/rsyncd.lock
log file = {run}/rsyncd.log
[library]
path = {folder}
uid = 0
"""


def measure(folder: Path, tree: Mapping[str, bytes]) -> list[Figure]:
    """Return bytes both ways of each update by each of them."""
    return [*_rsync(folder / "rsync", dict(tree)), *_zim(folder / "zim", dict(tree))]


def _rsync(folder: Path, tree: dict[str, bytes]) -> Iterator[Figure]:
    source, copy = folder / "source", folder / "copy"
    _write(tree, source)
    with _rsync_daemon(source, folder) as port, metering(port) as meter:
        url = f"rsync://{HOST}:{meter.port}/library/"
        for name, count in {"first": 0, **CHANGES}.items():
            _write(changed(tree, count), source)
            with meter.counting() as passed:
                run(["rsync", "--archive", "--compress", url, str(copy)])
            yield _figure(f"rsync -az, unsigned, {name}", passed[0])


@contextmanager
def _rsync_daemon(source: Path, folder: Path) -> Iterator[int]:
    port = free_port()
    configuration = folder / "rsyncd.conf"
    configuration.write_text(RSYNC.format(run=folder, folder=source), "utf-8")
    words = ["--daemon", "--no-detach", f"--address={HOST}", f"--port={port}"]
    with running(["rsync", *words, f"--config={configuration}"]) as process:
        wait_until_listening(process, port)
        yield port


def _write(tree: Mapping[str, bytes], folder: Path) -> None:
    """Write a tree; a file that is there already and the same keeps its date."""
    for path, content in tree.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if not (file.exists() and file.read_bytes() == content):
            file.write_bytes(content)


def _zim(folder: Path, tree: dict[str, bytes]) -> Iterator[Figure]:
    served, box = folder / "served", folder / "box"
    box.mkdir(parents=True)
    served.mkdir()
    for count in (0, 1, MANY):
        print(f"  a ZIM with {count} guides changed", flush=True)
        _make_zim(changed(tree, count), folder / f"pages-{count}", served / f"{count}.zim")
    with hosts.nginx(served, folder / "nginx", "/1.zim") as port, metering(port) as meter:
        for name, count in CHANGES.items():
            url = f"http://{HOST}:{meter.port}/{count}.zim"
            run_in(served, ["zsyncmake", "-u", url, f"{count}.zim"])
            shutil.copy(served / "0.zim", box / "0.zim")
            with meter.counting() as passed:
                run_in(
                    box, ["zsync", "-q", "-i", "0.zim", "-o", f"new-{count}.zim", f"{url}.zsync"]
                )
            yield _figure(f"zsync of a ZIM, {name}", passed[0])
        yield Figure("the ZIM again, any change", (served / "1.zim").stat().st_size, "bytes")


def run_in(folder: Path, command: list[str]) -> None:
    """Run a program that writes where it stands."""
    run(["env", f"--chdir={folder}", *command])


def _make_zim(tree: Mapping[str, bytes], pages: Path, zim: Path) -> None:
    """Pack guides as pages, and pictures; both as plain as can be."""
    for path, content in tree.items():
        if path.startswith(("guides/", "pictures/")):
            file = pages / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            if path.endswith(".md"):
                text = html.escape(content.decode())
                page = f"<!DOCTYPE html><title>{file.stem}</title><pre>{text}</pre>"
                file.unlink()
                file.with_suffix(".html").write_text(page, "utf-8")
    (pages / "index.html").write_text("<!DOCTYPE html><title>Library</title>", "utf-8")
    Image.new("RGB", (ICON_PX, ICON_PX), "purple").save(pages / "icon.png")
    words = {"welcome": "index.html", "illustration": "icon.png", "language": "eng"}
    names = dict.fromkeys(("name", "title", "description", "creator", "publisher"), "library")
    options = [f"--{name}={value}" for name, value in {**words, **names}.items()]
    run(["zimwriterfs", *options, str(pages), str(zim)])


def _figure(name: str, passed: Passed) -> Figure:
    return Figure(name, passed.total, "bytes", note=f"{passed.up:,} up, {passed.down:,} down")
