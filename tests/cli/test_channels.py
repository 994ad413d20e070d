"""The commands of a box that shows a council's content too, and of whoever publishes it."""

from __future__ import annotations

import json
import shutil
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.state.state import SMALLEST_COUNT, Counts
from appliance.store.store import Store
from tests.ceremony import Society, site_in_leeds
from tests.conftest import Helppoint
from tests.content import real_tree
from tests.publisher import Publisher, files_in

LEEDS = "council-leeds"
NOW = datetime.now(UTC)
PAGE = f"go/{LEEDS}-care.html"
# What a box can make pages of in a second: no guides, no handouts.
SMALL = {
    path: real_tree()[path]
    for path in ("languages.toml", "topics.toml", "sites.toml", "helplines.toml")
}
HANDOUT = b"""
[[handouts]]
slug = "council-leeds-sheet"
number = "L1"
title = "Care in Leeds"
lead = "Whom to ask."
audience = "patron"
language = "en"
reviewed = 2026-11-22
review_every_months = 3
guides = []
codes = ["going-soon"]
helplines = []
sources = []

[[handouts.sections]]
kind = "text"
heading = "Ask"
items = ["Ask the council."]
"""


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Society:
    """A nation with a council, whose release is out; nobody changes it."""
    society = Society.new(tmp_path_factory.mktemp("cli-channels") / "society", SMALL)
    society.make_key("gita")
    society.stage().channel(LEEDS, society.signers("gita"), "Leeds City Council")
    society.sign("ann", "bob")
    society.finish(NOW)
    publish(society, {"sites.toml": site_in_leeds(f"{LEEDS}-care")})
    return society


def publish(society: Society, tree: dict[str, bytes]) -> None:
    society.stage(NOW).release(tree, LEEDS)
    society.sign("gita")
    society.finish(NOW)


@pytest.fixture
def society(founded: Society, tmp_path: Path) -> Society:
    shutil.copytree(founded.folder, tmp_path / "society")
    return Society(tmp_path / "society")


@pytest.fixture
def box(society: Society, tmp_path: Path) -> Helppoint:
    home = tmp_path / "home"
    home.mkdir()
    (home / "helppoint.toml").write_text(f'embedded = "{society.repository}"\n')
    return Helppoint(home, Publisher(society.folder, society.repository))


def pages_of(box: Helppoint) -> Path:
    store = Store(box.home / "store")
    pointer = store.pointer()
    assert pointer is not None
    return store.site_folder(pointer.current.site) / "pages" / "en"


def test_a_library_takes_a_council_up_and_does_without_it_again(
    box: Helppoint, society: Society
) -> None:
    box.run("sync", "--embedded")
    assert not (pages_of(box) / PAGE).exists()
    added = box.run("settings", "channels", f"core {LEEDS}")
    assert (added.returncode, "the next sync brings it" in added.stderr) == (0, True)
    synced = box.run("sync", str(society.repository))
    assert (synced.returncode, "now showing release 1" in synced.stderr) == (0, True)
    assert "From <bdi>Leeds City Council</bdi>" in (pages_of(box) / PAGE).read_text()
    blobs = len(list((box.home / "store" / "blobs").glob("*/*")))
    assert box.run("settings", "channels", "core").returncode == 0
    assert not (pages_of(box) / PAGE).exists()
    assert len(list((box.home / "store" / "blobs").glob("*/*"))) < blobs


@pytest.mark.parametrize(
    "value",
    ["", "council-leeds", "core leeds", "core Council-Leeds", "core ../x-y", f"core a-{'b' * 60}",
     "core a-a b-b c-c d-d e-e"],
)  # fmt: skip
def test_channels_that_cannot_be_are_refused(box: Helppoint, value: str) -> None:
    refused = box.run("settings", "channels", value)
    assert (refused.returncode, "channels wants core" in refused.stderr) == (1, True)


def test_staff_are_told_whose_release_is_at_fault(box: Helppoint, society: Society) -> None:
    publish(society, {"sites.toml": site_in_leeds("nhs-app")})
    box.run("settings", "channels", f"core {LEEDS}")
    synced = box.run("sync", str(society.repository))
    complaint = "council-leeds: release 2 of council-leeds: nhs-app (in sites) must begin with"
    assert (synced.returncode, complaint in synced.stderr) == (0, True), synced.stderr
    assert "Tell whoever publishes this channel" in synced.stderr
    with box.serving() as server, urllib.request.urlopen(f"{server.url}/healthz") as answer:  # noqa: S310 - our own server on loopback
        health = json.load(answer)
    assert health["ready"]
    assert health["last_check"]["outcome"].startswith(f"ok; {complaint}")


