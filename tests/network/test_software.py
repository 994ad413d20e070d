"""Real programs as the phone: browsers, NetworkManager, systemd-resolved."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from appliance.config import ON_WIFI
from appliance.hotspot.model import PORTAL
from tests.content import PROJECT
from tests.network.lab import Lab
from tests.network.software import on_phone, running

# Not installed: Debian's package would take over this machine's own /etc/resolv.conf.
_UNPACKED = PROJECT / ".cache/systemd-resolved"
RESOLVED = next(_UNPACKED.rglob("lib/systemd/systemd-resolved"), _UNPACKED)
STUB = "127.0.0.53"
GUIDE = "Get the NHS App on your phone"
NETWORKMANAGER = """\
[main]
dns=none
auth-polkit=false
plugins=keyfile
no-auto-default=*
[keyfile]
path=/run/connections
[connectivity]
enabled=true
uri=http://nmcheck.gnome.org/check_network_status.txt
interval=300
"""


def _needs(program: str) -> pytest.MarkDecorator:
    missing = shutil.which(program) is None
    return pytest.mark.skipif(missing, reason=f"no {program}: provisioning/prepare network")


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@_needs("chromium")
def test_chromium_goes_from_any_address_to_a_guide_and_to_the_button(real: Lab) -> None:
    real.newcomer(1)
    home = real.folder / "chromium"
    home.mkdir()
    script = ["env", f"HOME={home}", f"PYTHONPATH={PROJECT}", *real.script("chromium.py")]
    went = json.loads(_run(on_phone(real, 1, *script)))
    assert went["window"] == {
        "landed": ON_WIFI,
        "read": GUIDE,
        "stayed": "http://10.66.0.1/en/stayed",
    }
    assert went["browser"] == {"landed": ON_WIFI, "read": GUIDE}
    rows = [("fetch", PORTAL, "/generate_204")]
    assert real.many("phone1", rows)[0].of_it["status"] == 204


@_needs("firefox-esr")
def test_firefox_shows_its_bar_and_after_the_button_takes_it_away(real: Lab) -> None:
    real.newcomer(1)
    home = real.folder / "firefox"
    home.mkdir()
    script = ["env", f"HOME={home}", *real.script("firefox.py"), str(home)]
    went = json.loads(_run(on_phone(real, 1, *script)))
    assert went["before"] == {"bar": True, "locked": True, "unlocked": False}
    assert went["after"] == {"bar": False, "locked": False, "unlocked": True}


@_needs("NetworkManager")
def test_networkmanager_finds_a_portal_and_after_the_button_the_internet(real: Lab) -> None:
    real.newcomer(1)
    try:
        assert _connectivity(real) == {"before": "portal", "after": "full"}
    finally:
        # It takes the card down when it goes.
        real.run("phone1", "ip", "link", "set", "wl0", "up")
        real.newcomer(1)


def _connectivity(lab: Lab) -> Any:
    settings = lab.folder / "networkmanager.conf"
    settings.write_text(NETWORKMANAGER)
    words = [*lab.script("networkmanager.py"), str(settings)]
    return json.loads(_run(on_phone(lab, 1, *words)))


@_needs(str(RESOLVED))
def test_systemd_resolved_trusts_the_boxs_answers(real: Lab) -> None:
    real.newcomer(1)
    # As nobody: it would want a user of its own, which its package makes.
    drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    rights = "+net_bind_service,+net_raw,+setpcap"
    keep = [f"--inh-caps={rights}", f"--ambient-caps={rights}"]
    command = on_phone(real, 1, *drop, *keep, str(RESOLVED))
    log = real.folder / "resolved.log"
    with running(command, log):
        _wait(lambda: STUB in real.run("phone1", "ss", "-lnu"), log)
        kinds = ("1", "28", "65", "16", "1")
        rows = [("ask", STUB, name, kind) for name in ("www.nhs.uk", "a.example") for kind in kinds]
        came = [each.of_it for each in real.many("phone1", rows)]
    said = log.read_text()
    for (_, _, name, kind), answer in zip(rows, came, strict=True):
        expected = PORTAL if kind == "1" else ""
        assert (answer["code"], answer["address"]) == (0, expected), (name, kind, said)
    assert "degraded" not in said
    assert "failed" not in said.lower().replace("failed to connect to", "")


def _wait(happened: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.1)
