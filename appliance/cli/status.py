"""The command that tells how it stands with a box's content."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from appliance.config import Config
from appliance.state.syncing import SyncFolder
from appliance.sync.backoff import MOST_S


@click.command("status")
@click.option("--json", "is_json", is_flag=True, help="For programs: all of it.")
@click.option(
    "--due", "asks_due", is_flag=True, help="For systemd: only exit with 0 if a sync is due."
)
@click.pass_obj
def status_command(config: Config, *, is_json: bool, asks_due: bool) -> None:
    """Say what is shown, when it was last looked for, and what is wrong. Exit code 1: something."""
    folder = SyncFolder(config.sync_folder)
    if asks_due:
        sys.exit(0 if folder.due_in_s(MOST_S) == 0 else 1)
    # Only now: the timer asks often, and needs none of it.
    from appliance.clock import now
    from appliance.store.store import Store
    from appliance.sync.status import as_text, content_status

    status = content_status(Store(config.store), folder, config.home, now())
    click.echo(json.dumps(asdict(status), indent=2) if is_json else as_text(status))
    if status.problems:
        sys.exit(1)