def test_a_channel_that_nobody_publishes_is_told_of(box: Helppoint, society: Society) -> None:
    box.run("settings", "channels", f"core {LEEDS} council-york")
    synced = box.run("sync", str(society.repository))
    assert synced.returncode == 0
    assert "council-york: " in synced.stderr
    assert "has no channel council-york" in synced.stderr
    assert (pages_of(box) / PAGE).exists()


def test_no_update_touches_what_the_library_has_set_or_counted(
    box: Helppoint, society: Society
) -> None:
    """Good releases, a bad one, a remake, going back, a stick: the library's own stays."""
    box.run("sync", "--embedded")
    for name, value in (
        ("library_name", "Elm Library"),
        ("opening_hours", "Mo 9-5"),
        ("channels", f"core {LEEDS}"),
    ):
        box.run("settings", name, value)
    state = box.home / "state"
    counts = Counts(state / "public.json")
    for _ in range(SMALLEST_COUNT):
        counts.add(NOW.date(), "/en/")
    counts.flush(NOW.date())
    (state / "links.json").write_text("{}")
    (box.home / "logo.png").write_bytes(b"theirs")
    before = _local(box)
    assert len(before) >= 5
    repository = str(society.repository)
    box.run("sync", repository)
    publish(society, {"sites.toml": site_in_leeds(f"{LEEDS}-bins")})
    assert "now showing release 1" in box.run("sync", repository).stderr
    publish(society, {"sites.toml": site_in_leeds("nhs-app")})
    assert "must begin with" in box.run("sync", repository).stderr
    box.run("export", str(box.home.parent / "stick"))
    assert box.run("rollback", "--yes").returncode == 0
    assert _local(box) == before


def _local(box: Helppoint) -> dict[str, bytes]:
    """All that a box has besides its copy of the content."""
    return {p: data for p, data in files_in(box.home).items() if not p.startswith("store/")}


def test_the_nation_names_renames_and_removes_a_channel(box: Helppoint, society: Society) -> None:
    repository = ("--repository", str(society.repository))
    pub = str(society.make_key("hugo"))
    add = ("channel", "add", "council-york", "--key", pub)
    refused = box.run(*add, "--from", "York\u202e", *repository)
    assert (refused.returncode, "cannot stand on pages" in refused.stderr) == (1, True)
    assert box.run(*add, "--from", "City of York Council", *repository).returncode == 0
    assert "are from City of York Council" in box.run("publish", "show", repository[1]).stdout
    assert box.run("channel", "rename", LEEDS, "Leeds", *repository).returncode == 0
    assert (
        "council-leeds: boxes will say that its pages are from Leeds\n"
        in box.run("publish", "show", repository[1]).stdout
    )
    assert box.run("channel", "remove", LEEDS, *repository).returncode == 0
    shown = box.run("publish", "show", repository[1]).stdout
    assert "council-leeds: is removed" in shown
    core = box.run("channel", "remove", "core", *repository)
    assert (core.returncode, "cannot be removed" in core.stderr) == (1, True)
    society.sign("ann", "bob")
    society.finish(NOW)
    status = box.run("publish", "status", repository[1])
    assert "council-leeds" not in status.stdout
    assert box.run("publish", "renew", repository[1], "--keys",
                   str(society.folder / "online")).returncode == 0  # fmt: skip


def test_the_nation_is_warned_of_a_council_that_leans_on_what_it_takes_away(
    box: Helppoint, society: Society
) -> None:
    sites = real_tree()["sites.toml"] + site_in_leeds("going-soon")
    society.publish({**real_tree(), "sites.toml": sites}, NOW)
    publish(society, {"handouts.toml": HANDOUT})
    content = society.folder / "content"
    for path, data in real_tree().items():
        (content / path).parent.mkdir(parents=True, exist_ok=True)
        (content / path).write_bytes(data)
    staged = box.run("publish", "stage", str(content), str(society.repository))
    assert staged.returncode == 0, staged.stderr
    assert "Warning: boxes will leave council-leeds out until it is mended" in staged.stdout
    assert "going-soon" in staged.stdout
