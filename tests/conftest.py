"""Real boxes for the tests that need one: packed, signed, imported and served, on loopback."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from tests.content import real_tree
from tests.publisher import Publisher

# A slow machine is no fault of the code. A test that passed passes again, too: it is `make fuzz`
# that looks for what nobody has thought of.
settings.register_profile("patient", deadline=None, derandomize=True)
settings.load_profile("patient")
# A box makes its pages before it answers: all languages take 10 s on an idle machine.
START_LIMIT_S = 240


@dataclass(frozen=True)
class Helppoint:
    """The command line with a home of its own; `publisher` made what it has embedded."""

    home: Path
    publisher: Publisher

    @staticmethod
    def new(folder: Path, tree: Mapping[str, bytes] | None = None) -> Helppoint:
        publisher = Publisher.new(folder)
        publisher.pack(real_tree() if tree is None else tree)
        home = folder / "home"
        home.mkdir()
        # No test asks the network that this machine is on.
        nowhere = 'wired_interface = "nowhere"\n'
        (home / "helppoint.toml").write_text(f'embedded = "{publisher.repository}"\n{nowhere}')
        return Helppoint(home, publisher)

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "appliance", "--home", str(self.home), *words]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words), capture_output=True, text=True, timeout=60, check=False
        )

    @contextmanager
    def serving(self) -> Iterator[Server]:
        process = subprocess.Popen(
            self.command("serve", "--port", "0"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        try:
            yield Server(_address(process), process)
        finally:
            process.terminate()
            process.communicate(timeout=20)


@dataclass(frozen=True)
class Server:
    """A help point that is being served."""

    url: str
    process: subprocess.Popen[str]


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], START_LIMIT_S)
    line = process.stdout.readline() if ready else ""
    found = re.search(r"http://127\.0\.0\.1:\d+", line)
    if found is None:
        process.kill()
        pytest.fail(f"the help point did not start: {line!r} {process.communicate()[1]}")
    return found[0]


@pytest.fixture
def helppoint(tmp_path: Path) -> Helppoint:
    """A new box that has imported nothing yet."""
    return Helppoint.new(tmp_path)


@pytest.fixture(scope="session")
def shared_box(tmp_path_factory: pytest.TempPathFactory) -> Helppoint:
    """A box for tests that only read."""
    return Helppoint.new(tmp_path_factory.mktemp("box"))


@pytest.fixture(scope="session")
def server(shared_box: Helppoint) -> Iterator[Server]:
    """A help point with the project's own content, served for the whole session."""
    with shared_box.serving() as running:
        yield running
