"""The editors' commands as people run them."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.catalogue.trees import OTHER_GUIDE
from tests.editing.preview.folder import write
from tests.editing.samples import good


def _run(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "appliance", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=env)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return write(tmp_path / "content", good())


def test_check_warns_of_words_and_passes(content: Path) -> None:
    guide = content / OTHER_GUIDE
    guide.write_text(guide.read_text() + "\nRing your surgry.\n")
    done = _run("check", str(content))
    assert done.returncode == 0, done.stderr
    assert f'{guide}:15: warning: "Ring" is not how we write it' in done.stdout
    assert f'{guide}:15: warning: "surgry" is not in the British dictionary.' in done.stdout
    assert done.stdout.endswith("0 errors, 2 warnings\n")


def test_check_without_a_dictionary_says_so_once_and_goes_on(content: Path, tmp_path: Path) -> None:
    guide = content / OTHER_GUIDE
    guide.write_text(guide.read_text() + "\nRing your surgry.\n")
    hidden = tmp_path / "enchant.py"
    hidden.write_text("raise ImportError('no library')\n")
    done = _run("check", str(content), env={**os.environ, "PYTHONPATH": str(tmp_path)})
    assert done.stderr.count("Spelling was not checked") == 1
    assert "sudo apt-get install hunspell-en-gb" in done.stderr
    assert done.stdout.endswith("0 errors, 1 warnings\n")


def test_words_stop_no_release(content: Path, tmp_path: Path) -> None:
    guide = content / OTHER_GUIDE
    guide.write_text(guide.read_text() + "\nRing your surgry.\n")
    keys, repository = str(tmp_path / "keys"), str(tmp_path / "repository")
    _run("keys", "dev", keys)
    done = _run("pack", str(content), "--repository", repository, "--keys", keys)
    assert done.returncode == 0, done.stderr


def _listens(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.skipif(_listens(443), reason="something listens on port 443")
def test_check_links_names_the_dead_writes_the_report_and_fails(
    content: Path, tmp_path: Path
) -> None:
    # Addresses in content are https without a port, and nothing listens on this computer's 443.
    for number, path in enumerate(("sites.toml", "links.toml", "sources.toml", "helplines.toml")):
        file = content / path
        dead = f'"https://127.0.0.{number + 1 if number < 3 else 1}/"'
        file.write_text(re.sub(r'"https://[^"]+"', dead, file.read_text()))
    report = tmp_path / "report"
    done = _run("check", str(content), "--links", "--report", str(report))
    assert done.returncode == 1
    assert "0 errors, 0 warnings" in done.stdout
    assert "Dead: 3" in done.stdout
    assert "asking addresses: 3 of 3" in done.stderr
    assert f"Wrote {report}.json." in done.stdout
    written = json.loads((tmp_path / "report.json").read_text())
    assert written["counts"] == {"dead": 3}
    assert "Printed on: handout H1 Before you start" in (tmp_path / "report.txt").read_text()


def test_check_links_with_no_address_passes(content: Path) -> None:
    shutil.rmtree(content / "guides")
    for name in ("sites.toml", "links.toml", "sources.toml", "handouts.toml", "helplines.toml"):
        (content / name).write_bytes(b"")
    done = _run("check", str(content), "--links")
    assert done.returncode == 0, done.stdout
    assert "0 addresses asked on" in done.stdout


def test_a_report_needs_the_links(content: Path) -> None:
    done = _run("check", str(content), "--report", "x")
    assert done.returncode == 2
    assert "--links" in done.stderr
    done = _run("check", str(content), "--links", "--sources", "--report", "x")
    assert done.returncode == 2


def test_check_sources_prints_guide_by_fact_by_source_and_writes_the_report(
    content: Path, tmp_path: Path
) -> None:
    done = _run("check", str(content), "--sources", "--report", str(tmp_path / "facts"))
    assert done.returncode == 0, done.stderr
    assert re.search(
        r"^get-nhs-app \| +20 \| Open the App Store\. +\| volunteer-guide$", done.stdout, re.M
    )
    assert "8 passages" in done.stdout
    assert f"Wrote {tmp_path / 'facts.json'}." in done.stdout
    written = json.loads((tmp_path / "facts.json").read_text())
    assert written["facts"][1]["fact"] == "Open the App Store."
    assert written["unused"] == []
    assert "volunteer-guide" in (tmp_path / "facts.txt").read_text()


def test_check_sources_fails_on_an_unknown_source(content: Path) -> None:
    guide = content / OTHER_GUIDE
    guide.write_text(guide.read_text() + "\nYou can.[^nobody]\n")
    done = _run("check", str(content), "--sources")
    assert done.returncode == 1
    assert f'{guide}:15: error: The marker "[^nobody]" names nothing' in done.stdout
    assert re.search(r"^log-in +\| +15 \| You can\. +\| nobody$", done.stdout, re.M)


def test_the_preview_is_served_and_ends(content: Path) -> None:
    command = [sys.executable, "-m", "appliance", "preview", str(content), "--port", "0"]
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
        try:
            assert process.stdout is not None
            assert select.select([process.stdout], [], [], 60)[0]
            found = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
            assert found is not None
            with urllib.request.urlopen(found[0], timeout=20) as answer:  # noqa: S310 - loopback
                assert "No problems here" in answer.read().decode()
        finally:
            process.terminate()


def test_the_preview_refuses_to_be_seen_by_others(content: Path) -> None:
    done = _run("preview", str(content), "--host", "0.0.0.0")  # noqa: S104 - what must be refused
    assert done.returncode == 1
    assert "listens on this computer only" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_preview_on_a_taken_port_says_so(content: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = _run("preview", str(content), "--port", port)
    assert done.returncode == 1
    assert f"127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_packing_and_serving_load_none_of_the_editors_tools() -> None:
    code = "import sys, appliance.cli.editor, appliance.cli.server; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    tools = ("appliance.editing", "appliance.links")
    loaded = {name for name in done.stdout.split() if name.startswith(tools)}
    assert loaded == set()
    assert not {"enchant", "pyphen", "publicsuffixlist"} & set(done.stdout.split())
