"""Commands for publishing by several people: stage, show, sign one after the other, finish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from appliance.catalogue.load import load
from appliance.cli.keys import (
    existing_folder,
    file_type,
    folder_type,
    repository_argument,
)
from appliance.cli.progress import Progress
from appliance.cli.signing import ask_passphrase, moment_of_signing, refuse_faulty
from appliance.clock import in_words, now, today
from appliance.config import Config
from appliance.errors import ContentError, ReleaseError
from appliance.files import read_file, read_tree
from appliance.release.ceremony import Sealed, pending, renewed, seal, signatures_by
from appliance.release.channels import merged, refuse_borrowed
from appliance.release.channels import refuse_faulty as refuse_faulty_channel
from appliance.release.contents import release_numbered, tree_of
from appliance.release.demands import Demand, demands, refuse_unsound
from appliance.release.difference import compare, in_names, in_numbers
from appliance.release.difference import in_words as differing_words
from appliance.release.folder import Folder, Published
from appliance.release.keyfile import name_of, open_folder, open_signer, read_public
from appliance.release.keys import CORE
from appliance.release.layout import MAX_METADATA_BYTES
from appliance.release.manifest import ALL, Release, read_release
from appliance.release.overview import (
    changes_of_keys,
    demand_in_words,
    fingerprint,
    in_lines,
    refuse_forged_past,
    roles_of,
)
from appliance.release.roles import channels_of, read_plan
from appliance.release.stage import Stage
from appliance.release.staging import Staged, Staging
from appliance.sync.readback import Overlay, ReadBack, caching_faults, read_back
from appliance.sync.sources import is_on_network, open_source

_keys = click.option(
    "--keys",
    type=existing_folder,
    required=True,
    help="Folder with the online keys, those of snapshot and timestamp.",
)


@click.group("publish", invoke_without_command=True)
@click.option("--verify", "url", metavar="URL", help="The same as `publish verify URL`.")
@click.pass_context
def publish_command(context: click.Context, url: str | None) -> None:
    """Publish a release that several people sign (docs/publishing.md)."""
    if url is not None:
        context.invoke(verify, address=url, root=None)
    elif context.invoked_subcommand is None:
        click.echo(context.get_help())


@publish_command.command("begin")
@click.argument("repository", type=folder_type)
@click.option("--roles", required=True, type=file_type, help="Who signs what, in TOML.")
def begin(repository: Path, roles: Path) -> None:
    """Begin a new repository: stage its first keys."""
    Stage(Folder(repository), moment_of_signing()).begin(read_plan(roles))
    click.echo(f"Staged in {repository}. Next: `helppoint publish stage CONTENT {repository}`.")


@publish_command.command("stage")
@click.argument("folders", nargs=-1, metavar="[CONTENT] REPOSITORY", type=existing_folder)
@click.option("--channel", default=CORE, show_default=True, help="Whose content it is.")
@click.option("--from-release", type=click.IntRange(1), help="Content as it was then: withdraws.")
@click.option("--share", type=click.IntRange(1, ALL), default=ALL, help="Percent of boxes.")
def stage(folders: tuple[Path, ...], channel: str, from_release: int | None, share: int) -> None:
    """Stage CONTENT as the next release of REPOSITORY; nothing is published yet."""
    if len(folders) != (2 if from_release is None else 1):
        raise click.UsageError("give CONTENT and REPOSITORY, or REPOSITORY with --from-release")
    content, repository = folders[0], folders[-1]
    folder = Folder(repository)
    if from_release is None:
        tree = read_tree(content)
    else:
        tree = tree_of(repository, release_numbered(repository, channel, from_release))
    _refuse_unfit(content, tree, channel, folder)
    progress, done = Progress(), iter(range(len(tree)))
    release = Stage(folder, moment_of_signing()).release(
        tree, channel, share, on_file=lambda _path: progress("packing", next(done), len(tree))
    )
    progress("packing", len(tree), len(tree))
    if release is None:
        click.echo(f"Nothing changed in {channel} since what is published in {repository}.")
        return
    click.echo(f"Staged release {release.number} of {channel} in {repository}.")
    click.echo(f"Next: each signer runs `helppoint publish sign {repository} --key NAME.pem`.")


def _refuse_unfit(content: Path, tree: Mapping[str, bytes], channel: str, folder: Folder) -> None:
    """Refuse errors, and names that belong to another channel."""
    published, staging = folder.published(), Staging(folder.path).read()
    if channel == CORE:
        refuse_faulty(content, tree)
        targets = staging.targets or published.targets
        known = [] if targets is None else channels_of(targets.signed)
        councils = [name for name in known if name != CORE]
        refuse_borrowed(tree, councils)
        _warn_of_councils(tree, [name for name in councils if name in published.channels], folder)
    else:
        national = tree_of(folder.path, _release(folder, CORE, published))
        refuse_faulty_channel(national, channel, tree, today())


def _warn_of_councils(tree: Mapping[str, bytes], channels: list[str], folder: Folder) -> None:
    """Say whose content would not stand beside the new national one: boxes would leave it out."""
    published = folder.published()
    for channel in channels:
        own = tree_of(folder.path, _release(folder, channel, published))
        try:
            load(merged(tree, channel, own))
        except (ContentError, ReleaseError) as error:
            click.echo(f"Warning: boxes will leave {channel} out until it is mended: {error}")


@dataclass(frozen=True, slots=True)
class _Ceremony:
    """A repository's folder, and what is staged there."""

    folder: Folder
    published: Published
    staged: Staged

    @staticmethod
    def at(repository: Path) -> _Ceremony:
        """Read what is staged.

        Raises:
            ReleaseError: nothing is, or it is not fit to sign.
        """
        folder = Folder(repository)
        published = folder.published()
        staged = pending(published, Staging(repository).read())
        if not staged.roles():
            raise ReleaseError(f"nothing is staged in {repository}")
        refuse_forged_past(folder, published)
        refuse_unsound(published, staged, now())
        return _Ceremony(folder, published, staged)

    def demands(self) -> list[Demand]:
        return demands(self.published, self.staged)

    def show(self, *, words: bool) -> None:
        """Print what is staged, as people judge it."""
        click.echo(f"Repository: {fingerprint(self.folder)}")
        for line in changes_of_keys(self.published, self.staged):
            click.echo(line)
        for channel, content in self.staged.releases.items():
            self._show_release(channel, read_release(content), words=words)
        for demand in self.demands():
            click.echo(demand_in_words(demand))

    def _show_release(self, channel: str, release: Release, *, words: bool) -> None:
        before = _release(self.folder, channel, self.published)
        old, new = tree_of(self.folder.path, before), tree_of(self.folder.path, release)
        self._refuse_unshowable(channel, new)
        changes = compare(old, new)
        click.echo(f"Release {release.number} of {channel}: {in_numbers(changes)}")
        if release.share < ALL or (before is not None and before.share < ALL):
            click.echo(f"    for {release.share} of 100 boxes")
        for line in in_names(changes):
            click.echo(f"    {line}")
        for line in differing_words(old, new) if words else ():
            click.echo(line)

    def _refuse_unshowable(self, channel: str, tree: Mapping[str, bytes]) -> None:
        """Refuse what devices could not show, whatever made it: other people staged it."""
        if channel == CORE:
            load(tree)
            return
        national = tree_of(self.folder.path, _release(self.folder, CORE, self.published))
        load(merged(national, channel, tree))


