from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.radio import trees
from tests.radio.guest import Guest
from tests.radio.trees import Made
from tests.radio.wifi import Wifi

_TOLD = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_TOLD] = []


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the times that were taken: they are told, never judged."""
    lines = config.stash[_TOLD]
    if lines:
        terminalreporter.section("times, without KVM")
        terminalreporter.write_line("\n".join(lines))


@pytest.fixture(scope="session")
def told(request: pytest.FixtureRequest) -> list[str]:
    """Return a list of lines to print at the end."""
    return request.config.stash[_TOLD]


@pytest.fixture(scope="session")
def made() -> Made:
    """A box's tree with the tests' programs in it."""
    reason = trees.why_not("qemu-system-x86_64", "systemd-nspawn", "nsenter", "busybox", "dnsmasq")
    if reason is not None:
        pytest.skip(reason)
    return trees.make()


@pytest.fixture(scope="session")
def wifi(made: Made, told: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wifi]:
    """A box in a virtual machine, with a radio, and phones with theirs."""
    folder = tmp_path_factory.mktemp("guest")
    with Guest(made, folder) as machine:
        yield Wifi(machine)
        (folder / "journal.log").write_text(machine.run("journalctl", "--no-pager"))
    told.append(f"what the box wrote is in {folder}")
