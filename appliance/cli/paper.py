"""Commands that make paper: print, poster, logo, qr."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.catalogue.model import Catalogue, Handout, Site
from appliance.catalogue.records import ORIGINAL_LANGUAGE
from appliance.cli.links import warn_of_stopped
from appliance.config import Config
from appliance.errors import HandoutError
from appliance.files import read_file, replace_file
from appliance.handouts import qr
from appliance.handouts.layout import lay_out
from appliance.handouts.logo import MAX_BYTES, keep, kept, remove
from appliance.handouts.paper import Paper, PosterPaper
from appliance.handouts.printed import NHS_APP
from appliance.handouts.promotion import (
    LABELS,
    SOCIAL_WORDS,
    Poster,
    bookmarks,
    library_of,
    poster,
    shelf_cards,
    social_picture,
    stickers,
)
from appliance.handouts.sheet import Code, sheet
from appliance.state.state import SettingsFile
from appliance.store.store import Store
from appliance.sync.content import shown_catalogue
from appliance.sync.update import remake


@click.command("print")
@click.argument("slug")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="Write a PDF file.")
@click.option("--printer", help="Send it to a printer: ipp://... or ipps://...")
@click.option("--paper", type=click.Choice([p.value for p in Paper]), default=Paper.A4.value)
@click.option("--copies", type=click.IntRange(1, 50), default=1, show_default=True)
@click.option("--large", "is_large", is_flag=True, help="In large print, on A4, in English.")
@click.option("--language", default=ORIGINAL_LANGUAGE, help="Such as pl: Polish beside English.")
@click.pass_obj
def print_command(
    config: Config,
    slug: str,
    to: Path | None,
    printer: str | None,
    paper: str,
    copies: int,
    language: str,
    *,
    is_large: bool,
) -> None:
    """Print the handout SLUG, or save it as a PDF."""
    if (to is None) == (printer is None):
        raise click.UsageError("say where to: --to FILE.pdf or --printer ipp://...")
    if is_large and Paper(paper) is not Paper.A4:
        raise click.UsageError("large print is for A4 paper: leave out --paper")
    if is_large and language != ORIGINAL_LANGUAGE:
        raise click.UsageError("large print is in English only: leave out --language")
    catalogue = shown_catalogue(Store(config.store))
    settings = SettingsFile(config.settings_file).read()
    content = sheet(
        _handout(catalogue, slug, language),
        catalogue,
        settings.library_name,
        opening_hours=settings.opening_hours.splitlines(),
        logo=kept(config.logo_file),
    )
    size = Paper(paper)
    warn_of_stopped(config, content.web_addresses())
    pdf = lay_out(content, size, is_large=is_large)
    _hand_over(pdf, to, printer, copies=copies, media=size.media)


def _handout(catalogue: Catalogue, slug: str, language: str) -> Handout:
    handout = catalogue.handout(language, slug)
    if handout is not None:
        return handout
    if slug not in catalogue.handouts:
        raise HandoutError(f"there is no handout {slug!r}: choose {', '.join(catalogue.handouts)}")
    known = [made.language for made in catalogue.all_handouts() if made.slug == slug]
    raise HandoutError(f"{slug} does not exist in {language!r}: choose {', '.join(known)}")


_PAPERS = {
    "help": "poster “Get health help here”",
    "nhs-app": "poster “Use the NHS App: ask us how”",
    "wifi": "poster “Join our Help Point Wi-Fi”",
    "shelf-cards": "4 cards for the edge of a shelf, to cut from A4",
    "bookmarks": "4 bookmarks, to cut from A4",
    "stickers": "21 QR stickers for A4 labels of 63.5 x 38.1 mm",
    "social": "picture for social media, 1200 x 630 pixels",
}
_LIST = "\n".join(f"{name:<12} {what}" for name, what in _PAPERS.items())
_HELP = f"""Make posters, cards, stickers and pictures that tell of the help point.

\b
{_LIST}