def _release(folder: Folder, channel: str, published: Published) -> Release | None:
    content = folder.release(channel, published)
    return None if content is None else read_release(content)


@publish_command.command("show")
@repository_argument
@click.option("--words", is_flag=True, help="Also every word that differs.")
def show(repository: Path, *, words: bool) -> None:
    """Show what is staged against what is published, and who has signed."""
    _Ceremony.at(repository).show(words=words)


@publish_command.command("sign")
@repository_argument
@click.option("--key", required=True, metavar="FILE", help="Your NAME.pem, or hsm:... and such.")
@click.option("--public", type=file_type, help="NAME.pub, for keys that are not files.")
@click.option("--words", is_flag=True, help="Also show every word that differs.")
@click.option("--yes", is_flag=True, help="Do not ask; for what you have just been shown.")
def sign(repository: Path, key: str, public: Path | None, *, words: bool, yes: bool) -> None:
    """Show what is staged, ask, and add your signature."""
    ceremony = _Ceremony.at(repository)
    ceremony.show(words=words)
    signer = open_signer(key, ask_passphrase, None if public is None else read_public(public))
    signatures = signatures_by(signer, ceremony.published, ceremony.staged)
    name = name_of(signer.public_key)
    if not yes:
        click.confirm(f"Sign {', '.join(signatures)} as {name}?", abort=True, err=True)
    roles = ceremony.staged.roles()
    for role, signature in signatures.items():
        Staging(repository).put_signature(role, roles[role].signed.version, signature)
    after = _Ceremony.at(repository).demands()
    missing = sorted({demand.role for demand in after if demand.missing})
    click.echo(f"Signed {', '.join(signatures)} as {name}.")
    if missing:
        click.echo(f"Still to be signed by others: {', '.join(missing)}.")
    else:
        click.echo(f"All signatures are there: `helppoint publish finish {repository}`.")


@publish_command.command("discard")
@repository_argument
@click.confirmation_option(prompt="Throw away all that is staged, with its signatures?")
def discard(repository: Path) -> None:
    """Throw away what is staged; what is published stays."""
    Staging(repository).clear()
    click.echo(f"Nothing is staged in {repository} any more.")


