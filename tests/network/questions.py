"""The questions that phones ask to find out whether they have the internet, word by word.

From three tables: probes.toml (what is asked and answered), agents.toml (in which words), and
handsets.toml (what real phones asked).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from appliance.web.portal.probes import ANY_HOST, Probe, table

HERE = Path(__file__).parent
HANDSETS = HERE / "handsets.toml"


@dataclass(frozen=True)
class Question:
    """One request of one system, and the row that must answer it."""

    probe: Probe
    host: str
    path: str
    request: str


def questions() -> list[Question]:
    """Return every row by every host and path, and all that handsets were seen to ask."""
    return [*_of_table(), *(_recorded(row) for handset in handsets() for row in handset["probes"])]


def handsets(text: str | None = None) -> list[dict[str, Any]]:
    """Return what real phones did: the file's tables."""
    text = HANDSETS.read_text("utf-8") if text is None else text
    found: list[dict[str, Any]] = tomllib.loads(text).get("handsets", [])
    return found


def example() -> str:
    """Return the table of the file's commented example."""
    lines = HANDSETS.read_text("utf-8").partition("# [[handsets]]")
    return "[[handsets]]" + lines[2].replace("\n# ", "\n")


def probe_named(name: str) -> Probe:
    """Return a row of probes.toml."""
    return next(probe for probe in table() if probe.name == name)


def request(host: str, path: str, headers: Mapping[str, str], http: str = "1.1") -> str:
    """Return a whole request."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"GET {path} HTTP/{http}\r\nHost: {host}\r\n{lines}\r\n"


def _of_table() -> Iterator[Question]:
    agents = tomllib.loads((HERE / "agents.toml").read_text("utf-8"))
    unknown = {probe.name for probe in table()} - agents.keys()
    if unknown:
        raise AssertionError(f"agents.toml does not say how these ask: {unknown}")
    for name, agent in agents.items():
        probe = probe_named(agent.get("as", name))
        hosts = agent["also"] if ANY_HOST in probe.hosts else sorted(probe.hosts)
        for host, path in product(hosts, sorted(probe.paths)):
            text = request(host, path, agent["headers"], agent.get("http", "1.1"))
            yield Question(probe, host, path, text)


def _recorded(row: Mapping[str, Any]) -> Question:
    text = request(row["host"], row["path"], row.get("headers", {}))
    return Question(probe_named(row["row"]), row["host"], row["path"], text)
