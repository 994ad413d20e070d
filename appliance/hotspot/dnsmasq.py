"""dnsmasq's file: addresses for phones, and one answer to every name (facts, hotspot 2)."""

from __future__ import annotations

from appliance.config import BOX_NAMES
from appliance.hotspot.model import (
    BOX,
    LEASE_MINUTES,
    LEASE_RANGES,
    LEASES,
    NETWORK,
    PORTAL,
    Hotspot,
)

PATH = "etc/helppoint/dnsmasq.conf"
# Not there: keeps Firefox's own DNS off, iCloud Private Relay, encrypted DNS and proxies away.
ABSENT = (
    "mask-h2.icloud.com",
    "mask.icloud.com",
    "resolver.arpa",
    "use-application-dns.net",
    "wpad",
)
FIXED = {
    "dns.msftncsi.com": "131.107.255.255",  # what Windows expects to hear
    **dict.fromkeys(BOX_NAMES, BOX),
    "ipv4only.arpa": "192.0.0.170",  # RFC 7050: no NAT64 here
    "localhost": "127.0.0.1",
}


def render(hotspot: Hotspot) -> str:
    """Return the file. Nothing about visitors is logged, and leases are in memory."""
    fixed = "".join(f"address=/{name}/{address}\n" for name, address in FIXED.items())
    absent = "".join(f"local=/{name}/\n" for name in ABSENT)
    ranges = "".join(
        f"dhcp-range={first},{last},{NETWORK.netmask},{LEASE_MINUTES}m\n"
        for first, last in LEASE_RANGES
    )
    return f"""\
# Help Point: addresses and names for phones. Made by `helppoint hotspot`; changes are lost.
interface={hotspot.interface}
except-interface=lo
# Not bind-dynamic: when an access point starts anew its address goes and comes within 0.1 s, and
# dnsmasq then sometimes never listened again. Others than phones are kept out by the firewall.

# No name is ever asked elsewhere, even with an uplink: the gate looks names up by itself.
no-resolv
no-hosts
no-poll
cache-size=0

# Every name is the box. Without local= every other question than A gets REFUSED.
address=/#/{PORTAL}
local=/#/
{fixed}\
# These names do not exist.
{absent}\

dhcp-authoritative
# A lease in 0.04 s, not in 3 s.
no-ping
{ranges}\
dhcp-lease-max={LEASES}
dhcp-option=option:router,{BOX}
dhcp-option=option:dns-server,{BOX}

# Nothing about visitors: no log, no names of phones, leases in memory. Even when it is quiet,
# dnsmasq would log the card of every phone that asks to go on with its address from home. What
# keeps it from starting it still says on the standard error.
log-facility=/dev/null
quiet-dhcp
dhcp-ignore-names
dhcp-leasefile=/run/helppoint-dnsmasq/leases
"""
