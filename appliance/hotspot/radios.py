"""What is known of radios: who serves WPA3, and which firmware an on-board chip should have."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from appliance.errors import ConfigError

TABLE = Path(__file__).with_name("radios.toml")


@dataclass(frozen=True, slots=True)
class Firmware:
    """One alternative of a chip's firmware: its file, and how many phones it holds at once."""

    file: str
    clients: int


@dataclass(frozen=True, slots=True)
class Radio:
    """One line of the table. `alternative` is the name that `update-alternatives` knows, or empty.

    `firmware` is by the Wi-Fi it is for: `open` or `passphrase`.
    """

    name: str
    profile: str
    seen_as: str
    serves_wpa3: bool
    source: str
    alternative: str = ""
    firmware: Mapping[str, Firmware] | None = None

    def firmware_for(self, *, is_open: bool) -> Firmware | None:
        """Return the firmware to choose, None where there is no choice."""
        chosen = self.firmware or {}
        return chosen.get("open" if is_open else "passphrase")


def find_radio(name: str, profile: str) -> Radio:
    """Look a radio up.

    Raises:
        ConfigError: it is not in the table, or is not a radio of this profile.
    """
    fitting = [radio.name for radio in all_radios().values() if radio.profile == profile]
    if name not in fitting:
        known = f"choose from {', '.join(fitting)}" if fitting else "leave it out"
        raise ConfigError(f"hotspot.radio {name!r} does not go with profile {profile!r}: {known}")
    return all_radios()[name]


@cache
def all_radios() -> Mapping[str, Radio]:
    """Return the table: name -> radio."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {name: _radio(name, fields) for name, fields in table.items()}


def _radio(name: str, fields: Mapping[str, object]) -> Radio:
    firmware = fields.get("firmware")
    known = {key: value for key, value in fields.items() if key != "firmware"}
    if isinstance(firmware, dict):
        known["firmware"] = {use: Firmware(**row) for use, row in firmware.items()}
    return Radio(name=name, **known)  # type: ignore[arg-type]  # our own file, read whole by a test
