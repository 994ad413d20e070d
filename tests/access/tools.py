"""What these tests take from npm and from Debian: where it is, its version, and what is missing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"
_MODULES = HERE / "node_modules"
_HOW = "run `make test-access`, or provisioning/prepare access, on a machine that reaches npm"


@dataclass(frozen=True, slots=True)
class Tool:
    """An npm package, the file of it that is used, and the program that runs that file."""

    name: str
    package: str
    file: str
    program: str

    @property
    def path(self) -> Path:
        """The file that is used."""
        return _MODULES / self.package / self.file

    @property
    def version(self) -> str:
        """The version that is installed."""
        about = json.loads((_MODULES / self.package / "package.json").read_text("utf-8"))
        return str(about["version"])

    def missing(self) -> str | None:
        """Return why it cannot run here, None if it can."""
        if not self.path.is_file():
            return f"{self.name} is not installed in {_MODULES}: {_HOW}"
        if shutil.which(self.program) is None:
            return f"{self.name} needs {self.program}, which is not installed: {_HOW}"
        return None


AXE = Tool("axe-core", "axe-core", "axe.min.js", CHROMIUM)
VNU = Tool("Nu Html Checker", "vnu-jar", "build/dist/vnu.jar", "java")
LIGHTHOUSE = Tool("Lighthouse", "lighthouse", "cli/index.js", "node")
ALL = (AXE, VNU, LIGHTHOUSE)


def versions() -> dict[str, str]:
    """Return the version of every tool by its name, Chromium's among them."""
    words = subprocess.run(
        [CHROMIUM, "--version"], capture_output=True, text=True, timeout=30, check=True
    ).stdout.split()
    return {**{tool.name: tool.version for tool in ALL}, "Chromium": words[1]}


def run(command: list[str], timeout_s: float, environment: dict[str, str] | None = None) -> str:
    """Return what a program prints, whatever its exit code."""
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
        env={**os.environ, **(environment or {})},
    )
    if not done.stdout:
        raise OSError(f"{command[0]} printed nothing; its errors: {done.stderr[-2000:]}")
    return done.stdout


def need(tool: Tool) -> None:
    """Skip a test that this machine cannot run, and say why."""
    reason = tool.missing()
    if reason is not None:
        pytest.skip(reason)
