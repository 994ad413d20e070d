from __future__ import annotations

import json
from pathlib import Path

import pytest

from appliance.errors import StateError
from appliance.state.network import Facts, Network, read_facts, write_facts


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


def test_what_is_written_is_read_and_anyone_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "run" / "network.json"
    facts = Facts(hotspot=True, uplink="up", garden=True, resolvers=("192.168.1.1",), restarts=3)
    assert read_facts(path) is None
    write_facts(path, facts)
    assert read_facts(path) == facts
    assert path.stat().st_mode & 0o777 == 0o644
    assert Network(path).around() == {"online"}
    # Everything that pages and staff see is in there, and it stays small.
    assert path.stat().st_size < 1_000


def test_an_odd_field_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    path = tmp_path / "network.json"
    path.write_text('{"hotspot": true, "uplink": 5, "restarts": true, "resolvers": [1], "new": 1}')
    assert read_facts(path) == Facts(hotspot=True)


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file where a folder should be")
    with pytest.raises(StateError, match=r"network\.json cannot be written"):
        write_facts(tmp_path / "run" / "network.json", Facts())
