from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.cli.gate import words_of
from appliance.cli.hotspot import gate_switch, wanted_hotspot
from appliance.cli.watching import ends_when_changed
from appliance.config import Config, HotspotConfig
from appliance.hotspot import gate
from appliance.hotspot.learn import Learnt
from appliance.hotspot.render import render
from appliance.state.state import SettingsFile
from tests.hotspot.box import Box
from tests.hotspot.samples import SAMPLES
from tests.publisher import files_in


def _show(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return _run(home, "hotspot", "show", *words)


def _run(
    home: Path, *words: str, wrapped: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    command = [*wrapped, sys.executable, "-m", "appliance", "--home", str(home), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_show_prints_the_files_or_writes_the_same(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "helppoint.toml").write_text(
        'host = "198.51.100.1"\n[hotspot]\nprofile = "usb"\npassphrase = "two words"\n'
    )
    expected = render(SAMPLES["usb-unknown"])
    printed = _show(home)
    assert (printed.returncode, printed.stderr) == (0, "")
    assert printed.stdout == "".join(f"# /{path}\n{text}\n" for path, text in expected.items())
    done = _show(home, "--to", str(tmp_path / "root"))
    assert done.stdout.splitlines() == [str(tmp_path / "root" / path) for path in expected]
    written = files_in(tmp_path / "root")
    assert {path: data.decode() for path, data in written.items()} == expected


def test_show_tells_of_a_host_that_phones_cannot_reach(tmp_path: Path) -> None:
    done = _show(tmp_path)
    assert done.returncode == 0
    assert 'host in helppoint.toml is 127.0.0.1: set host = "198.51.100.1"' in done.stderr


def test_show_refuses_a_radio_that_it_does_not_know(tmp_path: Path) -> None:
    (tmp_path / "helppoint.toml").write_text('[hotspot]\nradio = "warp-core"\n')
    done = _show(tmp_path)
    assert done.returncode == 1
    assert "choose from cyw43455, cyw43430, cyw43436" in done.stderr
    file = tmp_path / "in-the-way"
    file.touch()
    (tmp_path / "helppoint.toml").unlink()
    assert _show(tmp_path, "--to", str(file / "x")).returncode == 1


@pytest.mark.parametrize(
    "words",
    [
        ("hotspot", "apply"),
        ("hotspot", "down"),
        ("hotspot", "status"),
        ("gate", "learn", "--from", "10.66.0.23"),
    ],
)
def test_only_root_may_change_the_network_or_ask_about_it(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    # Root's own rights are left outside, and the files of this environment are still its own.
    another = ("unshare", "--user", "--map-user=1000") if os.geteuid() == 0 else ()
    done = _run(tmp_path, *words, wrapped=another)
    assert (done.returncode, done.stdout) == (1, "")
    assert "use sudo" in done.stderr


def test_status_of_a_box_without_a_hotspot_says_what_to_do(tmp_path: Path) -> None:
    if os.geteuid() != 0 or Path("/etc/helppoint").exists():
        pytest.skip("wants to be root on a computer without a hotspot")
    done = _run(tmp_path, "hotspot", "status")
    assert done.returncode == 1
    first = "The hotspot has a fault: it is not set up: run `helppoint hotspot apply`."
    assert done.stdout.splitlines()[0] == first
    as_json = _run(tmp_path, "hotspot", "status", "--json")
    assert as_json.returncode == 1
    assert json.loads(as_json.stdout)["works"] is False


@pytest.mark.parametrize(
    ("learnt", "own", "says"),
    [
        (Learnt((), ()), [], ["The phone asked for nothing over https: is that its address, and"]),
        (Learnt(("www.nhs.uk",), ()), ["a.example"], ["allowed already: www.nhs.uk"]),
        (
            Learnt((), ("b.example",)),
            ["c.example", "a.example"],
            [
                "would have been refused: b.example",
                "To allow them all",
                '  helppoint settings gate_hosts "a.example; b.example; c.example" && helppoint',
            ],
        ),
    ],
)
def test_what_was_learnt_comes_with_the_line_that_allows_it(
    learnt: Learnt, own: list[str], says: list[str]
) -> None:
    lines = words_of(learnt, own)
    assert len(lines) == len(says)
    assert all(line.startswith(start) for line, start in zip(lines, says, strict=True))


def test_an_uplink_opens_the_gate_and_its_loss_shuts_it(tmp_path: Path) -> None:
    config = Config(tmp_path, runtime=tmp_path)
    own = replace(config, hotspot=HotspotConfig(resolvers=("192.168.7.1",)))
    assert wanted_hotspot(config).resolvers == ()
    assert wanted_hotspot(own).resolvers == ("192.168.7.1",)
    config.network_file.write_text('{"uplink": "up", "resolvers": ["192.168.1.1"]}')
    assert wanted_hotspot(config).resolvers == ("192.168.1.1",)
    assert wanted_hotspot(own).resolvers == ("192.168.7.1",)
    config.network_file.write_text('{"uplink": "portal", "resolvers": ["192.168.1.1"]}')
    assert wanted_hotspot(config).resolvers == ()
    assert wanted_hotspot(own).resolvers == ()
    config.network_file.write_text('{"uplink": "up", "resolvers": ["192.168.1.1"]}')
    SettingsFile(config.settings_file).change("walled_garden", "off")
    assert wanted_hotspot(config).resolvers == ()


def test_the_watchers_switch_opens_and_shuts_the_gate_and_leaves_phones_alone(
    tmp_path: Path,
) -> None:
    box = Box(tmp_path / "box")
    config = Config(tmp_path)
    switch = gate_switch(config, box)
    assert switch(()) is False
    assert "helppoint-gate.service" not in box.kept.running
    before = len(box.said)
    assert switch(("192.168.1.1",)) is True
    assert "resolver 192.168.1.1 " in (box.root / gate.PATH).read_text()
    assert "helppoint-gate.service" in box.kept.running
    assert switch(()) is False
    assert "helppoint-gate.service" not in box.kept.running
    assert not [
        command
        for command in box.said[before:]
        if command.startswith(("nmcli connection", "systemctl restart helppoint-dnsmasq"))
    ]
    # A garden that the library has shut is not opened, whatever the uplink.
    SettingsFile(config.settings_file).change("walled_garden", "off")
    assert switch(("192.168.1.1",)) is False
    assert "helppoint-gate.service" not in box.kept.running


def test_a_changed_setup_ends_the_watching(tmp_path: Path) -> None:
    stopping, file = threading.Event(), tmp_path / "helppoint.toml"
    step = ends_when_changed(file, stopping)
    step()
    assert not stopping.is_set()
    file.write_text("")
    step()
    assert stopping.is_set()
