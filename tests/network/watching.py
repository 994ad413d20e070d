"""Runs the watchers as `helppoint hotspot watch` does, inside a namespace: `watching.py HOME FILE`.

The gate is a stand-in: FILE says what it was last switched to. HOME/pid is the process's number.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from appliance.cli.watching import run
from appliance.config import read_config
from appliance.hotspot.model import hotspot_of
from appliance.hotspot.system import System
from appliance.state.state import Settings

if __name__ == "__main__":
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    home, gate = Path(sys.argv[1]), Path(sys.argv[2])

    def switch(resolvers: tuple[str, ...]) -> bool:
        gate.write_text(" ".join(resolvers))
        return bool(resolvers)

    (home / "pid").write_text(str(os.getpid()))
    config = read_config(home)
    run(config, hotspot_of(config, Settings()), System(), switch)
