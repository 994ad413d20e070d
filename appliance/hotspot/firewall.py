"""nftables' file: what phones may do, and how fast they are told that they may not (facts, 4)."""

from __future__ import annotations

from appliance.config import NEIGHBOUR_PORT
from appliance.hotspot.gate import CONNECTIONS, LEARN_PORT, USER
from appliance.hotspot.model import BOX, NETWORK, PORTAL, Hotspot

PATH = "etc/helppoint/nftables.conf"
# What one phone may ask, and the box answer, at the most: docs/decisions/0053-hostile-phones.md.
# A card may have several addresses, and a repeater lends its card to several phones.
CONNECTIONS_OF_CARD = 4 * CONNECTIONS
# New connections of one card: each leaves an entry in the kernel's table when it has long ended.
KNOCKS_PER_SECOND, KNOCKS_BURST = 100, 400
# dnsmasq answers 20 TCP connections at a time.
DNS_CONNECTIONS = 10
QUESTIONS_PER_SECOND, QUESTIONS_BURST = 200, 1000
DHCP_OF_CARD_PER_MINUTE = 20
DHCP_PER_SECOND = 2
# A class of 30 that joins at once.
DHCP_BURST = 120
# A box asks for eight files at a time; others behind the same address may be at it as well.
CONNECTIONS_OF_NEIGHBOUR, CONNECTIONS_OF_NEIGHBOURS = 32, 256
# Networks that are never the internet (RFC 6890), and the one that stands for every name.
NOT_INTERNET = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.51.100.0/24",
    "224.0.0.0/3",
)


_LEARNER = """\
    # A member of staff's phone, while `helppoint gate learn` notes what a page needs. The kernel
    # itself takes it out again, whatever becomes of that command.
    set learner {
        type ipv4_addr
        size 1
        flags timeout
    }

"""


def render(hotspot: Hotspot) -> str:
    """Return a file that `nft -f` puts in force in one step, in place of what was there before."""
    chains = _phones(hotspot) + _gate(hotspot) if hotspot.has_own_network else _neighbours(hotspot)
    chains += _content(hotspot)
    return f"""\
# Help Point: what phones may do. Made by `helppoint hotspot`; changes are lost.
# Made if it is not there, so that it can be deleted: the file always loads, and in one step.
table inet helppoint
delete table inet helppoint
table inet helppoint {{
{chains}}}
"""


def _neighbours(hotspot: Hotspot) -> str:
    """On the library's own network: pages at the port that browsers ask, no more."""
    return f"""\
    chain translate {{
        type nat hook prerouting priority dstnat; policy accept;
        iifname "{hotspot.interface}" fib daddr type local tcp dport 80 \
dnat ip to {PORTAL}:{hotspot.portal_port}
    }}
"""


def _content(hotspot: Hotspot) -> str:
    """Offer content to other boxes by one card only, and to each its share."""
    if not hotspot.shares_on:
        return ""
    return f"""
    set neighbours {{
        type ipv4_addr
        size 4096
        flags dynamic
    }}

    chain content {{
        type filter hook input priority filter; policy accept;
        tcp dport != {NEIGHBOUR_PORT} accept
        iifname != "{hotspot.shares_on}" reject with tcp reset
        ct state established,related accept
        ct count over {CONNECTIONS_OF_NEIGHBOURS} reject with tcp reset
        add @neighbours {{ ip saddr \
ct count over {CONNECTIONS_OF_NEIGHBOUR} }} reject with tcp reset
    }}
"""


