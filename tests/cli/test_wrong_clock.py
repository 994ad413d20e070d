"""The commands under a clock that is wrong by years: a Raspberry Pi has none of its own."""

from __future__ import annotations

import json
import subprocess

from tests.conftest import Helppoint
from tests.content import tree_saying
from tests.origin import origin

BEGINNING = "@1970-01-01 00:01:00"
FAR_AHEAD = "+1200d"


def run_at(when: str, helppoint: Helppoint, *words: str) -> subprocess.CompletedProcess[str]:
    command = ["faketime", "-f", when, *helppoint.command(*words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def shown(helppoint: Helppoint) -> int:
    pointer = json.loads((helppoint.home / "store" / "current.json").read_text())
    return int(json.loads(pointer["current"]["release"])["release"])


def test_at_1970_a_box_starts_and_takes_what_is_newer(helppoint: Helppoint) -> None:
    done = run_at(BEGINNING, helppoint, "sync", "--embedded")
    assert (done.returncode, shown(helppoint)) == (0, 1), done.stderr
    helppoint.publisher.pack(tree_saying("Two."))
    with origin(helppoint.publisher.repository) as web:
        done = run_at(BEGINNING, helppoint, "sync", "--no-links", web.url)
    assert (done.returncode, shown(helppoint)) == (0, 2), done.stderr


def test_1200_days_ahead_a_box_keeps_what_it_shows_and_names_the_date(
    helppoint: Helppoint,
) -> None:
    done = run_at(FAR_AHEAD, helppoint, "sync", "--embedded")
    assert (done.returncode, shown(helppoint)) == (0, 1), done.stderr
    helppoint.publisher.pack(tree_saying("Two."))
    with origin(helppoint.publisher.repository) as web:
        wrong = run_at(FAR_AHEAD, helppoint, "sync", "--no-links", web.url)
        assert (wrong.returncode, shown(helppoint)) == (1, 1)
        assert "is out of date on" in wrong.stderr
        assert "Check this device's date" in wrong.stderr
        # Nothing of the wrong date stays behind.
        right = run_at(BEGINNING, helppoint, "sync", "--no-links", web.url)
        assert (right.returncode, shown(helppoint)) == (0, 2), right.stderr


def test_the_plain_client_goes_by_the_computers_clock_alone(helppoint: Helppoint) -> None:
    folder = ["--metadata-dir", str(helppoint.home / "tuf")]
    root = helppoint.publisher.repository / "metadata" / "1.root.json"
    with origin(helppoint.publisher.repository) as web:
        asked = ["tuf", *folder, "--metadata-url", f"{web.url}/metadata", "refresh"]
        assert run_at(FAR_AHEAD, helppoint, "tuf", *folder, "init", str(root)).returncode == 0
        codes = [run_at(when, helppoint, *asked).returncode for when in (FAR_AHEAD, BEGINNING)]
    assert codes == [1, 0]
