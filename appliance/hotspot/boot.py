"""What must hold before any network comes up: no forwarding, the portal's address, the radio on."""

from __future__ import annotations

from appliance.hotspot import firewall
from appliance.hotspot.model import PORTAL, Hotspot

UNIT_PATH = "etc/systemd/system/helppoint-network.service"
SYSCTL_PATH = "etc/sysctl.d/60-helppoint.conf"
COUNTRY_PATH = "etc/modprobe.d/helppoint-country.conf"
FIRMWARE_PATH = "etc/helppoint/firmware"

SYSCTL = """\
# Help Point: phones go nowhere through this box but through the gate.
net.ipv4.ip_forward = 0
net.ipv6.conf.all.forwarding = 0
# Linux tells each phone once a second that a packet was refused (six at a stretch) and leaves it
# waiting for the rest. The limit for all together, 1,000 a second, stays.
net.ipv4.icmp_ratelimit = 0
"""

# The network's 4,094 and the library's; Linux keeps 1,024, then new ones are not heard.
NEIGHBOURS = "net.ipv4.neigh.default.gc_thresh2=4096 net.ipv4.neigh.default.gc_thresh3=8192"

# What one phone leaves in the kernel's table of connections is gone in seconds, not in minutes:
# a Pi with 512 MB has room for 4,096 of them by default, and new phones find a full table silent.
CONNECTIONS = (
    "net.netfilter.nf_conntrack_udp_timeout=10"
    " net.netfilter.nf_conntrack_udp_timeout_stream=10"
    " net.netfilter.nf_conntrack_icmp_timeout=5"
    " net.netfilter.nf_conntrack_tcp_timeout_syn_recv=15"
    " net.netfilter.nf_conntrack_tcp_timeout_fin_wait=20"
    " net.netfilter.nf_conntrack_tcp_timeout_close_wait=20"
    " net.netfilter.nf_conntrack_tcp_timeout_last_ack=10"
    " net.netfilter.nf_conntrack_tcp_timeout_time_wait=5"
    " net.netfilter.nf_conntrack_tcp_timeout_established=3600"
)
# 10 MB at the most, of 320 bytes each.
MOST_CONNECTIONS = "net.netfilter.nf_conntrack_max=32768"


def render_unit(hotspot: Hotspot) -> str:
    """Return the unit that opens nothing before the firewall stands."""
    radio = (
        f"""\
# Raspberry Pi OS blocks the radio until its country is known. Without a radio the rest must hold.
ExecStart=-/usr/sbin/iw reg set {hotspot.country}
ExecStart=-/usr/sbin/rfkill unblock wlan
"""
        if hotspot.has_radio
        else ""
    )
    return f"""\
# Firewall and portal address, before any network comes up. Made by `helppoint hotspot`.
[Unit]
Description=Help Point: firewall, portal address and radio
Before=network-pre.target NetworkManager.service
Wants=network-pre.target
After=local-fs.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f /{firewall.PATH}
ExecStart=/usr/sbin/ip address replace {PORTAL}/32 dev lo
# Room for every neighbour that one phone could pretend to be. A container may not set it.
ExecStart=-/usr/sbin/sysctl --quiet --write {NEIGHBOURS}
# After nft, which loads the table that these are about.
ExecStart=-/usr/sbin/sysctl --quiet --write {CONNECTIONS}
ExecStart=-/usr/sbin/sysctl --quiet --write {MOST_CONNECTIONS}
{radio}\

[Install]
WantedBy=multi-user.target
"""


def render_country(hotspot: Hotspot) -> str:
    """Return the country for the radio's driver, from its first moment."""
    return f"""\
# Help Point: whose rules the radio keeps. Made by `helppoint hotspot`; changes are lost.
options cfg80211 ieee80211_regdom={hotspot.country}
"""


def render_firmware(hotspot: Hotspot) -> str | None:
    """Return the arguments for `update-alternatives --set`, None where there is no choice."""
    if hotspot.radio is None:
        return None
    chosen = hotspot.radio.firmware_for(is_open=not hotspot.passphrase)
    return None if chosen is None else f"{hotspot.radio.alternative} {chosen.file}\n"
