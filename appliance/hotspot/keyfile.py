"""NetworkManager's profile: the access point, or the card that an access point hangs on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID, uuid5

from appliance.hotspot.model import BOX, NETWORK, Hotspot, Security

PATH = "etc/NetworkManager/system-connections/helppoint-hotspot.nmconnection"
# Any fixed namespace will do: the same box always renders the same profile.
_NAMESPACE = UUID("6f2a9d0c-7c0e-4a86-9d43-0d2f4f9c5b10")
# A name that no reader of keyfiles takes for a list of numbers or for an escape.
_PLAIN_NAME = re.compile(rb"(?=.*[A-Za-z])[A-Za-z0-9_.-]+( [A-Za-z0-9_.-]+)*")

# With neither setting NetworkManager offers TKIP and SAE as well (facts, provisioning, table of
# joins: A against B and C).
_RSN_AND_CCMP = {"group": "ccmp;", "key-mgmt": "wpa-psk", "pairwise": "ccmp;", "proto": "rsn;"}
_PMF = {Security.WPA2: "1", Security.WPA2_AND_WPA3: "2"}  # 1 disable, 2 optional


def render(hotspot: Hotspot) -> str:
    """Return the keyfile; it may hold the passphrase and NetworkManager wants it 0600."""
    sections = {
        "connection": {
            "id": "helppoint-hotspot",
            "uuid": str(uuid5(_NAMESPACE, hotspot.profile)),
            "type": "wifi" if hotspot.has_radio else "ethernet",
            "interface-name": hotspot.interface,
            # 0: try again for ever, nobody on site would press a button.
            "autoconnect-retries": "0",
            "autoconnect-priority": "100",
        },
        **(_wifi(hotspot) if hotspot.has_radio else {}),
        # Not `shared`: that would start another dnsmasq and turn on forwarding and NAT.
        "ipv4": {
            "method": "manual",
            "address1": f"{BOX}/{NETWORK.prefixlen}",
            "never-default": "true",
        },
        "ipv6": {"method": "disabled"},
    }
    return "\n".join(_section(name, keys) for name, keys in sections.items())


def _wifi(hotspot: Hotspot) -> Mapping[str, Mapping[str, str]]:
    wifi = {
        "mode": "ap",
        "ssid": name_value(hotspot.name),
        "band": "bg",
        "channel": str(hotspot.channel),
        # The chip's firmware decides; the firewall does not rely on it.
        "ap-isolation": "1",
        "powersave": "2",  # off
    }
    if hotspot.security is Security.OPEN:
        return {"wifi": wifi}
    security = {
        **_RSN_AND_CCMP,
        "pmf": _PMF[hotspot.security],
        "psk": escaped(hotspot.passphrase),
        # No WPS, 1: Windows would ask for the PIN on the router's label, and there is none.
        "wps-method": "1",
    }
    return {"wifi": wifi, "wifi-security": security}


def name_value(name: bytes) -> str:
    """Write a Wi-Fi's name: as it is if that is safe, else as numbers, which hold any byte."""
    if _PLAIN_NAME.fullmatch(name):
        return name.decode("ascii")
    return "".join(f"{byte};" for byte in name)


def escaped(value: str) -> str:
    """Escape a text as GLib's key files want it: backslashes, and blanks at both ends."""
    inner = value.strip(" ")
    if not inner:
        return r"\s" * len(value)
    before = len(value) - len(value.lstrip(" "))
    after = len(value) - len(value.rstrip(" "))
    return r"\s" * before + inner.replace("\\", "\\\\") + r"\s" * after


def _section(name: str, keys: Mapping[str, str]) -> str:
    lines = (f"{key}={value}\n" for key, value in keys.items())
    return f"[{name}]\n" + "".join(lines)
