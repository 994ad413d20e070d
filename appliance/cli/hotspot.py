"""The command that shows the hotspot's files."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.catalogue.hosts import hosts_of
from appliance.config import Config
from appliance.errors import ConfigError
from appliance.hotspot.model import PORTAL, hotspot_of
from appliance.hotspot.render import render, write
from appliance.state.state import SettingsFile
from appliance.store.store import Store
from appliance.sync.update import shown_catalogue


@click.group("hotspot")
def hotspot_command() -> None:
    """The box's own Wi-Fi: its files, from [hotspot] in helppoint.toml and the settings."""


@hotspot_command.command("show")
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), help="Write them below TO.")
@click.pass_obj
def show(config: Config, to: Path | None) -> None:
    """Print the files of the hotspot; changes nothing on this computer."""
    store = Store(config.store)
    hosts = hosts_of(shown_catalogue(store)) if store.pointer() is not None else ()
    files = render(hotspot_of(config, SettingsFile(config.settings_file).read(), hosts))
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
