"""Commands of the box's own Wi-Fi: what it should be, putting it in force, how it is."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

import click

from appliance.cli.watching import run
from appliance.config import Config
from appliance.errors import ConfigError, HotspotError
from appliance.hotspot.apply import PartlyAppliedError, apply
from appliance.hotspot.down import down
from appliance.hotspot.model import PORTAL, Hotspot, hotspot_of
from appliance.hotspot.render import render, write
from appliance.hotspot.status import as_text, status, uplink_resolvers
from appliance.hotspot.system import System
from appliance.site.published import Published
from appliance.state.state import SettingsFile
from appliance.store.store import Store

log = logging.getLogger(__name__)


@click.group("hotspot")
def hotspot_command() -> None:
    """The box's own Wi-Fi, from [hotspot] in helppoint.toml and the settings."""


@hotspot_command.command("show")
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), help="Write them below TO.")
@click.pass_obj
def show(config: Config, to: Path | None) -> None:
    """Print the files of the hotspot; changes nothing on this computer."""
    files = render(wanted_hotspot(config))
    if config.host not in {PORTAL, "0.0.0.0"}:  # noqa: S104 - a comparison, nothing is bound
        click.echo(
            f"Note: phones are led to {PORTAL}, but host in helppoint.toml is {config.host}:"
            f' set host = "{PORTAL}".',
            err=True,
        )
    if to is None:
        for path, text in files.items():
            click.echo(f"# /{path}\n{text}")
        return
    try:
        write(files, to)
    except OSError as error:
        raise ConfigError(f"{to} cannot be written: {error.strerror}") from error
    for path in files:
        click.echo(to / path)


@hotspot_command.command("apply")
@click.option("--scan", is_flag=True, help="Choose the channel anew from what the radio hears.")
@click.pass_obj
def apply_command(config: Config, *, scan: bool) -> None:
    """Put the hotspot in force: only what differs is changed."""
    be_root()
    try:
        done = apply(wanted_hotspot(config), System(), rescan=scan)
    except PartlyAppliedError as error:
        click.echo("\n".join(error.done))
        raise
    click.echo("\n".join(done) or "Nothing had to be changed: the hotspot is in force.")


@hotspot_command.command("down")
def down_command() -> None:
    """Undo all of it: no Wi-Fi, no firewall, no files; until the next apply."""
    be_root()
    click.echo("\n".join(down(System())) or "Nothing had to be undone: there is no hotspot.")


@hotspot_command.command("status")
@click.option("--json", "is_json", is_flag=True, help="For programs: all of it.")
@click.pass_obj
def status_command(config: Config, *, is_json: bool) -> None:
    """Say whether the hotspot works, and what to do if not; counts only. Exit code 1: no."""
    be_root()
    seen = status(wanted_hotspot(config), System(), config.network_file)
    click.echo(seen.as_json() if is_json else as_text(seen))
    if not seen.works:
        sys.exit(1)


@hotspot_command.command("watch")
@click.pass_obj
def watch_command(config: Config) -> None:
    """Watch uplink and radio, open and shut the gate: a service, until it is stopped."""
    be_root()
    system = System()
    run(config, _hotspot(config, ()), system, gate_switch(config, system))


def gate_switch(config: Config, system: System) -> Callable[[tuple[str, ...]], bool]:
    """Return what opens the gate by the uplink's name servers, or shuts it if there are none."""

    def switch(resolvers: tuple[str, ...]) -> bool:
        hotspot = _hotspot(config, resolvers)
        for sentence in apply(hotspot, system):
            log.warning("%s", sentence)
        return hotspot.has_gate

    return switch


def wanted_hotspot(config: Config) -> Hotspot:
    """Return the hotspot that this box should be, by its file, its settings and its content."""
    return _hotspot(config, uplink_resolvers(config.network_file))


def _hotspot(config: Config, uplink: tuple[str, ...] | None) -> Hotspot:
    store = Store(config.store)
    hosts = () if store.pointer() is None else tuple(Published(store).current().facts.hosts)
    return hotspot_of(config, SettingsFile(config.settings_file).read(), hosts, uplink)


def be_root() -> None:
    """Refuse anyone else: the programs would answer half, and that half would mislead.

    Raises:
        HotspotError: not root.
    """
    if os.geteuid() != 0:
        raise HotspotError("only root can change the network or ask about all of it: use sudo")
