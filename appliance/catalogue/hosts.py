"""Which hosts the content's sites are on: where the walled garden leads, besides nhs.uk."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from appliance.catalogue.model import Catalogue

# The letters of a host name, and no more, ever get into another program's file.
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
MAX_HOST = 253


def hosts_of(catalogue: Catalogue) -> tuple[str, ...]:
    """Return the hosts of the content's sites, sorted, without those below nhs.uk."""
    hosts = {urlsplit(site.url).hostname or "" for site in catalogue.sites.values()}
    return tuple(sorted(host for host in hosts if is_host(host) and not is_nhs(host)))


def is_host(name: str) -> bool:
    """Whether this is the full name of a host, in small letters (RFC 1123), and no address."""
    return len(name) <= MAX_HOST and _HOST.fullmatch(name) is not None and not name[-1].isdigit()


def is_nhs(name: str) -> bool:
    """Whether this is nhs.uk or the name of a host below it, as the gate has it."""
    return is_host(name) and f".{name}".endswith(".nhs.uk")
