"""Undoes what apply did: the computer is as it was before, and stays so when it starts again."""

from __future__ import annotations

from appliance.errors import HotspotError
from appliance.hotspot import scan
from appliance.hotspot.apply import withdraw
from appliance.hotspot.asking import unit_state
from appliance.hotspot.learn import stop_learning
from appliance.hotspot.lock import only_one
from appliance.hotspot.parts import ALL, NETWORK_UNIT
from appliance.hotspot.record import PATH as RECORD
from appliance.hotspot.system import System


def down(system: System) -> list[str]:
    """Undo all: the watcher first, or it would put it in force again; the firewall near the end.

    Returns:
        One sentence for each thing that was undone; none if there was nothing.

    Raises:
        HotspotError: something could not be undone. Calling again goes on from there.
    """
    with only_one(system):
        stop_learning(system)
        try:
            done = [f"{part.label}: removed." for part in reversed(ALL) if withdraw(part, system)]
            for path in (RECORD, scan.PATH):
                (system.root / path).unlink(missing_ok=True)
        except OSError as error:
            raise HotspotError(f"{error.filename}: {error.strerror}") from error
        if unit_state(system, NETWORK_UNIT.unit).is_installed:  # its file is gone
            system.run("systemctl", "daemon-reload")
    return done
