"""The command that writes a memory stick, from what this box shows or from a publisher."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.cli.progress import Progress
from appliance.clock import now
from appliance.config import Config
from appliance.sync.anchor import read_anchor


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--from", "address", metavar="SOURCE", help="A publisher's repository: an address or a folder."
)
@click.option(
    "--root",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="1.root.json of --from; else that of this application.",
)
@click.pass_obj
def export_command(config: Config, folder: Path, address: str | None, root: Path | None) -> None:
    """Write what this box shows to FOLDER, such as a memory stick, for other boxes to sync from.

    With --from, write what a publisher has published instead: no box is needed.
    """
    if root is not None and address is None:
        raise click.UsageError("--root is for --from: a box has its own root")
    if address is None:
        written = _from_this_box(config, folder)
    else:
        written = _from_publisher(config, address, root, folder)
    click.echo(f"{written} in {folder}: `helppoint sync {folder}` shows it.")


def _from_this_box(config: Config, folder: Path) -> str:
    from appliance.cli.device import Box
    from appliance.sync.export import export

    box = Box(config)
    release = export(box.store, box.anchor(), folder, Progress())
    return f"Release {release.number} is"


def _from_publisher(config: Config, address: str, root: Path | None, folder: Path) -> str:
    from appliance.files import read_file
    from appliance.release.layout import MAX_METADATA_BYTES
    from appliance.sync.copying import copy_to_stick
    from appliance.sync.sources import open_source

    anchor = read_anchor(config.embedded) if root is None else read_file(root, MAX_METADATA_BYTES)
    source = open_source(address)
    try:
        found = copy_to_stick(source, anchor, folder, now(), Progress())
    finally:
        source.close()
    also = "".join(f", release {one.release.number} of {one.release.channel}" for one in found[1:])
    return f"Release {found[0].release.number}{also} is"
