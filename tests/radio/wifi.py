"""A box with a simulated radio, and phones that join it."""

from __future__ import annotations

import json
from typing import Any, NotRequired, TypedDict

from appliance.handouts.qr import wifi
from tests.radio import box
from tests.radio.guest import Guest, GuestError

PHONES = 10
# The one that looks at what the box sends; it may have joined before.
LOOKER = 1


class Found(TypedDict):
    """What a phone found: either `failed`, or all the others (station.py)."""

    failed: NotRequired[str]
    address: str
    by: str
    probe: list[object]
    page: tuple[int, str]
    join_s: float
    page_s: float


class Wifi:
    """What is on air."""

    def __init__(self, guest: Guest) -> None:
        self.guest = guest
        self._do("radios", str(1 + PHONES))

    def set_up(self, name: str, passphrase: str, **hotspot: str) -> None:
        """Let the box serve this Wi-Fi."""
        self._code = wifi(name, passphrase)
        box.set_up(self.guest, name=name, passphrase=passphrase, interface="wlan0", **hotspot)

    def beacon(self) -> list[str]:
        """Return the lines of `iw scan` about the box, the only access point there is."""
        return [str(line) for line in self._do("scan", str(LOOKER))]

    def visit(self, *numbers: int, kind: str = "any") -> list[Found]:
        """Let phones join at once by the string of the printed QR code, and open a page."""
        return self._do("visit", kind, self._code, *map(str, numbers))

    def visit_by(self, code: str, number: int) -> Found:
        """Let a phone try to join by another code than the printed one."""
        found: Found = self._do("visit", "any", code, str(number))[0]
        return found

    def back_after_s(self, death: str) -> float:
        """Let the access point die by a command; returns when a phone has joined again."""
        gone_s: float = self._do("outage", self._code, str(LOOKER), *death.split())[0]
        return gone_s

    def traces_in_journal(self, *addresses: str) -> list[str]:
        """Return the lines of the box's programs that hold an address of a phone's."""
        # What the simulated radios are made with.
        radios = [f"02:00:00:00:{number:02x}:00" for number in range(1, 1 + PHONES)]
        written = box.journal(self.guest).splitlines()
        if not any("device activated" in line for line in written):
            raise GuestError("the journal has not even the Wi-Fi's start")
        return [line for line in written for trace in (*addresses, *radios) if trace in line]

    def _do(self, *words: str) -> list[Any]:
        said = self.guest.run(
            "env", "-C", "/opt/test", "python3", "-m", "tests.radio.station", *words, timeout_s=300
        )
        found: list[Any] = json.loads(said)
        return found