def _phones(hotspot: Hotspot) -> str:
    name, port = hotspot.interface, hotspot.portal_port
    tcp_ports = "{ 80, 443 }" if hotspot.has_gate else "80"
    served_ports = f"{{ 443, {port} }}" if hotspot.has_gate else f"{port}"
    gate = (
        f"""\
        ip saddr @learner tcp dport 443 dnat ip to {PORTAL}:{LEARN_PORT}
        tcp dport 443 dnat ip to {PORTAL}:443
"""
        if hotspot.has_gate
        else ""
    )
    learner = (
        f"""\
        ip saddr @learner ip daddr {PORTAL} tcp dport {LEARN_PORT} ct original proto-dst 443 accept
"""
        if hotspot.has_gate
        else ""
    )
    return f"""\
    set connections {{
        type ipv4_addr
        size 4096
        flags dynamic
    }}

    set cards {{
        type ether_addr
        size 1024
        flags dynamic
    }}

    set knocks {{
        type ether_addr
        size 1024
        flags dynamic,timeout
        timeout 10s
    }}

    set dns_connections {{
        type ipv4_addr
        size 4096
        flags dynamic
    }}

    set questions {{
        type ether_addr
        size 1024
        flags dynamic,timeout
        timeout 10s
    }}

    set leases {{
        type ether_addr
        size 1024
        flags dynamic,timeout
        timeout 2m
    }}

    set not_internet {{
        type ipv4_addr
        flags interval
        elements = {{ {", ".join(NOT_INTERNET)} }}
    }}

{_LEARNER if hotspot.has_gate else ""}\
    # Before any address is translated: a refusal sent later carries the wrong source, and phones
    # wait 5 s for it.
    chain refuse {{
        type filter hook prerouting priority mangle; policy accept;
        iifname != "{name}" accept
        meta nfproto ipv6 drop
        # Before what is established, for a flood is as well. Silence costs the least.
        udp dport {{ 53, 5353 }} add @questions {{ ether saddr \
limit rate over {QUESTIONS_PER_SECOND}/second burst {QUESTIONS_BURST} packets }} drop
        udp dport 67 jump lease
        ip saddr != {NETWORK} drop
        ct state established,related accept
        ip daddr 224.0.0.251 udp dport 5353 accept
        fib daddr type {{ broadcast, multicast }} drop
        tcp dport 53 ct state new \
add @dns_connections {{ ip saddr ct count over {DNS_CONNECTIONS} }} reject with tcp reset
        meta l4proto {{ tcp, udp }} th dport 53 accept
        ip daddr {{ {BOX}, {PORTAL} }} icmp type echo-request limit rate 50/second accept
        ip daddr != {{ {BOX}, {PORTAL} }} ip daddr @not_internet jump no
        tcp dport {tcp_ports} ct state new add @knocks {{ ether saddr \
limit rate over {KNOCKS_PER_SECOND}/second burst {KNOCKS_BURST} packets }} reject with tcp reset
        tcp dport {tcp_ports} ct state new \
add @connections {{ ip saddr ct count over {CONNECTIONS} }} reject with tcp reset
        tcp dport {tcp_ports} ct state new \
add @cards {{ ether saddr ct count over {CONNECTIONS_OF_CARD} }} reject with tcp reset
        tcp dport {tcp_ports} accept
        jump no
    }}

    # Whoever takes address after address must not take all that a lease's time can give.
    chain lease {{
        add @leases {{ ether saddr limit rate over {DHCP_OF_CARD_PER_MINUTE}/minute \
burst {DHCP_OF_CARD_PER_MINUTE} packets }} drop
        limit rate {DHCP_PER_SECOND}/second burst {DHCP_BURST} packets accept
        drop
    }}

    chain no {{
        meta l4proto tcp reject with tcp reset
        reject with icmpx type admin-prohibited
    }}

    chain translate {{
        type nat hook prerouting priority dstnat; policy accept;
        iifname != "{name}" accept
        meta l4proto {{ tcp, udp }} th dport 53 dnat ip to {BOX}
        tcp dport 80 dnat ip to {PORTAL}:{port}
{gate}\
    }}

    # A second net: from the phones' side nothing else of this box can be reached. Not `ct status
    # dnat`, which does not hold where the address was right already.
    chain input {{
        type filter hook input priority filter; policy accept;
        # dnsmasq listens on all cards; it is there for phones only.
        iifname != {{ "{name}", "lo" }} meta l4proto {{ tcp, udp }} th dport 53 jump no
        iifname != "{name}" accept
        ct state established,related accept
        udp dport 67 accept
        ip daddr {BOX} meta l4proto {{ tcp, udp }} th dport 53 accept
        ip daddr 224.0.0.251 udp dport 5353 accept
        ip daddr {PORTAL} tcp dport {served_ports} ct original proto-dst {tcp_ports} accept
{learner}\
        icmp type echo-request accept
        drop
    }}

    chain forward {{
        type filter hook forward priority filter; policy accept;
        iifname "{name}" drop
        oifname "{name}" drop
    }}
"""


def _gate(hotspot: Hotspot) -> str:
    """Hold the gate to what it is for: it could be made to connect anywhere by a lying resolver."""
    if not hotspot.has_gate:
        return ""
    resolvers = ", ".join(hotspot.resolvers)
    return f"""
    chain output {{
        type filter hook output priority filter; policy accept;
        meta skuid "{USER}" jump gate
    }}

    chain gate {{
        ct state established,related accept
        ip daddr {{ {resolvers} }} meta l4proto {{ tcp, udp }} th dport 53 accept
        ip daddr != @not_internet tcp dport 443 accept
        jump no
    }}
"""
