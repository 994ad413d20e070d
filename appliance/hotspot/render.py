"""All files of a hotspot, from one description: the same in, the same out, nothing is touched."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from appliance.files import replace_file
from appliance.hotspot import boot, dnsmasq, firewall, gate, keyfile, mdns, neighbours
from appliance.hotspot.model import Hotspot

# Files that hold a passphrase.
SECRET = frozenset({keyfile.PATH})


def render(hotspot: Hotspot) -> Mapping[str, str]:
    """Return path (below the root folder) -> text, sorted by path."""
    files = {
        firewall.PATH: firewall.render(hotspot),
        mdns.DAEMON_PATH: mdns.render_daemon(hotspot),
        mdns.SERVICE_PATH: mdns.SERVICE,
        boot.UNIT_PATH: boot.render_unit(hotspot),
        boot.SYSCTL_PATH: boot.SYSCTL,
        **neighbours.render(hotspot),
    }
    if hotspot.has_own_network:
        files[keyfile.PATH] = keyfile.render(hotspot)
        files[dnsmasq.PATH] = dnsmasq.render(hotspot)
    if hotspot.has_radio:
        files[boot.COUNTRY_PATH] = boot.render_country(hotspot)
    if hotspot.has_gate:
        files[gate.PATH] = gate.render(hotspot)
    firmware = boot.render_firmware(hotspot)
    if firmware is not None:
        files[boot.FIRMWARE_PATH] = firmware
    return dict(sorted(files.items()))


def write(files: Mapping[str, str], folder: Path) -> None:
    """Write rendered files below `folder`; those with a passphrase for their owner only.

    Raises:
        OSError: no space or no right to write.
    """
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, text.encode(), 0o600 if path in SECRET else 0o644)
