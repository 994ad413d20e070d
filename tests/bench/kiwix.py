"""kiwix-serve with the same pages in a ZIM file: what an offline library is usually served by."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from tests.bench.box import Box, Server
from tests.bench.figure import BenchError
from tests.bench.processes import run, running, wait_until_ready
from tests.bench.web import HOST, free_port, get

NAME = "helppoint"
ICON = "icon.png"
ICON_PX = 48
# The raw page without the viewer round it: `/content/` since kiwix-tools 3.5, `/raw/` before.
CONTENT = (f"/content/{NAME}", f"/raw/{NAME}/content")
_PACKED = shutil.ignore_patterns("*.gz", "*.pdf")
_ISO_639_3 = {"ar": "ara", "bn": "ben", "pl": "pol", "ur": "urd", "zh-Hans": "zho"}


@contextmanager
def serving(box: Box, folder: Path, language: str = "") -> Iterator[Server]:
    """Serve the pages of a box by kiwix-serve until the block ends; its options are its defaults.

    The two switches only leave out what it would otherwise add to each page. With a `language` only
    its pages and the English ones are packed, and Xapian stems their words by its rules.
    """
    port = free_port()
    listen = ("--address", HOST, "--port", str(port))
    plain = ("--nosearchbar", "--nolibrarybutton")
    with running(["kiwix-serve", *listen, *plain, str(_zim(box, folder, language))]) as process:
        wait_until_ready(process, port, "/")
        yield Server(port, process)


def version() -> str:
    """Return what is compared with, such as `kiwix-tools 3.3.0`."""
    return run(["kiwix-serve", "--version"]).partition("\n")[0]


def page_address(server: Server, path: str, content: bytes) -> str:
    """Return the address at which kiwix-serve gives back a page byte for byte.

    Raises:
        BenchError: it does so nowhere.
    """
    for prefix in CONTENT:
        address = prefix + path
        answer = get(server.port, address)
        if answer.status == 200 and answer.text == content:
            return address
    raise BenchError(f"kiwix-serve gives {path} at none of {', '.join(CONTENT)}")


def _zim(box: Box, folder: Path, language: str) -> Path:
    """Pack the pages, without the copies that are already compressed."""
    pages, zim = folder / "pages", folder / f"{NAME}.zim"
    for part in sorted({language, "en"}) if language else [""]:
        shutil.copytree(box.pages / part, pages / part, ignore=_PACKED)
    Image.new("RGB", (ICON_PX, ICON_PX), "purple").save(pages / ICON)
    welcome = next(iter(sorted(pages.rglob("index.html")))).relative_to(pages)
    options = {
        "welcome": str(welcome),
        "illustration": ICON,
        "language": _ISO_639_3.get(language, "eng"),
        "name": NAME,
        "title": "Help Point",
        "description": "The same pages",
        "creator": "Help Point",
        "publisher": "Help Point",
    }
    arguments = [f"--{name}={value}" for name, value in options.items()]
    run(["zimwriterfs", *arguments, str(pages), str(zim)])
    return zim
