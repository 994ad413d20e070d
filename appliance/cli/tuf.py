"""A plain TUF client on the command line, for operators and other tools."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from appliance.sync.plain import PlainClient, trust_root

folder_type = click.Path(path_type=Path, file_okay=False)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The options that stand before the action."""

    metadata_dir: Path
    metadata_url: str | None
    target_names: tuple[str, ...]
    target_base_url: str | None
    target_dir: Path | None

    def client(self) -> PlainClient:
        if self.metadata_url is None:
            raise click.UsageError("say where the repository's metadata is: --metadata-url URL")
        return PlainClient(self.metadata_dir, self.metadata_url)


@click.group("tuf")
@click.option("--metadata-dir", type=folder_type, required=True, help="Where metadata is kept.")
@click.option("--metadata-url", help="Where the repository's metadata is.")
@click.option("--target-name", "target_names", multiple=True, help="An artefact; may be repeated.")
@click.option("--target-base-url", help="Where the repository's artefacts are.")
@click.option("--target-dir", type=folder_type, help="Where artefacts are put.")
@click.pass_context
def tuf_command(
    context: click.Context,
    metadata_dir: Path,
    metadata_url: str | None,
    target_names: tuple[str, ...],
    target_base_url: str | None,
    target_dir: Path | None,
) -> None:
    """Read any TUF repository: a plain client, without a box's own root, floor and clock."""
    context.obj = _Asked(metadata_dir, metadata_url, target_names, target_base_url, target_dir)


@tuf_command.command("init")
@click.argument("root", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def init(asked: _Asked, root: Path) -> None:
    """Begin to trust a repository by its root metadata, the file ROOT. Asks nobody."""
    trust_root(asked.metadata_dir, root)


@tuf_command.command("refresh")
@click.pass_obj
def refresh(asked: _Asked) -> None:
    """Bring root, timestamp, snapshot and targets metadata up to date."""
    asked.client().refresh()


@tuf_command.command("download")
@click.pass_obj
def download(asked: _Asked) -> None:
    """Bring artefacts into a folder, verified; prints where each lies."""
    if not asked.target_names or asked.target_base_url is None or asked.target_dir is None:
        raise click.UsageError("say what and where: --target-name, --target-base-url, --target-dir")
    places = asked.client().download(asked.target_names, asked.target_base_url, asked.target_dir)
    for place in places:
        click.echo(place)
