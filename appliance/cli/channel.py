"""Commands for channels: a council's own content beside the national one."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.cli.keys import file_type
from appliance.clock import now
from appliance.errors import ReleaseError
from appliance.release.channels import refuse_name
from appliance.release.contents import tree_of
from appliance.release.folder import Folder
from appliance.release.keyfile import read_public
from appliance.release.manifest import read_release
from appliance.release.roles import Signers, channels_of
from appliance.release.stage import Stage
from appliance.release.staging import Staging


@click.group("channel")
def channel_command() -> None:
    """Channels: a council's own guides, sites and handouts beside the national ones."""


@channel_command.command("add")
@click.argument("name")
@click.option("--key", "keys", multiple=True, required=True, type=file_type, help="NAME.pub.")
@click.option("--threshold", type=click.IntRange(1), default=1, show_default=True)
@click.option("--repository", required=True, type=click.Path(path_type=Path, file_okay=False))
def add(name: str, keys: tuple[Path, ...], threshold: int, repository: Path) -> None:
    """Stage a channel NAME, such as council-leeds, which those keys will sign."""
    folder = Folder(repository)
    published = folder.published()
    targets = Staging(repository).read().targets or published.targets
    if targets is None:
        raise ReleaseError(f"{repository} is not a repository: run `helppoint publish begin`")
    current = folder.release(published=published)
    national = tree_of(repository, None if current is None else read_release(current))
    refuse_name(name, channels_of(targets.signed), national)
    signers = Signers(tuple(read_public(path) for path in keys), threshold)
    Stage(folder, now()).channel(name, signers)
    click.echo(f"Staged in {repository}. Next: `helppoint publish show {repository}`.")