@publish_command.command("finish")
@repository_argument
@_keys
def finish(repository: Path, keys: Path) -> None:
    """Check all signatures as devices will, sign with the online keys, and put it in place."""
    folder = Folder(repository)
    with folder.locked():
        _finish(folder, keys)


def _finish(folder: Folder, keys: Path) -> None:
    staging = Staging(folder.path)
    staged = pending(folder.published(), staging.read())
    if staged.roles():
        sealed = seal(folder, staged, open_folder(keys, ask_passphrase), moment_of_signing())
        read = _rehearse(folder, staged, sealed)
        sealed.write(folder.path)
        click.echo(f"Published in {folder.path}: {', '.join(_in_short(one) for one in read)}.")
        click.echo(_how_to_upload(sealed))
    elif staging.path.exists():
        click.echo(f"What is staged in {folder.path} was published already.")
    else:
        raise ReleaseError(f"nothing is staged in {folder.path}")
    staging.clear()


def _rehearse(folder: Folder, staged: Staged, sealed: Sealed) -> list[ReadBack]:
    """Read what would be there as a device does, every file of it."""
    files = dict(sealed.files)
    path = folder.metadata_path("1.root")
    first = files.get("metadata/1.root.json")
    anchor = read_file(path, MAX_METADATA_BYTES) if first is None else first
    read = read_back(Overlay(folder.path, files), anchor, moment_of_signing())
    unread = set(staged.channels) - {one.release.channel for one in read}
    if unread:
        raise ReleaseError(f"devices would not find the channel {', '.join(unread)}")
    return read


def _how_to_upload(sealed: Sealed) -> str:
    last = "then metadata/timestamp.json and metadata/stick/timestamp.json"
    if sealed.root_is_last:
        return f"Upload all other files first, {last}, and the new root at the very end."
    return f"Upload all other files first, {last}."


@publish_command.command("renew")
@repository_argument
@_keys
def renew(repository: Path, keys: Path) -> None:
    """Say anew that the newest release is the newest; for a daily job."""
    folder, signers = Folder(repository), open_folder(keys, ask_passphrase)
    with folder.locked():
        renewed(folder, signers, moment_of_signing()).write(repository)
    click.echo(f"Renewed metadata/timestamp.json in {repository}.")


@publish_command.command("status")
@repository_argument
@click.option("--days", type=click.IntRange(0), help="Tell of what expires within so many days.")
def status(repository: Path, days: int | None) -> None:
    """Say what expires soon; exit code 1 if anything does, for a daily job that sends e-mail."""
    roles = roles_of(Folder(repository).published())
    if not roles:
        raise ReleaseError(f"nothing is published in {repository} yet")
    due = [role for role in roles if role.is_due(now(), days)]
    for role in due:
        click.echo(
            f"{role.name} expires on {in_words(role.expires.date())}: {_what_to_do(role.name)}."
        )
    if due:
        raise SystemExit(1)
    first = min(roles, key=lambda role: role.expires)
    click.echo(f"Nothing expires soon; the first is {first.name}: {in_lines(first, now())[0]}.")


def _what_to_do(role: str) -> str:
    if role == "timestamp":
        return "run `helppoint publish renew`, and see why the daily job did not"
    if role == "snapshot":
        return "the next `helppoint publish finish` renews it; meet for one"
    if role in {"root", "targets"}:
        return f"meet to sign: `helppoint keys rotate REPOSITORY {role}`, then sign and finish"
    return "stage its content again, sign and finish"


@publish_command.command("verify")
@click.argument("address", metavar="URL")
@click.option("--root", type=file_type, help="1.root.json; else that of this application.")
@click.pass_obj
def verify(config: Config, address: str, root: Path | None) -> None:
    """Read a published repository back as a device would, all of it."""
    anchor = root or config.embedded / "metadata" / "1.root.json"
    source = open_source(address)
    try:
        found = read_back(source, _anchor(anchor), now())
    finally:
        source.close()
    for one in found:
        click.echo(f"{_in_short(one)}, {one.files} files, {one.length} bytes packed")
        for role, expires in one.expires.items():
            click.echo(f"    {role} {one.versions[role]} until {in_words(expires.date())}")
    faults = list(caching_faults(address, found[0])) if is_on_network(address) else []
    for fault in faults:
        click.echo(f"Caching: {fault}")
    if faults:
        raise SystemExit(1)


def _anchor(path: Path) -> bytes:
    try:
        return read_file(path, MAX_METADATA_BYTES)
    except OSError as error:
        raise ReleaseError(f"the root {path} cannot be read ({error.strerror}): --root") from error


def _in_short(read: ReadBack) -> str:
    return f"release {read.release.number} of {read.release.channel}"
