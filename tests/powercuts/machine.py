"""A small virtual machine without KVM: a box's kernel, Python and application, and nothing else.

It has the root folder of a box, which it cannot write to, a disk with the tests' work, and disks
for data. It does its work and switches itself off, or is killed meanwhile.
"""

from __future__ import annotations

import lzma
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.radio.trees import Made

HERE = Path(__file__).parent
MEMORY_MB = 768
# What the machine's first program needs besides busybox itself.
LIBRARIES = (
    "usr/lib/x86_64-linux-gnu/libc.so.6",
    "usr/lib/x86_64-linux-gnu/libresolv.so.2",
    "usr/lib64/ld-linux-x86-64.so.2",
)
MODULES = ("virtio_blk", "crc32c_generic", "ext4")


class MachineError(AssertionError):
    """The machine did not do its work: this says nothing of the box in it."""


@dataclass(frozen=True, slots=True)
class Drive:
    """A disk in a file; with `log`, every write and every flush is written down there too."""

    disk: Path
    log: Path | None = None
    is_read_only: bool = False

    def words(self, name: str) -> list[str]:
        """Return what qemu is told. The disk has a cache of its own, which only a flush empties."""
        read_only = "on" if self.is_read_only else "off"
        file = f"driver=file,filename={self.disk},node-name={name}-file,read-only={read_only}"
        node = f"driver=raw,file={name}-file,node-name={name},read-only={read_only}"
        words = ["-blockdev", file]
        if self.log is not None:
            words += ["-blockdev", f"driver=file,filename={self.log},node-name={name}-log"]
            node = f"driver=blklogwrites,file={name}-file,log={name}-log,node-name={name}"
        device = f"virtio-blk-pci,drive={name},num-queues=1,write-cache=on"
        return [*words, "-blockdev", node, "-device", device]


def start(
    made: Made, first: Path, work: Path, disks: Sequence[Drive], console: Path
) -> subprocess.Popen[bytes]:
    """Switch the machine on. `first` is from `make_first`; the console's words go to a file."""
    boot = next((made.tree / "boot").glob("vmlinuz-*"))
    drives = [Drive(made.disk, is_read_only=True), Drive(work, is_read_only=True), *disks]
    machine = (
        # Not longer than these tests, even if they are killed.
        "setpriv --pdeathsig KILL qemu-system-x86_64 -M q35 -accel tcg,thread=multi -cpu max"
        f" -smp 2 -m {MEMORY_MB} -kernel {boot} -initrd {first} -serial file:{console}"
        " -device virtio-rng-pci -nic none -display none -monitor none -no-reboot"
    )
    words = machine.split()
    for number, drive in enumerate(drives):
        words += drive.words(f"d{number}")
    words += ["-append", "console=ttyS0 quiet panic=-1"]
    return subprocess.Popen(words, stdin=subprocess.DEVNULL)


def make_first(tree: Path, folder: Path) -> Path:
    """Make the memory disk that a machine starts from, out of what a box has."""
    root = folder / "first"
    for name in ("dev", "root", "modules", "bin"):
        (root / name).mkdir(parents=True)
    for library in LIBRARIES:
        target = root / library.removeprefix("usr/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tree / library, target)
    shutil.copy(tree / "usr/bin/busybox", root / "bin/busybox")
    shutil.copy(HERE / "begin.sh", root / "init")
    _add_modules(tree, root / "modules")
    names = "\n".join(str(path.relative_to(root)) for path in sorted(root.rglob("*")))
    packed = folder / "first.cpio"
    with packed.open("wb") as file:
        command = ["busybox", "cpio", "-o", "-H", "newc"]
        subprocess.run(
            command, cwd=root, input=names.encode(), stdout=file, stderr=subprocess.PIPE, check=True
        )
    return packed


def _add_modules(tree: Path, folder: Path) -> None:
    kernel = next((tree / "usr/lib/modules").iterdir())
    needs = {
        name.strip(): others.split()
        for name, _, others in (
            line.partition(":") for line in (kernel / "modules.dep").read_text().splitlines()
        )
    }
    by_name = {Path(path).name.partition(".")[0]: path for path in needs}
    wanted = dict.fromkeys(path for name in MODULES for path in _with_needs(by_name[name], needs))
    for path in wanted:
        (folder / Path(path).stem).write_bytes(lzma.decompress((kernel / path).read_bytes()))
    (folder / "order").write_text("".join(f"{Path(path).stem}\n" for path in wanted))


def _with_needs(path: str, needs: dict[str, list[str]]) -> Iterator[str]:
    """Yield what a module needs, before it; modules.dep lists what is needed last of all first."""
    yield from reversed(needs[path])
    yield path
