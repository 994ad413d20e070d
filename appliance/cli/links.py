"""The command that shows which web addresses stopped answering, and the check after a sync."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

import click

from appliance.cli.progress import Progress
from appliance.config import Config
from appliance.errors import ApplianceError
from appliance.links import words
from appliance.state.links import LinksFile


@click.command("links")
@click.option("--json", "is_json", is_flag=True, help="For programs: every address.")
@click.pass_obj
def links_command(config: Config, *, is_json: bool) -> None:
    """List the web addresses that stopped answering, and the papers that they are printed on."""
    check = LinksFile(config.links_file).read()
    if is_json:
        plain = None if check is None else words.as_plain(check)
        click.echo(json.dumps(plain, indent=2, ensure_ascii=False))
    else:
        click.echo(words.NEVER if check is None else words.as_text(check))


def check_links(config: Config, moment: datetime) -> None:
    """Ask the addresses of what is shown and say what came of it; never stands in a sync's way."""
    # Loaded only now: they bring an HTTP client and a list of domains with them.
    from appliance.links.addresses import addresses_shown
    from appliance.links.check import check_once_a_day
    from appliance.store.store import Store
    from appliance.sync.content import shown_catalogue

    try:
        links = addresses_shown(shown_catalogue(Store(config.store)))
        check, is_new = check_once_a_day(links, LinksFile(config.links_file), moment, Progress())
    except ApplianceError as error:
        click.echo(f"Links: {error}.", err=True)
    else:
        click.echo(words.closing_line(check, is_new=is_new), err=True)


def warn_of_stopped(config: Config, addresses: Collection[str]) -> None:
    """Say on the terminal which addresses on a paper stopped answering."""
    for sentence in words.warnings(LinksFile(config.links_file).read(), addresses):
        click.secho(sentence, err=True, bold=True)
