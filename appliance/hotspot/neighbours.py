"""The files with which a box offers its content to others on the library's own network.

Avahi tells them that it does, by a daemon of its own: the hotspot's must not lose the name
helppoint.local because another box on the library's network has it too. systemd opens the port, on
that network's card only, and hands it to a process that has no network at all.
"""

from __future__ import annotations

from collections.abc import Mapping

from appliance.config import NEIGHBOUR_PORT
from appliance.hotspot import mdns
from appliance.hotspot.model import Hotspot

SOCKET_PATH = "etc/systemd/system/helppoint-neighbour.socket"
DAEMON_PATH = "etc/helppoint/avahi-neighbour.conf"
SERVICE_PATH = "etc/helppoint/avahi-neighbour/content.service"
# Where the hotspot is on the library's own network already, its avahi tells.
SERVICE_BESIDE_PAGES_PATH = "etc/avahi/services/helppoint-content.service"
BACKSLASH = "\\"

# The same name for every box: it says nothing of the library, and avahi adds a number where another
# has it.
SERVICE = f"""\
<?xml version="1.0" standalone="no"?>
<!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group>
  <name>Help Point content</name>
  <service protocol="ipv4">
    <type>_helppoint._tcp</type>
    <port>{NEIGHBOUR_PORT}</port>
  </service>
</service-group>
"""


def render(hotspot: Hotspot) -> Mapping[str, str]:
    """Return path (below the root folder) -> text; nothing if content is not shared."""
    if not hotspot.shares_on:
        return {}
    socket = {SOCKET_PATH: _render_socket(hotspot.shares_on)}
    if hotspot.shares_on == hotspot.interface:
        return {**socket, SERVICE_BESIDE_PAGES_PATH: SERVICE}
    daemon = mdns.render_daemon_on(hotspot.shares_on, "helppoint-content")
    return {**socket, DAEMON_PATH: daemon, SERVICE_PATH: SERVICE}


def _render_socket(card: str) -> str:
    return f"""\
# Other boxes on the library's network fetch signed content here. Made by `helppoint hotspot`.
[Unit]
Description=Help Point: signed content for other boxes
Requires=helppoint-network.service
After=helppoint-network.service

[Socket]
ListenStream=0.0.0.0:{NEIGHBOUR_PORT}
# Whoever comes by another card, as phones do, finds nothing here.
BindToDevice={card}
# No answer gets past the first router.
IPTTL=1
Backlog=64
# A flood of visits must not shut it for good: nobody on site can log in.
TriggerLimitIntervalSec=0
# Networks of a library, never the internet.
IPAddressDeny=any
IPAddressAllow=10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 169.254.0.0/16

[Install]
WantedBy=multi-user.target {_device(card)}
"""


def _device(card: str) -> str:
    """Return systemd's name of a card, so that it opens the port when a cable's adapter comes."""
    return f"sys-subsystem-net-devices-{card.replace('-', BACKSLASH + 'x2d')}.device"
