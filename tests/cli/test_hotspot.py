from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from appliance.hotspot.render import render
from tests.hotspot.samples import SAMPLES
from tests.publisher import files_in


def _show(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "appliance", "--home", str(home), "hotspot", "show", *words]
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
