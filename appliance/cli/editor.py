"""Commands for editors and publishers: check, keys, pack."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from appliance.catalogue.check import check
from appliance.cli.progress import Progress
from appliance.clock import now, today
from appliance.errors import ContentError, ReleaseError
from appliance.files import read_tree
from appliance.release.keys import load_keys, new_keys
from appliance.release.pack import pack
from appliance.release.repository import Repository

_content = click.argument("content", type=click.Path(path_type=Path, exists=True, file_okay=False))


@click.command("check")
@_content
def check_command(content: Path) -> None:
    """List every problem in a content folder, with its mend."""
    problems = check(read_tree(content), today())
    for problem in problems:
        click.echo(str(content / problem.path) + str(problem).removeprefix(problem.path))
    errors = sum(problem.severity == "error" for problem in problems)
    click.echo(f"{errors} errors, {len(problems) - errors} warnings")
    if errors:
        raise SystemExit(1)


@click.command("keys")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def keys_command(folder: Path) -> None:
    """Make a publisher's signing keys in a new folder. Keep it secret and keep a copy."""
    new_keys(folder)
    click.echo(f"Signing keys made in {folder}. Who has them can publish: keep them secret.")


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
    _refuse_faulty(content, tree)
    signers = load_keys(keys)
    repository.mkdir(parents=True, exist_ok=True)
    progress, done = Progress(), iter(range(len(tree)))
    release, is_new = pack(
        tree,
        Repository(repository, signers, _moment_of_signing()),
        on_file=lambda _path: progress("packing", next(done), len(tree)),
    )
    progress("packing", len(tree), len(tree))
    verb = "Packed" if is_new else "Nothing changed since"
    click.echo(f"{verb} release {release.number} in {repository}.")


def _refuse_faulty(content: Path, tree: Mapping[str, bytes]) -> None:
    errors = [problem for problem in check(tree, today()) if problem.severity == "error"]
    if errors:
        raise ContentError(f"{content} has {len(errors)} errors; the first is: {errors[0]}")


def _moment_of_signing() -> datetime:
    """Return now, or SOURCE_DATE_EPOCH (seconds since 1970) for builds that must be repeatable."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return now()
    if not epoch.isdecimal() or len(epoch) > 12:
        raise ReleaseError(f"SOURCE_DATE_EPOCH is {epoch!r}, not a number of seconds")
    return datetime.fromtimestamp(int(epoch), UTC)
