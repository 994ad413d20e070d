"""A box that asks web addresses after a sync: real processes, a real origin, real https hosts.

Content has https addresses without a port, so the hosts stand on port 443 of loopback addresses.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.catalogue import trees
from tests.conftest import Helppoint
from tests.links.host import Host, Reply, certificate, host, serving_with
from tests.origin import Origin, origin
from tests.publisher import Publisher, days_later, files_in

# By process, so that runs side by side on one machine do not meet.
_BASE = f"127.{64 + os.getpid() % 128}.{os.getpid() // 128 % 256}"
PRINTED, OTHER = f"{_BASE}.1", f"{_BASE}.2"


@dataclass
class Net:
    """A box, its origin, and the hosts of two addresses: one on the handout, one on pages only."""

    box: Helppoint
    origin: Origin
    printed: Host
    other: Host

    @property
    def file(self) -> Path:
        return self.box.home / "state" / "links.json"

    def sync(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.box.run("sync", *(words or (self.origin.url,)))

    def a_day_passes(self) -> None:
        """Date the last check back: nobody can wait a day."""
        kept = json.loads(self.file.read_text())
        kept["asked_at"] = "2026-11-01T09:00:00+00:00"
        self.file.write_text(json.dumps(kept))

    def asked(self) -> int:
        return len(self.printed.asked) + len(self.other.asked)


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Net]:
    publisher = Publisher.new(tmp_path)
    publisher.pack(_tree())
    home = tmp_path / "home"
    home.mkdir()
    (home / "helppoint.toml").write_text(f'embedded = "{publisher.repository}"\n')
    files = [certificate(tmp_path, name) for name in (PRINTED, OTHER)]
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(b"".join(file.read_bytes() for file in files))
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with ExitStack() as stack:
        try:
            hosts = [
                stack.enter_context(host(serving_with(file), (name, 443)))
                for name, file in zip((PRINTED, OTHER), files, strict=True)
            ]
        except PermissionError:
            pytest.skip("this user may not listen on port 443")
        for running in hosts:
            running.replies["/"] = Reply()
        web = stack.enter_context(origin(publisher.repository))
        yield Net(Helppoint(home, publisher), web, *hosts)


def _tree(words: str = "") -> dict[str, bytes]:
    """A small content: one site only on pages, one on the handout, no other web address."""
    tree = trees.good()
    for path, address in (("links.toml", PRINTED), ("sites.toml", OTHER)):
        tree[path] = re.sub(rb'"https://[^"]+"', f'"https://{address}/"'.encode(), tree[path])
    tree["helplines.toml"] = re.sub(rb'.*kind = "web".*\n', b"", tree["helplines.toml"])
    tree[trees.OTHER_GUIDE] += words.encode()
    return tree


def test_a_sync_from_the_web_ends_with_what_the_addresses_answer(net: Net) -> None:
    net.printed.replies["/"] = Reply(404)
    done = net.sync()
    assert done.returncode == 0, done.stderr
    assert "asking addresses: 2 of 2" in done.stderr
    assert done.stderr.endswith("Links: 1 of 2 answer; 1 does not: helppoint links\n")
    assert net.printed.agents == {"helppoint-link-check/0.1.0"}
    listed = net.box.run("links")
    assert listed.returncode == 0
    assert f"On paper: 1\n  https://{PRINTED}/\n" in listed.stdout
    assert "    Printed on: handout H1 Before you start\n" in listed.stdout
    assert "It answers 404.\n" in listed.stdout
    assert "take the sheets away" in listed.stdout
    read = json.loads(net.box.run("links", "--json").stdout)
    assert read["counts"]["stopped"] == 1
    (stopped,) = [row for row in read["addresses"] if row["state"] == "stopped"]
    assert stopped["address"] == f"https://{PRINTED}/"
    assert stopped["printed_on"] == ["handout H1 Before you start"]
    assert stopped["what_to_do"]


def test_the_addresses_of_a_new_release_are_asked(net: Net) -> None:
    net.box.publisher.pack(_tree("\nMore.\n"), days_later(1))
    done = net.sync()
    assert "now showing release 2" in done.stderr
    assert done.stderr.endswith("Links: 2 of 2 answer.\n")


def test_addresses_are_asked_once_a_day_and_recovery_is_seen(net: Net) -> None:
    net.printed.replies["/"] = Reply(404)
    net.sync()
    asked = net.asked()
    again = net.sync()
    assert net.asked() == asked
    assert again.stderr.endswith(
        "Links: asked today already; 1 of 2 answer; 1 does not: helppoint links\n"
    )
    net.a_day_passes()
    net.printed.replies["/"] = Reply()
    assert net.sync().stderr.endswith("Links: 2 of 2 answer.\n")
    assert "none has stopped answering" in net.box.run("links").stdout


def test_nothing_is_asked_when_not_wanted_or_not_from_the_web(net: Net) -> None:
    folder = str(net.box.publisher.repository)
    for words in (("--embedded",), (folder,), ("--no-links", net.origin.url)):
        done = net.sync(*words)
        assert done.returncode == 0, done.stderr
        assert "Links" not in done.stderr
    mixed = net.sync("http://127.0.0.1:9/", folder)
    assert "Trying the next source" in mixed.stderr
    assert net.asked() == 0
    assert not net.file.exists()
    assert "No web address has been asked yet" in net.box.run("links").stdout
    assert json.loads(net.box.run("links", "--json").stdout) is None


def test_without_an_uplink_the_last_check_stays_and_that_is_said(net: Net) -> None:
    net.sync()
    net.a_day_passes()
    before = files_in(net.box.home / "state")
    for running in (net.printed, net.other):
        running.replies["/"] = Reply(403)
    done = net.sync()
    assert done.returncode == 0
    assert "Links: not one of 2 web addresses can be reached through this network" in done.stderr
    assert files_in(net.box.home / "state") == before
    net.other.replies["/"] = Reply()
    assert net.sync().stderr.endswith("Links: 2 of 2 answer.\n")


def test_a_check_cut_off_by_the_plug_leaves_the_last_one_and_is_made_again(net: Net) -> None:
    net.sync()
    net.a_day_passes()
    before = net.file.read_bytes()
    asked = net.asked()
    net.other.replies["/"] = Reply(delay_s=2)
    with subprocess.Popen(
        net.box.command("sync", net.origin.url), stderr=subprocess.DEVNULL
    ) as process:
        end = time.monotonic() + 60
        while net.asked() == asked and time.monotonic() < end:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert net.asked() > asked
    assert net.file.read_bytes() == before
    net.other.replies["/"] = Reply()
    assert net.sync().stderr.endswith("Links: 2 of 2 answer.\n")


def test_a_file_that_cannot_be_written_is_told_and_hinders_no_sync(net: Net) -> None:
    net.file.parent.mkdir(exist_ok=True)
    net.file.mkdir()
    done = net.sync()
    assert done.returncode == 0
    assert f"Links: {net.file} cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_paper_with_an_address_that_stopped_warns_on_the_terminal(net: Net, tmp_path: Path) -> None:
    words = ("print", "before-you-start", "--to", str(tmp_path / "sheet.pdf"))
    net.sync("--embedded")
    assert "Warning" not in net.box.run(*words).stderr
    net.printed.replies["/"] = Reply(404)
    net.sync()
    for command in (words, ("qr", "nhs-app-download", "--png", str(tmp_path / "code.png")),
                    ("poster", "stickers", "--site", "nhs-app-download",
                     "--to", str(tmp_path / "stickers.pdf"))):  # fmt: skip
        done = net.box.run(*command)
        assert done.returncode == 0, done.stderr
        assert f"Warning: people do not get to https://{PRINTED}/" in done.stderr
        assert Path(command[-1]).stat().st_size > 0
    fine = net.box.run("qr", "mind", "--png", str(tmp_path / "code.png"))
    assert "Warning" not in fine.stderr


def test_health_tells_figures_whatever_state_the_file_is_in(net: Net) -> None:
    net.printed.replies["/"] = Reply(404)
    net.sync()
    with net.box.serving() as server:
        health = json.loads(_read(f"{server.url}/healthz"))
        assert health["links"]["asked_at"]
        assert (health["links"]["addresses"], health["links"]["stopped"]) == (2, 1)
        assert health["links"]["stopped_printed"] == 1
        net.file.write_bytes(b"{")
        assert json.loads(_read(f"{server.url}/healthz"))["links"] is None
        net.file.unlink()
        assert json.loads(_read(f"{server.url}/healthz"))["links"] is None


def _read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310 - loopback
        return bytes(answer.read())
