"""Tries every parser of outside data for some seconds each, in search of what makes one fall.

    python -m tests.fuzz [SECONDS [NAME ...]]

Two at a time. What was found stays in .cache/fuzz, so that the next run goes on from there. Ends
with 1 if anything made a parser fall; the bytes are in .cache/fuzz/NAME.fell and belong into the
parser's `fell` (tests/parsers).
"""

from __future__ import annotations

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tests.content import PROJECT
from tests.parsers.every import EVERY
from tests.parsers.mutations import PIECES
from tests.parsers.parser import Parser

CACHE = PROJECT / ".cache" / "fuzz"
AT_ONCE = 2
# One input takes milliseconds: what takes this long hangs. libFuzzer's own word for memory is MB.
HANGS_S, MEMORY_MB = 20, 600
MAX_BYTES = 20_000
# To load everything and to end, on a machine that is busy. After it the parser hangs in a way that
# libFuzzer does not see.
SPARE_S = 600


@dataclass(frozen=True, slots=True)
class Run:
    """How one parser stood it: how many inputs, how many places of code they came to."""

    parser: Parser
    inputs: int
    places: int
    complaint: str


def main(seconds: int, names: list[str]) -> int:
    parsers = [parser for parser in EVERY if not names or parser.name in names]
    (CACHE / "pieces").parent.mkdir(parents=True, exist_ok=True)
    (CACHE / "pieces").write_text("".join(f'"{_escaped(piece)}"\n' for piece in PIECES if piece))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        runs = list(pool.map(lambda parser: _tried(parser, seconds), parsers))
    fallen = [run for run in runs if run.complaint]
    for run in fallen:
        print(f"\n{run.parser}:\n{run.complaint}")
    print(f"\n{len(runs)} parsers, {seconds} s each, {sum(run.inputs for run in runs)} inputs:")
    print(f"{len(fallen)} fell.")
    return 1 if fallen else 0


def _tried(parser: Parser, seconds: int) -> Run:
    place = CACHE / parser.name.replace(" ", "-").replace(",", "").replace("'", "")
    _write_seeds(parser, place)
    command = [
        sys.executable, "-m", "tests.fuzz.one", parser.name, str(place),
        f"-dict={CACHE / 'pieces'}",
        f"-max_total_time={seconds}", f"-timeout={HANGS_S}", f"-rss_limit_mb={MEMORY_MB}",
        f"-max_len={MAX_BYTES}", f"-exact_artifact_path={place}.fell", "-print_final_stats=1",
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, capture_output=True, cwd=PROJECT, timeout=seconds + SPARE_S, check=False
        )
    except subprocess.TimeoutExpired:
        return Run(parser, 0, 0, "it did not end")
    said = (done.stdout + done.stderr).decode(errors="replace")
    inputs, places = (
        _last(r"stat::number_of_executed_units: (\d+)", said),
        _last(r"cov: (\d+)", said),
    )
    print(f"{parser.name:45} {inputs:8} inputs {places:6} places", flush=True)
    return Run(parser, inputs, places, said[-6_000:] if done.returncode else "")


def _write_seeds(parser: Parser, place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    for seed in (*parser.seeds, *parser.fell):
        (place / sha256(seed).hexdigest()[:16]).write_bytes(seed)


def _last(pattern: str, said: str) -> int:
    found = re.findall(pattern, said)
    return int(found[-1]) if found else 0


def _escaped(piece: bytes) -> str:
    """Write a piece as libFuzzer's dictionaries have it; they hold 64 bytes at most."""
    return "".join(f"\\x{byte:02x}" for byte in piece[:64])


if __name__ == "__main__":
    seconds, *names = sys.argv[1:] or ["8"]
    raise SystemExit(main(int(seconds), names))
