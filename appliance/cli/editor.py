"""Commands for editors: check, preview, pack."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from appliance.catalogue.load import read
from appliance.cli.progress import Progress
from appliance.cli.signing import moment_of_signing, refuse_faulty
from appliance.clock import now, today
from appliance.files import read_tree, write_both
from appliance.release.keys import load_keys
from appliance.release.pack import pack
from appliance.release.repository import Repository

if TYPE_CHECKING:
    from appliance.editing.spelling import Dictionary

_content = click.argument("content", type=click.Path(path_type=Path, exists=True, file_okay=False))


@click.command("check")
@_content
@click.option("--links", is_flag=True, help="Also ask every address; needs the internet.")
@click.option("--sources", is_flag=True, help="Also print which fact was read where.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="With --links or --sources: write FILE.json for programs and FILE.txt for people.",
)
def check_command(content: Path, report: Path | None, *, links: bool, sources: bool) -> None:
    """List every problem in a content folder, with its mend."""
    # Loaded when an editor checks: packing needs none of it.
    from appliance.editing.check import check_for_editors

    if report is not None and links == sources:
        raise click.UsageError("--report writes what --links or --sources finds: give one of them")
    tree = read_tree(content)
    problems = check_for_editors(tree, today(), _dictionary())
    for problem in problems:
        click.echo(str(content / problem.path) + str(problem).removeprefix(problem.path))
    errors = sum(problem.severity == "error" for problem in problems)
    click.echo(f"{errors} errors, {len(problems) - errors} warnings")
    if sources:
        _show_sources(tree, report)
    has_dead = links and _has_dead_links(tree, report)
    if errors or has_dead:
        raise SystemExit(1)


@click.command("preview")
@_content
@click.option("--host", default="127.0.0.1", show_default=True, help="Only this computer's own.")
@click.option("--port", type=click.IntRange(0, 65535), default=8010, show_default=True)
def preview_command(content: Path, host: str, port: int) -> None:
    """Show pages and handouts side by side while you write, with their problems."""
    from appliance.editing.preview.serve import serve
    from appliance.editing.preview.snapshot import Watched

    serve(
        Watched(content, today(), _dictionary()),
        host,
        port,
        on_ready=lambda number: click.echo(
            f"The preview is at http://{host}:{number}/ (Ctrl+C ends it)"
        ),
    )


def _dictionary() -> Dictionary | None:
    """Open the dictionary; a machine without one is told so, and checks all the rest."""
    from appliance.editing.spelling import DictionaryError, open_dictionary

    try:
        return open_dictionary()
    except DictionaryError as error:
        click.secho(f"{error}. {error.advice}", err=True, bold=True)
        return None


def _show_sources(tree: Mapping[str, bytes], file: Path | None) -> None:
    """Show and write which fact was read where."""
    from appliance.editing.sources import as_json, as_text, trace

    whole = trace(read(tree))
    click.echo(as_text(whole))
    if file is not None:
        for path in write_both(file, as_json(whole), as_text(whole)):
            click.echo(f"Wrote {path}.")


def _has_dead_links(tree: Mapping[str, bytes], file: Path | None) -> bool:
    """Ask every address, show and write what came of it."""
    # Loaded only when asked for: they bring an HTTP client with them.
    from appliance.links.addresses import addresses_in
    from appliance.links.report import as_text, write_report
    from appliance.links.run import ask_all

    report = ask_all(addresses_in(tree), now(), Progress())
    click.echo(as_text(report))
    if file is not None:
        for path in write_report(report, file):
            click.echo(f"Wrote {path}.")
    return report.has_dead


@click.command("pack")
@_content
@click.option(
    "--repository",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder for the signed repository; any web host can serve it.",
)
@click.option(
    "--keys",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".keys"),
    show_default=True,
    help="Folder with the signing keys.",
)
def pack_command(content: Path, repository: Path, keys: Path) -> None:
    """Sign a content folder as the next release of a repository."""
    tree = read_tree(content)
    refuse_faulty(content, tree)
    signers = load_keys(keys)
    repository.mkdir(parents=True, exist_ok=True)
    progress, done = Progress(), iter(range(len(tree)))
    release, is_new = pack(
        tree,
        Repository(repository, signers, moment_of_signing()),
        on_file=lambda _path: progress("packing", next(done), len(tree)),
    )
    progress("packing", len(tree), len(tree))
    verb = "Packed" if is_new else "Nothing changed since"
    click.echo(f"{verb} release {release.number} in {repository}.")
