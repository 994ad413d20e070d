"""The computer that a hotspot's files are for: the only place here that runs its programs."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from appliance.errors import HotspotError

# The slowest, `nmcli connection up`, waits this long for an access point at most.
TIMEOUT_S = 90


@dataclass(frozen=True, slots=True)
class System:
    """A running computer; its files are below `root`."""

    root: Path = Path("/")

    def run(self, *words: str, timeout_s: float = TIMEOUT_S, told: str = "") -> str:
        """Run a program to its end, with `told` as its input; returns what it printed.

        Raises:
            HotspotError: it is not installed, failed, or took longer than `timeout_s`.
        """
        command = " ".join(words)
        try:
            done = subprocess.run(
                words,
                input=told,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=timeout_s,
                check=False,
            )
        except OSError as error:
            raise HotspotError(f"{words[0]} cannot be run: {error.strerror}") from error
        except subprocess.TimeoutExpired as error:
            raise HotspotError(f"`{command}` took longer than {timeout_s:.0f} s") from error
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip()
            raise HotspotError(f"`{command}` failed ({done.returncode}): {said[-500:]}")
        return done.stdout
