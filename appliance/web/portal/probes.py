"""Reads the table of probes: probes.toml beside this file, one row a system."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

ANY_HOST = "*"


@dataclass(frozen=True, slots=True)
class Probe:
    """One system's question and the two answers. Fields: probes.toml."""

    name: str
    hosts: frozenset[str]
    paths: frozenset[str]
    before: Literal["page", "redirect"]
    status: int
    type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def asks(self, host: str, path: str) -> bool:
        """Whether a request is this probe."""
        return path in self.paths and (host in self.hosts or ANY_HOST in self.hosts)


@cache
def table() -> tuple[Probe, ...]:
    """Return the probes, in the order of the file."""
    rows = tomllib.loads(Path(__file__).with_name("probes.toml").read_text("utf-8"))["systems"]
    return tuple(
        Probe(
            **{
                **row,
                "hosts": frozenset(row["hosts"]),
                "paths": frozenset(row["paths"]),
                "body": row["body"].encode(),
            }
        )
        for row in rows
    )


def probe_of(host: str, path: str) -> Probe | None:
    """Return the probe that a request is; None for anything else."""
    return next((probe for probe in table() if probe.asks(host, path)), None)
