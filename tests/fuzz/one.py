"""Tries one parser with what a coverage-guided search finds: python -m tests.fuzz.one NAME ...

What comes after the name goes to libFuzzer: folders of examples, and its options.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

# What reads the bytes, in our code and under it, is what the search is guided by.
INSTRUMENTED = [
    "appliance", "babel", "markdown_it", "mdit_py_plugins", "securesystemslib", "tomllib", "tuf",
    "urllib3", "waitress", "werkzeug",
]  # fmt: skip

with atheris.instrument_imports(include=INSTRUMENTED):
    from tests.parsers.every import EVERY


def main(name: str, options: list[str]) -> None:
    parser = next(parser for parser in EVERY if parser.name == name)
    logging.disable(logging.WARNING)
    with TemporaryDirectory() as folder, parser.opened(Path(folder)) as take:
        atheris.Setup([sys.argv[0], *options], lambda data: take(data) and None)
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
