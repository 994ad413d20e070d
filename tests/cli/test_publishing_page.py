"""docs/publishing.md: its commands exist, and its web host does what boxes need."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
import urllib3

from appliance.cli import cli
from appliance.sync.readback import caching_faults, read_back
from appliance.sync.sources import open_source
from tests.content import PROJECT
from tests.publisher import Publisher

PAGE = (PROJECT / "docs" / "publishing.md").read_text()
COMMANDS = sorted(set(re.findall(r"helppoint ((?:publish|keys|channel) [^`\n]+)", PAGE)))


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_on_the_page_is_one_with_those_options(line: str) -> None:
    command: click.Command | None = cli
    context = click.Context(cli)
    words = line.split()
    while isinstance(command, click.Group) and words:
        command = command.get_command(context, words.pop(0))
    assert command is not None, line
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_the_page_has_the_commands_of_a_ceremony() -> None:
    wanted = {"publish begin", "publish stage", "publish show", "publish sign", "publish finish"}
    assert wanted <= {" ".join(line.split()[:2]) for line in COMMANDS}


@contextmanager
def _nginx(folder: Path, root: Path) -> Iterator[str]:
    """The page's own server, on a free port of loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = re.search(r"```nginx\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    server = found[1].replace("listen 80", f"listen 127.0.0.1:{port}")
    server = server.replace("/srv/helppoint", str(root))
    temporary = "".join(
        f"{kind}_temp_path {folder / kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = folder / "nginx.conf"
    file.write_text(
        f"daemon off;\npid {folder / 'pid'};\nerror_log {folder / 'errors'};\nuser root;\n"
        f"events {{}}\nhttp {{\n{temporary}{server}}}\n"
    )
    subprocess.run(["nginx", "-t", "-c", file], check=True, capture_output=True, timeout=60)
    process = subprocess.Popen(["nginx", "-c", file], stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("nginx did not start")


def test_nginx_as_the_page_has_it_serves_boxes_and_keeps_the_rules_of_caching(
    tmp_path: Path,
) -> None:
    now = datetime.now(UTC)
    publisher = Publisher.new(tmp_path)
    publisher.pack({"a.toml": b"a"}, now)
    (publisher.repository / "staged").mkdir()
    (publisher.repository / "staged" / "1.root.json").write_text("not yet")
    tmp_path.chmod(0o755)
    with _nginx(tmp_path, publisher.repository) as url:
        source = open_source(url)
        try:
            (found,) = read_back(source, publisher.anchor(), now)
        finally:
            source.close()
        assert found.release.number == 1
        assert list(caching_faults(url, found)) == []
        with urllib3.PoolManager() as pool:
            assert pool.request("GET", f"{url}staged/1.root.json").status == 404
