"""Programs that the hotspot runs."""

from __future__ import annotations

import pytest

from appliance.errors import HotspotError
from appliance.hotspot.system import System


def test_what_a_program_prints_is_returned() -> None:
    assert System().run("echo", "two words") == "two words\n"


def test_a_program_reads_what_it_is_told() -> None:
    assert System().run("cat", told="ü\n") == "ü\n"
    assert System().run("cat") == ""


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("no-such-program", "x"), "no-such-program cannot be run: No such file"),
        (("sh", "-c", "echo the reason >&2; exit 3"), r"failed \(3\): the reason"),
    ],
)
def test_a_failure_says_which_program_and_why(words: tuple[str, ...], says: str) -> None:
    with pytest.raises(HotspotError, match=says):
        System().run(*words)


def test_a_program_that_hangs_is_given_up() -> None:
    with pytest.raises(HotspotError, match="`sleep 60` took longer than 0 s"):
        System().run("sleep", "60", timeout_s=0.1)
