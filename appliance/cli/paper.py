"""Commands that make paper: print, qr."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.catalogue.model import Catalogue, Site
from appliance.config import Config
from appliance.errors import HandoutError
from appliance.files import replace_file
from appliance.handouts.layout import lay_out
from appliance.handouts.paper import Paper
from appliance.handouts.qr import png
from appliance.handouts.sheet import sheet
from appliance.state.state import SettingsFile
from appliance.store.store import Store
from appliance.sync.update import shown_catalogue


@click.command("print")
@click.argument("slug")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="Write a PDF file.")
@click.option("--printer", help="Send it to a printer: ipp://... or ipps://...")
@click.option("--paper", type=click.Choice([p.value for p in Paper]), default=Paper.A4.value)
@click.option("--copies", type=click.IntRange(1, 50), default=1, show_default=True)
@click.pass_obj
def print_command(
    config: Config, slug: str, to: Path | None, printer: str | None, paper: str, copies: int
) -> None:
    """Print the handout SLUG, or save it as a PDF."""
    if (to is None) == (printer is None):
        raise click.UsageError("say where to: --to FILE.pdf or --printer ipp://...")
    catalogue = shown_catalogue(Store(config.store))
    handout = catalogue.handouts.get(slug)
    if handout is None:
        raise HandoutError(f"there is no handout {slug!r}: choose {', '.join(catalogue.handouts)}")
    library_name = SettingsFile(config.settings_file).read().library_name
    size = Paper(paper)
    pdf = lay_out(sheet(handout, catalogue, library_name), size)
    if to is not None:
        _write(to, pdf)
    if printer is not None:
        _send(printer, pdf, copies, size)


@click.command("qr")
@click.argument("slug")
@click.option(
    "--png",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Where to.",
)
@click.option("--size-mm", type=click.FloatRange(10, 300), default=30, show_default=True)
@click.option("--dpi", type=click.IntRange(72, 2400), default=300, show_default=True)
@click.pass_obj
def qr_command(config: Config, slug: str, file: Path, size_mm: float, dpi: int) -> None:
    """Make the QR code of the website SLUG as a picture."""
    site = _site(shown_catalogue(Store(config.store)), slug)
    _write(file, png(site.url, side_mm=size_mm, dpi=dpi))
    click.echo(f"{site.name}: {site.url}")


def _site(catalogue: Catalogue, slug: str) -> Site:
    site = catalogue.sites.get(slug)
    if site is None:
        raise HandoutError(f"there is no website {slug!r}: its slug is the end of its page address")
    return site


def _write(path: Path, data: bytes) -> None:
    try:
        replace_file(path, data)
    except OSError as error:
        raise HandoutError(f"{path} cannot be written: {error.strerror}") from error
    click.echo(f"Wrote {path} ({-(-len(data) // 1000)} kB).")


def _send(uri: str, pdf: bytes, copies: int, paper: Paper) -> None:
    # Loaded only when a printer is asked for: it brings an HTTP client with it.
    from appliance.printing.ipp import IppPrinter

    click.echo(f"Sending to {uri} ...", err=True)
    result = IppPrinter(uri).send(pdf, copies=copies, media=paper.media)
    click.echo("Printed.")
    for remark in result.remarks:
        click.echo(remark)
