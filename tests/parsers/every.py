"""Every parser of outside data that there is; docs/decisions/0069 has the same as a table."""

from __future__ import annotations

from tests.parsers import content, devices, hosts, kept, publishers, releases, visitors

EVERY = (
    *releases.PARSERS,
    *content.PARSERS,
    *kept.PARSERS,
    *publishers.PARSERS,
    *hosts.PARSERS,
    *devices.PARSERS,
    *visitors.PARSERS,
)
