from __future__ import annotations

import json
from pathlib import Path

import pytest

from appliance.state.network import Network


@pytest.mark.parametrize(
    ("fields", "around"),
    [
        ({"hotspot": True, "uplink": "down"}, {"offline"}),
        ({"hotspot": True, "uplink": "portal", "garden": True}, {"offline"}),
        ({"hotspot": True, "uplink": "up", "garden": False}, {"offline"}),
        ({"hotspot": True, "uplink": "up", "garden": True}, {"online"}),
        ({"hotspot": False, "uplink": "down"}, set()),
        ({"hotspot": "yes"}, set()),
        ([], set()),
    ],
)
def test_visitors_are_told_only_what_is_known(
    tmp_path: Path, fields: object, around: set[str]
) -> None:
    (tmp_path / "network.json").write_text(json.dumps(fields))
    assert Network(tmp_path / "network.json").around() == around


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'"x"', b"{}" + b" " * 20_000])
def test_a_damaged_file_says_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "network.json").write_bytes(content)
    assert Network(tmp_path / "network.json").around() == frozenset()


def test_news_is_seen_and_so_is_its_end(tmp_path: Path) -> None:
    path = tmp_path / "network.json"
    network = Network(path)
    assert network.around() == frozenset()
    for uplink, around in (("down", "offline"), ("up", "online")):
        fresh = tmp_path / "fresh"
        fresh.write_text(json.dumps({"hotspot": True, "uplink": uplink, "garden": True}))
        fresh.replace(path)
        assert network.around() == {around}
    path.unlink()
    assert network.around() == frozenset()
