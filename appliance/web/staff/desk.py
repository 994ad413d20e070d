"""What the desk's pages work with, joined by the command that serves them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from appliance.printing.jobs import Jobs
from appliance.site.published import Published
from appliance.state.pin import PinFile
from appliance.state.printers import PrintersFile
from appliance.state.state import Counts, SettingsFile
from appliance.web.staff.door import Door
from appliance.web.staff.health import Health
from appliance.web.staff.sessions import Sessions


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of one box's desk.

    `is_private` tells whether nobody else can read the line; `health` looks how the box is.
    """

    door: Door
    pin: PinFile
    sessions: Sessions
    published: Published
    settings: SettingsFile
    printers: PrintersFile
    jobs: Jobs
    counts: Counts
    is_private: Callable[[], bool]
    health: Callable[[], Health]