The library's name, opening hours and Wi-Fi come from `helppoint settings`, its logo from
`helppoint logo`. Print everything at 100 %, never "fit to page".
"""


@click.command("poster", help=_HELP)
@click.argument("name", type=click.Choice(list(_PAPERS)), metavar="NAME")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="Write a PDF file.")
@click.option("--printer", help="Send it to a printer: ipp://... or ipps://...")
@click.option("--copies", type=click.IntRange(1, 50), default=1, show_default=True)
@click.option(
    "--png", type=click.Path(path_type=Path, dir_okay=False), help="Write a PNG file (social)."
)
@click.option(
    "--paper", type=click.Choice([p.value for p in PosterPaper]), help="For posters.  [default: a4]"
)
@click.option("--site", help="Website on cards, bookmarks and stickers.  [default: nhs-app]")
@click.option("--used", type=click.IntRange(0, LABELS - 1), help="Labels gone from the sheet.")
@click.pass_obj
def poster_command(
    config: Config,
    name: str,
    to: Path | None,
    printer: str | None,
    copies: int,
    png: Path | None,
    paper: str | None,
    site: str | None,
    used: int | None,
) -> None:
    """Make what NAME says."""
    _refuse_misplaced(name, paper=paper, site=site, used=used)
    _refuse_targets(name, to, printer, png)
    library = library_of(SettingsFile(config.settings_file).read(), kept(config.logo_file))
    if png is not None:
        _write(png, social_picture(library))
        click.echo(f"Say in its alternative text: {SOCIAL_WORDS}, {library.name}.")
        return
    entry = _site(shown_catalogue(Store(config.store)), site or NHS_APP)
    code = Code(entry.name, entry.url)
    if name not in (Poster.HELP, Poster.WIFI):
        warn_of_stopped(config, {code.address})
    if name == "shelf-cards":
        pdf = shelf_cards(library, code)
    elif name == "bookmarks":
        pdf = bookmarks(library, code)
    elif name == "stickers":
        pdf = stickers(library, code, used=used or 0)
    else:
        pdf = poster(Poster(name), library, code, PosterPaper(paper or PosterPaper.A4))
    media = PosterPaper(paper or PosterPaper.A4).media
    _hand_over(pdf, to, printer, copies=copies, media=media)


def _refuse_misplaced(name: str, **options: object) -> None:
    """Refuse an option that says nothing about this paper."""
    takers = {
        "paper": [kind.value for kind in Poster],
        "site": ["shelf-cards", "bookmarks", "stickers"],
        "used": ["stickers"],
    }
    for option, value in options.items():
        if value is not None and name not in takers[option]:
            raise click.UsageError(f"--{option} is for {', '.join(takers[option])}, not for {name}")


def _refuse_targets(name: str, to: Path | None, printer: str | None, png: Path | None) -> None:
    """Refuse all but one place for it: a picture goes to --png, and all else to the others."""
    given = [bool(png)] if name == "social" else [bool(to), bool(printer)]
    is_misplaced = (to or printer) if name == "social" else png
    if sum(given) != 1 or is_misplaced:
        both = "--to FILE.pdf or --printer ipp://..."
        raise click.UsageError(f"say where to: {'--png FILE.png' if name == 'social' else both}")


@click.command("logo")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--remove", "is_removed", is_flag=True, help="Print no logo any more.")
@click.pass_obj
def logo_command(config: Config, file: Path | None, *, is_removed: bool) -> None:
    """Put the library's logo on posters and handouts: a PNG or SVG FILE of at most 2 MB."""
    if (file is None) != is_removed:
        raise click.UsageError("name a PNG or SVG file, or say --remove")
    kept_at = config.logo_file
    if file is None:
        remove(kept_at)
        _remake_pages(config)
        click.echo("The logo is removed.")
        return
    try:
        data = read_file(file, MAX_BYTES)
    except OSError as error:
        raise HandoutError(f"{file} cannot be read: {error.strerror}") from error
    keep(data, kept_at)
    _remake_pages(config)
    click.echo(f"Kept as {kept_at}. Make a poster to see how it prints.")


def _remake_pages(config: Config) -> None:
    """Make the handouts that are downloaded anew: the logo is on them."""
    from appliance.cli.device import Box

    if Store(config.store).pointer() is not None:
        remake(Box(config).device)


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
    warn_of_stopped(config, {site.url})
    _write(file, qr.png(site.url, side_mm=size_mm, dpi=dpi))
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


def _hand_over(
    pdf: bytes, to: Path | None, printer: str | None, *, copies: int, media: str
) -> None:
    """Write it to a file or send it to a printer, whichever was named."""
    if to is not None:
        _write(to, pdf)
    if printer is not None:
        _send(printer, pdf, copies, media)


def _send(uri: str, pdf: bytes, copies: int, media: str) -> None:
    # Loaded only when a printer is asked for: it brings an HTTP client with it.
    from appliance.printing.ipp import IppPrinter

    click.echo(f"Sending to {uri} ...", err=True)
    result = IppPrinter(uri).send(pdf, copies=copies, media=media)
    click.echo("Printed.")
    for remark in result.remarks:
        click.echo(remark)
