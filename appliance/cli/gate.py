"""The command that learns which hosts a page needs behind the gate."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from appliance.cli.hotspot import be_root, wanted_hotspot
from appliance.config import Config
from appliance.hotspot.learn import MOST_MINUTES, Learnt, learn
from appliance.hotspot.system import System
from appliance.state.state import SettingsFile


@click.group("gate")
def gate_command() -> None:
    """The way to trusted sites for phones on the hotspot, while there is an uplink."""


@gate_command.command("learn")
@click.option("--from", "phone", required=True, help="Address of your phone, such as 10.66.0.23.")
@click.option("--minutes", type=click.IntRange(1, MOST_MINUTES), default=5, show_default=True)
@click.pass_obj
def learn_command(config: Config, phone: str, minutes: int) -> None:
    """List the hosts that a page on your phone asks for, so that they can be allowed.

    For these minutes your phone, and no other, reaches every https site through the box. Open the
    page on it and use it; Ctrl+C ends it early. Names only; nothing is kept.
    """
    be_root()
    click.echo(
        f"For {minutes} minutes the phone at {phone} reaches every https site. Open the page on it"
        " now, use it, then close the browser. Ctrl+C here when you have done.",
        err=True,
    )
    with _ended_like_ctrl_c():
        learnt = learn(wanted_hotspot(config), phone, minutes, System(), time.sleep)
    own = SettingsFile(config.settings_file).read().gate_hosts.split()
    click.echo("\n".join(words_of(learnt, own)))


def words_of(learnt: Learnt, own: Sequence[str]) -> list[str]:
    """Say what was learnt; `own` are the hosts that the library lets through already."""
    if not (learnt.allowed or learnt.refused):
        return ["The phone asked for nothing over https: is that its address, and is it joined?"]
    lines = [f"allowed already: {name}" for name in learnt.allowed]
    lines += [f"would have been refused: {name}" for name in learnt.refused]
    if learnt.refused:
        hosts = "; ".join(sorted({*own, *learnt.refused}))
        lines += [
            "To allow them all (leave out those that only count visitors or advertise):",
            f'  helppoint settings gate_hosts "{hosts}" && helppoint hotspot apply',
        ]
    return lines


@contextmanager
def _ended_like_ctrl_c() -> Iterator[None]:
    """Let a closed terminal or `kill` end the block as Ctrl+C does, so that all is put back."""
    ends = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(end, signal.default_int_handler) for end in ends]
    try:
        yield
    finally:
        for end, handler in zip(ends, before, strict=True):
            signal.signal(end, handler)
