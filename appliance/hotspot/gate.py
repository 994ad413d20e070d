"""The gate: while there is an uplink, phones reach trusted sites by TLS and nothing else.

nginx reads the name that a phone asks for from its first TLS message and joins the two ends.
Nothing is decrypted; a name that is not listed is cut off (facts, hotspot 5).
"""

from __future__ import annotations

from appliance.hotspot.model import NETWORK, PORTAL, Hotspot

PATH = "etc/helppoint/gate.conf"
# Debian's own user for nginx; the firewall holds it to port 443 and the name servers.
USER = "www-data"
# The same as the firewall's.
CONNECTIONS = 60


def render(hotspot: Hotspot) -> str:
    """Return nginx's whole file."""
    hosts = "".join(f"        {host} $ssl_preread_server_name:443;\n" for host in hotspot.hosts)
    return f"""\
# Help Point: the way to trusted sites. Made by `helppoint hotspot`; changes are lost.
load_module /usr/lib/nginx/modules/ngx_stream_module.so;
user {USER};
worker_processes 1;
# Two for each phone's connection, and 30 phones with 20 each.
worker_rlimit_nofile 4096;
daemon off;
pid /run/helppoint-gate.pid;
# At any lower level nginx writes down refused names with the addresses of phones.
error_log /dev/null crit;

events {{
    worker_connections 2048;
}}

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
        ssl_preread on;
        preread_timeout 5s;
        proxy_connect_timeout 5s;
        proxy_timeout 2m;
        proxy_pass $wanted;
    }}
}}
"""
