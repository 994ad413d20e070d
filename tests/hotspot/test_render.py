"""The rendered files: against what a person has read and found right, and against each tool."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from appliance.hotspot import boot, dnsmasq, firewall, gate, keyfile
from appliance.hotspot.render import SECRET, render, write
from tests.hotspot.samples import SAMPLES, golden

every = pytest.mark.parametrize("name", SAMPLES)


def having(path: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", [n for n, h in SAMPLES.items() if path in render(h)])


def _run(*words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    if shutil.which(words[0]) is None:
        pytest.skip(f"{words[0]} is not installed: provisioning/prepare network")
    return subprocess.run(
        words, input=stdin, capture_output=True, text=True, timeout=60, check=False
    )


def _written(name: str, folder: Path, path: str) -> str:
    write(render(SAMPLES[name]), folder)
    return str(folder / path)


@every
def test_files_are_what_was_read_and_found_right(name: str) -> None:
    assert dict(render(SAMPLES[name])) == golden(name)


@every
def test_only_the_owner_can_read_a_passphrase(name: str, tmp_path: Path) -> None:
    files = render(SAMPLES[name])
    write(files, tmp_path)
    for path, text in files.items():
        mode = stat.S_IMODE((tmp_path / path).stat().st_mode)
        assert mode == (0o600 if path in SECRET else 0o644)
        assert SAMPLES[name].passphrase == "" or path in SECRET or "two words" not in text


@having(keyfile.PATH)
def test_networkmanager_reads_the_profile_as_it_was_meant(name: str, tmp_path: Path) -> None:
    profile = Path(_written(name, tmp_path, keyfile.PATH)).read_text()
    done = _run(
        "nmcli", "--offline", "connection", "modify", "connection.autoconnect", "yes", stdin=profile
    )
    assert done.returncode == 0, done.stderr
    # Nothing that we wrote was ignored; what it adds are empty sections.
    assert _keys(profile) <= _keys(done.stdout)


def _keys(profile: str) -> set[tuple[str, str]]:
    """Section and line of every key; NetworkManager writes a name of plain signs as text."""
    found, section = set(), ""
    for line in profile.splitlines():
        if line.startswith("["):
            section = line
        elif line and not line.startswith("ssid="):
            found.add((section, line))
    return found


@having(dnsmasq.PATH)
def test_dnsmasq_takes_its_file(name: str, tmp_path: Path) -> None:
    done = _run("dnsmasq", "--test", "-C", _written(name, tmp_path, dnsmasq.PATH))
    assert "syntax check OK" in done.stderr


@every
def test_nftables_takes_its_file(name: str, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("nft needs root even to check")
    done = _run("nft", "-c", "-f", _written(name, tmp_path, firewall.PATH))
    assert (done.returncode, done.stderr) == (0, "")


@having(gate.PATH)
def test_nginx_takes_its_file(name: str, tmp_path: Path) -> None:
    path = _written(name, tmp_path, gate.PATH)
    done = _run("nginx", "-t", "-c", path, "-p", str(tmp_path))
    # It then tries the address, which this machine does not have.
    assert f"the configuration file {path} syntax is ok" in done.stderr


@every
def test_systemd_takes_the_unit(name: str, tmp_path: Path) -> None:
    path = _written(name, tmp_path, boot.UNIT_PATH)
    done = _run("systemd-analyze", "verify", "--man=no", path)
    # This machine need not have the radio's programs.
    said = [line for line in done.stderr.splitlines() if "is not executable" not in line]
    assert [line for line in said if Path(path).name in line] == []


@every
def test_nothing_anywhere_turns_on_a_log_of_clients(name: str) -> None:
    files = render(SAMPLES[name])
    text = "\n".join(files.values())
    assert re.search(r"log-queries|log-dhcp|access_log|\blog (prefix|level|flags)", text) is None
    if gate.PATH in files:
        assert files[gate.PATH].count("error_log /dev/null crit;") == 1
    if dnsmasq.PATH in files:
        assert "\nlog-facility=/dev/null\nquiet-dhcp\ndhcp-ignore-names\n" in files[dnsmasq.PATH]


@pytest.mark.parametrize("name", ["onboard-passphrase", "usb-unknown"])
def test_radios_not_known_for_wpa3_never_offer_it_nor_protected_frames(name: str) -> None:
    assert {"group=ccmp;", "pairwise=ccmp;", "proto=rsn;", "key-mgmt=wpa-psk", "pmf=1"} <= set(
        render(SAMPLES[name])[keyfile.PATH].splitlines()
    )


@every
def test_without_an_uplink_nobody_is_led_to_a_gate(name: str) -> None:
    hotspot = SAMPLES[name]
    files = render(hotspot)
    assert (gate.PATH in files) == bool(hotspot.resolvers)
    assert ("443" in files[firewall.PATH]) == bool(hotspot.resolvers)
