"""Joins the parts of `helppoint hotspot watch`."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from appliance.config import FILE_NAME, Config
from appliance.hotspot import link
from appliance.hotspot.model import Hotspot
from appliance.hotspot.radio_watcher import RadioWatcher
from appliance.hotspot.system import System
from appliance.hotspot.uplink import Cause
from appliance.hotspot.uplink_watcher import Outside, UplinkWatcher, name_to_ask, read_cause
from appliance.hotspot.watch import Board, Step, tell_service_manager, watch
from appliance.state.network import Facts
from appliance.state.syncing import SyncFolder
from appliance.sync.sources import is_on_network

SYNC_UNIT = "helppoint-sync.service"
SETUP_EVERY_S = 10.0
# probe.py ends by itself after 8 s; a Pi needs 2 s more to start it.
PROBE_TIMEOUT_S = 15
# systemd takes an order in milliseconds, `--no-block`.
ORDER_TIMEOUT_S = 10


def run(
    config: Config, hotspot: Hotspot, system: System, switch: Callable[[tuple[str, ...]], bool]
) -> None:
    """Watch uplink and radio until SIGTERM or SIGINT.

    Args:
        config: where the state is kept, and whom to ask for content.
        hotspot: which card is the hotspot's.
        system: the computer.
        switch: opens the gate by these name servers, or shuts it; see `Outside`.
    """
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    # Pages are served by another user, who has to read the state.
    os.umask(0o022)
    board = Board(config.network_file, Facts(hotspot=hotspot.has_own_network))
    outside = _outside(config, hotspot, system, switch)
    steps: dict[str, Step] = {
        "uplink": _woken_early(UplinkWatcher(outside, board).step, link.Wake()),
        "setup": ends_when_changed(config.home / FILE_NAME, stopping),
    }
    if hotspot.has_radio:
        steps["radio"] = RadioWatcher(system, hotspot.interface, board).step
    try:
        watch(steps, stopping, tell_service_manager)
    finally:
        board.wipe()


def _woken_early(step: Step, wake: link.Wake) -> Step:
    """Return a step that does its own waiting, so that a pulled cable ends it."""

    def woken() -> float:
        wake.wait(step())
        return 0.0

    return woken


def ends_when_changed(file: Path, stopping: threading.Event) -> Step:
    """Return a step that ends all watching when a box was set up anew: systemd starts it again."""

    def stamp() -> tuple[int, int] | None:
        return (file.stat().st_ino, file.stat().st_mtime_ns) if file.exists() else None

    first = stamp()

    def step() -> float:
        if stamp() != first:
            stopping.set()
        return SETUP_EVERY_S

    return step


def _outside(
    config: Config, hotspot: Hotspot, system: System, switch: Callable[[tuple[str, ...]], bool]
) -> Outside:
    origins = tuple(origin for origin in config.origins if is_on_network(origin))
    name = name_to_ask(origins)
    # On the library's own network the card that phones come by is also the way out.
    own = hotspot.interface if hotspot.has_own_network else ""

    def probe() -> Cause:
        command = (sys.executable, "-I", "-m", "appliance.hotspot.probe", *origins)
        return read_cause(system.run(*command, timeout_s=PROBE_TIMEOUT_S))

    def start_sync() -> None:
        if config.origins:
            # What failed before failed without a way out, or without the content's host.
            SyncFolder(config.sync_folder).forget_plan()
            order = ("systemctl", "start", "--no-block", SYNC_UNIT)
            system.run(*order, timeout_s=ORDER_TIMEOUT_S)

    return Outside(
        look=lambda: link.look(system, own),
        find_resolvers=lambda way: (
            config.hotspot.resolvers or link.find_resolvers(system, way.interface)
        ),
        names_answer=lambda resolvers: link.names_answer(resolvers, name),
        probe=probe,
        switch=switch,
        start_sync=start_sync,
    )
