"""Commands for channels: a council's own content beside the national one."""

from __future__ import annotations

from pathlib import Path

import click
from tuf.api.metadata import Metadata, Targets

from appliance.cli.keys import file_type
from appliance.clock import now
from appliance.errors import ReleaseError
from appliance.release.channels import refuse_name
from appliance.release.contents import tree_of
from appliance.release.folder import Folder, Published
from appliance.release.keyfile import read_public
from appliance.release.manifest import read_release
from appliance.release.roles import Signers, channels_of, is_name_in_words, signers_of
from appliance.release.stage import Stage
from appliance.release.staging import Staging

_repository = click.option(
    "--repository", required=True, type=click.Path(path_type=Path, file_okay=False)
)


@click.group("channel")
def channel_command() -> None:
    """Channels: a council's own guides, sites and handouts beside the national ones."""


@channel_command.command("add")
@click.argument("name")
@click.option("--key", "keys", multiple=True, required=True, type=file_type, help="NAME.pub.")
@click.option("--threshold", type=click.IntRange(1), default=1, show_default=True)
@click.option(
    "--from",
    "in_words",
    default="",
    help='Whose it is, such as "Leeds City Council": pages say so.',
)
@_repository
def add(name: str, keys: tuple[Path, ...], threshold: int, in_words: str, repository: Path) -> None:
    """Stage a channel NAME, such as council-leeds, which those keys will sign."""
    _refuse_unreadable(in_words or name)
    folder = Folder(repository)
    published = folder.published()
    targets = _targets(folder, published)
    current = folder.release(published=published)
    national = tree_of(repository, None if current is None else read_release(current))
    refuse_name(name, channels_of(targets.signed), national)
    signers = Signers(tuple(read_public(path) for path in keys), threshold)
    Stage(folder, now()).channel(name, signers, in_words)
    click.echo(f"Staged in {repository}. Next: `helppoint publish show {repository}`.")


@channel_command.command("rename")
@click.argument("name")
@click.argument("in_words")
@_repository
def rename(name: str, in_words: str, repository: Path) -> None:
    """Stage that the pages of channel NAME are from IN_WORDS, such as "Leeds City Council"."""
    _refuse_unreadable(in_words)
    folder = Folder(repository)
    targets = _targets(folder, folder.published())
    Stage(folder, now()).channel(name, signers_of(targets.signed, name), in_words)
    click.echo(f"Staged in {repository}. Next: `helppoint publish show {repository}`.")


@channel_command.command("remove")
@click.argument("name")
@_repository
def remove(name: str, repository: Path) -> None:
    """Stage that there is no channel NAME any more: its pages leave all boxes."""
    Stage(Folder(repository), now()).without_channel(name)
    click.echo(f"Staged in {repository}. Next: `helppoint publish show {repository}`.")


def _refuse_unreadable(in_words: str) -> None:
    if not is_name_in_words(in_words):
        raise ReleaseError(
            f"{in_words!r:.80} cannot stand on pages: use 1 to 60 printable characters"
        )


def _targets(folder: Folder, published: Published) -> Metadata[Targets]:
    targets = Staging(folder.path).read().targets or published.targets
    if targets is None:
        raise ReleaseError(f"{folder.path} is not a repository: run `helppoint publish begin`")
    return targets
