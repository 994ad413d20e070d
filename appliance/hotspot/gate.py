"""The gate: while there is an uplink, phones reach trusted sites by TLS and nothing else.

nginx reads the name that a phone asks for from its first TLS message and joins the two ends.
Nothing is decrypted; a name that is not listed is cut off (facts, hotspot 5).
"""

from __future__ import annotations

import re

from appliance.hotspot.model import NETWORK, PORTAL, Hotspot

PATH = "etc/helppoint/gate.conf"
# Debian's own user for nginx; the firewall holds it to port 443 and the name servers.
USER = "www-data"
# The same as the firewall's.
CONNECTIONS = 60
# Where the firewall leads the phone of a member of staff who learns what a page needs.
LEARN_PORT = 4443
TAG = "learn"

_HEAD = f"""\
load_module /usr/lib/nginx/modules/ngx_stream_module.so;
user {USER};
worker_processes 1;
# Two for each phone's connection, and 30 phones with 20 each.
worker_rlimit_nofile 4096;
daemon off;
# At any lower level nginx writes down refused names with the addresses of phones.
error_log /dev/null crit;

events {{
    worker_connections 2048;
}}
"""
_JOIN = """\
        ssl_preread on;
        preread_timeout 5s;
        proxy_connect_timeout 5s;
        proxy_timeout 2m;
"""


def render(hotspot: Hotspot) -> str:
    """Return nginx's whole file."""
    hosts = "".join(f"        {host} $ssl_preread_server_name:443;\n" for host in hotspot.hosts)
    return f"""\
# Help Point: the way to trusted sites. Made by `helppoint hotspot`; changes are lost.
{_HEAD}
stream {{
    resolver {" ".join(hotspot.resolvers)} ipv6=off;
    resolver_timeout 5s;
    map_hash_bucket_size 256;

    map $ssl_preread_server_name $wanted {{
        hostnames;
        default "";
        .nhs.uk $ssl_preread_server_name:443;
{hosts}\
    }}

    limit_conn_zone $binary_remote_addr zone=phones:1m;

    server {{
        listen {PORTAL}:443;
        allow {NETWORK};
        deny all;
        limit_conn phones {CONNECTIONS};
{_JOIN}\
        proxy_pass $wanted;
    }}
}}
"""


def resolvers_of(text: str) -> tuple[str, ...]:
    """Return the name servers of a file that `render` made, none if it is not one."""
    found = re.search(r"^    resolver ([0-9. ]+) ipv6=off;$", text, re.MULTILINE)
    return tuple(found[1].split()) if found else ()


def render_learning(hotspot: Hotspot, phone: str, names: str) -> str:
    """Return the file of a second nginx, for one phone, which tells the names asked for.

    Args:
        hotspot: one with a gate.
        phone: the one address (IPv4) that is let through.
        names: path of a datagram socket, which gets each name in a message of syslog (RFC 3164).
    """
    return f"""\
# Help Point: what does a page need? In memory for some minutes, for `helppoint gate learn`.
{_HEAD}
# nginx tells a name when its connection ends; at the end all must.
worker_shutdown_timeout 1s;

stream {{
    resolver {" ".join(hotspot.resolvers)} ipv6=off;
    resolver_timeout 5s;
    log_format name $ssl_preread_server_name;

    server {{
        listen {PORTAL}:{LEARN_PORT};
        allow {phone};
        deny all;
{_JOIN}\
        proxy_pass $ssl_preread_server_name:443;
        access_log syslog:server=unix:{names},nohostname,tag={TAG} name;
    }}
}}
"""
