"""What a screen reader gets: Chromium's accessibility tree, read from top to end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession

# What somebody typed is theirs, not the page's text.
_FIELDS = {"searchbox", "textbox"}


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that is told: its role, its name, the heading's level (0 for what has none)."""

    role: str
    name: str
    level: int
    depth: int


def things(session: CDPSession) -> list[Thing]:
    """Return everything in the tree that is not passed over, in the order it is read in."""
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    by_id = {node["nodeId"]: node for node in nodes}
    (root,) = [node for node in nodes if "parentId" not in node]
    found: list[Thing] = []
    waiting = [(root["nodeId"], 0)]
    while waiting:
        number, depth = waiting.pop()
        node = by_id.get(number)
        if node is None:
            continue
        if not node["ignored"]:
            found.append(_thing(node, depth))
        if node["role"]["value"] not in _FIELDS:
            waiting += [(child, depth + 1) for child in reversed(node.get("childIds", []))]
    return found


def _thing(node: dict[str, Any], depth: int) -> Thing:
    properties = {one["name"]: one["value"].get("value") for one in node.get("properties", [])}
    name = " ".join(str(node.get("name", {}).get("value", "")).split())
    return Thing(node["role"]["value"], name, int(properties.get("level") or 0), depth)


def texts(told: list[Thing]) -> list[str]:
    """Return the text that is read out, in pieces."""
    return [thing.name for thing in told if thing.role == "StaticText" and thing.name]


def named(told: list[Thing], *roles: str) -> list[str]:
    """Return the names of all things of some roles."""
    return [thing.name for thing in told if thing.role in roles]
