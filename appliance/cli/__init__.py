"""The `helppoint` command: builds the parts, joins them, and turns errors into words."""

from __future__ import annotations

import logging
import sys
from importlib import import_module
from pathlib import Path

import click

from appliance import __version__
from appliance.cli import owner
from appliance.config import read_config
from appliance.errors import ApplianceError

# Each command is imported when it is used: the public process must not load signing or typst.
COMMANDS = {
    "check": "editor",
    "preview": "editor",
    "pack": "editor",
    "keys": "keys",
    "publish": "publish",
    "channel": "channel",
    "translations": "languages",
    "sync": "device",
    "status": "status",
    "rollback": "device",
    "export": "export",
    "stick": "stick",
    "neighbours": "neighbours",
    "links": "links",
    "tuf": "tuf",
    "settings": "device",
    "print": "paper",
    "poster": "paper",
    "logo": "paper",
    "qr": "paper",
    "hotspot": "hotspot",
    "gate": "gate",
    "serve": "server",
    "desk": "desk",
    "counts": "server",
}
DEFAULT_HOME = Path("~/.local/share/helppoint")


class _Commands(click.Group):
    """A group whose commands live in the modules that COMMANDS names."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own shape
        """Return the commands in the order that people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the module of a command and return the command."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"appliance.cli.{COMMANDS[cmd_name]}")
        command = getattr(module, f"{cmd_name}_command")
        if not isinstance(command, click.Command):
            raise TypeError(f"{cmd_name} is not a command")
        return command


@click.group(cls=_Commands)
@click.version_option(__version__, prog_name="helppoint")
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="HELPPOINT_HOME",
    default=DEFAULT_HOME,
    help="Folder with settings and content (or HELPPOINT_HOME).",
)
@click.pass_context
def cli(context: click.Context, home: Path) -> None:
    """Help Point: an offline-first health help point for public libraries."""
    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.WARNING)
    config = read_config(home.expanduser())
    if context.invoked_subcommand in owner.COMMANDS:
        owner.become_owner(config.store)
    context.obj = config


def main() -> None:
    """Run a command. Exit codes: 0 done, 1 it went wrong, 2 called wrongly, 3 nobody to ask."""
    try:
        cli(standalone_mode=True)
    except ApplianceError as error:
        click.echo(f"Error: {error}\n{error.advice}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(1)
