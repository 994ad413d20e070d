"""systemd's units of the hotspot: what systemd itself says of them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from appliance.hotspot import boot, neighbours
from appliance.hotspot.model import Hotspot
from appliance.hotspot.parts import ALL, Service
from appliance.hotspot.render import render

FOLDER = Path(__file__).parents[2] / "systemd"
UNITS = sorted(path.name for path in FOLDER.glob("*.service"))
# How exposed each may be, from 0 to 10 (docs/decisions/0051-apply.md says why not less).
MOST_EXPOSED = {
    # Less once systemd hands it its socket, and it has no network of its own.
    "helppoint-web.service": 1.0,
    "helppoint-staff.service": 2.0,
    "helppoint-sync.service": 1.3,
    "helppoint-stick@.service": 0.6,
    "helppoint-dnsmasq.service": 1.9,
    "helppoint-gate.service": 1.9,
    "helppoint-mdns.service": 1.9,
    "helppoint-neighbour.service": 0.5,
    "helppoint-neighbour-mdns.service": 1.9,
    # Root, and it may ask systemd for anything: what it is denied here guards against mistakes.
    "helppoint-hotspot.service": 3.7,
}
each = pytest.mark.parametrize("unit", UNITS)


def _systemd(*words: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    return subprocess.run(
        ["systemd-analyze", *words], capture_output=True, text=True, timeout=120, check=False
    )


def test_every_unit_that_apply_starts_is_here() -> None:
    named = {part.unit for part in ALL if isinstance(part, Service)}
    made = {Path(boot.UNIT_PATH).name, Path(neighbours.SOCKET_PATH).name}
    assert named - made <= set(UNITS)
    assert set(MOST_EXPOSED) == set(UNITS)


@each
def test_the_first_line_says_why(unit: str) -> None:
    first = (FOLDER / unit).read_text().splitlines()[0]
    assert re.fullmatch(rf"# {unit.removesuffix('.service')}: .{{20,}}\.", first)


def test_systemd_takes_them(tmp_path: Path) -> None:
    for unit in UNITS:
        shutil.copy(FOLDER / unit, tmp_path)
    sharing = Hotspot(shares_on="enx-1.2")
    for path, text in render(sharing).items():
        if path.startswith("etc/systemd/system/"):
            (tmp_path / Path(path).name).write_text(text)
    # This machine has neither the appliance nor, perhaps, the programs.
    done = _systemd("verify", "--man=no", *(str(path) for path in sorted(tmp_path.iterdir())))
    said = [line for line in done.stderr.splitlines() if "helppoint" in line]
    assert [line for line in said if "is not executable" not in line] == []


@each
def test_a_call_that_is_not_allowed_fails_and_kills_nobody(unit: str) -> None:
    # Avahi died of setting its own limits, and again after each restart.
    assert "\nSystemCallErrorNumber=EPERM\n" in (FOLDER / unit).read_text()


@each
def test_nothing_is_open_that_need_not_be(unit: str) -> None:
    done = _systemd("security", "--offline=yes", "--no-pager", str(FOLDER / unit))
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
    assert found is not None, done.stderr
    assert float(found[1]) <= MOST_EXPOSED[unit]
