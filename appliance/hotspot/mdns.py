"""avahi's files: the box answers to helppoint.local (facts, hotspot 8)."""

from __future__ import annotations

from appliance.hotspot.model import Hotspot

DAEMON_PATH = "etc/helppoint/avahi-daemon.conf"
SERVICE_PATH = "etc/avahi/services/helppoint.service"

# Browsers ask port 80; the firewall leads it to the pages in every profile.
SERVICE = """\
<?xml version="1.0" standalone="no"?>
<!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group>
  <name>Help Point</name>
  <service protocol="ipv4">
    <type>_http._tcp</type>
    <port>80</port>
  </service>
</service-group>
"""


def render_daemon(hotspot: Hotspot) -> str:
    """Return the daemon's file."""
    return render_daemon_on(hotspot.interface, "helppoint")


def render_daemon_on(interface: str, name: str) -> str:
    """Return the file of a daemon that is known as `name` on one card."""
    return f"""\
# Help Point: found as {name}.local. Made by `helppoint hotspot`; changes are lost.
[server]
host-name={name}
use-ipv4=yes
use-ipv6=no
allow-interfaces={interface}
enable-dbus=no
ratelimit-interval-usec=1000000
ratelimit-burst=1000

[publish]
publish-workstation=no
publish-hinfo=no
publish-aaaa-on-ipv4=no

[reflector]
enable-reflector=no
"""
