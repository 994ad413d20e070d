"""Commands for keys: make one, make a set for development, list who may sign what, change it."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.clock import now
from appliance.errors import ReleaseError
from appliance.release.folder import Folder
from appliance.release.keyfile import MIN_PASSPHRASE, PUBLIC, name_of, new_key, read_public, short
from appliance.release.keys import new_keys
from appliance.release.overview import in_lines, roles_of
from appliance.release.stage import Stage

folder_type = click.Path(path_type=Path, file_okay=False)
file_type = click.Path(path_type=Path, dir_okay=False)
existing_folder = click.Path(path_type=Path, file_okay=False, exists=True)
repository_argument = click.argument("repository", type=existing_folder)


@click.group("keys")
def keys_command() -> None:
    """Signing keys: who may publish."""


@keys_command.command("dev")
@click.argument("folder", type=folder_type)
def dev(folder: Path) -> None:
    """Make keys for trying things out in a new folder: one for each role, without passphrases."""
    new_keys(folder)
    click.echo(f"Signing keys made in {folder}. Who has them can publish: keep them secret.")


@keys_command.command("new")
@click.argument("file", type=file_type)
@click.option("--no-passphrase", is_flag=True, help="Only for keys of snapshot and timestamp.")
def new(file: Path, *, no_passphrase: bool) -> None:
    """Make your signing key, such as ann.pem, and its public half ann.pub to send to others."""
    if no_passphrase:
        click.secho(
            f"WARNING: {file} will not be locked: whoever copies the file can sign with it. Use it"
            " only for snapshot and timestamp, on the machine that signs every day.",
            err=True,
            bold=True,
        )
    key = new_key(file, None if no_passphrase else _new_passphrase())
    click.echo(f"Your key {name_of(key)} is in {file}: keep it secret, and keep a copy elsewhere.")
    click.echo(f"Send {file.with_suffix(PUBLIC)} to the others, and tell them {short(key.keyid)}.")


def _new_passphrase() -> str:
    text = f"Passphrase ({MIN_PASSPHRASE} characters or more, several words)"
    passphrase: str = click.prompt(text, hide_input=True, confirmation_prompt=True, err=True)
    return passphrase


@keys_command.command("list")
@repository_argument
def list_keys(repository: Path) -> None:
    """List who may sign what in a repository, and until when it holds."""
    roles = roles_of(Folder(repository).published())
    if not roles:
        raise ReleaseError(f"nothing is published in {repository} yet")
    for role in roles:
        for line in in_lines(role, now()):
            click.echo(line)


@keys_command.command("rotate")
@repository_argument
@click.argument("roles", nargs=-1, required=True)
@click.option("--add", "added", multiple=True, type=file_type, help="A public key, NAME.pub.")
@click.option("--remove", "removed", multiple=True, help="A key's name, or 8 signs of its id.")
@click.option("--threshold", type=click.IntRange(1), help="How many must sign from now on.")
def rotate(
    repository: Path,
    roles: tuple[str, ...],
    added: tuple[Path, ...],
    removed: tuple[str, ...],
    threshold: int | None,
) -> None:
    """Stage other keys for ROLES; without options, a longer life for what names their keys."""
    stage = Stage(Folder(repository), now())
    keys = [read_public(path) for path in added]
    for role in roles:
        stage.keys(role, keys, removed, threshold)
    click.echo(f"Staged in {repository}. Next: `helppoint publish show {repository}`.")
