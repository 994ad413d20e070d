"""Commands about other boxes on the library's own network."""

from __future__ import annotations

import os
import socket

import click

from appliance.config import NEIGHBOUR_PORT, Config
from appliance.errors import ConfigError
from appliance.store.store import Store

# systemd's first handed-over descriptor (sd_listen_fds(3)).
HANDED_OVER = 3


@click.group("neighbours")
def neighbours_command() -> None:
    """Other help points on the library's own network: content comes from there without internet."""


@neighbours_command.command("serve")
@click.pass_obj
def serve_command(config: Config) -> None:
    """Hand signed content to other boxes, on the port that systemd hands over: a service."""
    from appliance.sync.anchor import read_anchor
    from appliance.sync.offered import Offered
    from appliance.web.neighbours import ContentForNeighbours, serve_neighbours

    listener = _handed_over()
    store = Store(config.store)
    offered = Offered(store, read_anchor(config.embedded))
    serve_neighbours(ContentForNeighbours(offered, store.folder), listener)


def _handed_over() -> socket.socket:
    is_ours = os.environ.get("LISTEN_PID") == str(os.getpid())
    if not is_ours or os.environ.get("LISTEN_FDS") != "1":
        raise ConfigError(
            "the port is opened by systemd, on the library's network only: `helppoint settings"
            " share_with_neighbours on` and `helppoint hotspot apply`. To try it here:"
            f" systemd-socket-activate -l 127.0.0.1:{NEIGHBOUR_PORT} helppoint neighbours serve"
        )
    return socket.socket(fileno=HANDED_OVER)


@neighbours_command.command("find")
@click.pass_obj
def find_command(config: Config) -> None:
    """Look for other boxes that share their content; nothing is fetched. Exit code 1: none."""
    from appliance.sync.neighbours import find

    found = sorted(find(config.wired)) if config.wired else []
    for address in found:
        click.echo(address)
    if not found:
        click.echo(f"No box on {config.wired or 'the wired side'} shares its content.", err=True)
        click.get_current_context().exit(1)
