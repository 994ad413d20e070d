"""Commands that change what a box shows: sync, settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from appliance.catalogue.model import Catalogue
from appliance.cli.links import check_links
from appliance.cli.progress import Progress
from appliance.clock import WRITTEN_AT, in_words, now
from appliance.config import Config
from appliance.errors import ApplianceError, ConfigError, SourceError, StoreError, TrustError
from appliance.files import read_file
from appliance.handouts.logo import kept
from appliance.release.layout import MAX_METADATA_BYTES
from appliance.release.manifest import Release, read_release
from appliance.site.published import open_site
from appliance.site.render import render_site
from appliance.state.state import SettingsFile
from appliance.store.pointer import Pointer
from appliance.store.store import Store
from appliance.sync.content import all_languages, has_languages
from appliance.sync.sources import FolderSource, Source, is_on_network, open_source
from appliance.sync.trust import Trust
from appliance.sync.update import Device, remake, roll_back, update


@click.command("sync")
@click.argument("sources", nargs=-1)
@click.option("--embedded", is_flag=True, help="Only import what the application ships.")
@click.option("--no-links", is_flag=True, help="Do not ask web addresses whether they answer.")
@click.option(
    "--accept-expired",
    is_flag=True,
    help="From a memory stick: also show newer content whose signatures ran out in the meantime.",
)
@click.pass_obj
def sync_command(
    config: Config,
    sources: Sequence[str],
    *,
    embedded: bool,
    no_links: bool,
    accept_expired: bool,
) -> None:
    """Show the newest content: from SOURCES (addresses or folders), else from the settings.

    If it came from the web, ask once a day which web addresses in it still answer.
    """
    box = Box(config)
    box.set_aside_damage()
    if embedded or box.store.pointer() is None:
        box.import_embedded()
    if embedded:
        return
    if accept_expired:
        _refuse_network(sources)
    # Judged as of the publisher's newest word that this box has heard.
    moment = box.known_moment() if accept_expired else box.now()
    used = box.sync_first_that_works(tuple(sources) or config.origins, moment)
    if is_on_network(used) and not no_links:
        check_links(config, box.now())


def _refuse_network(sources: Sequence[str]) -> None:
    """On the network an old word may be an attack: a stick was brought by somebody."""
    if not sources or any(is_on_network(source) for source in sources):
        raise click.UsageError("--accept-expired is for memory sticks: name the stick's folder")


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def export_command(config: Config, folder: Path) -> None:
    """Write what this box shows to FOLDER, such as a memory stick, for other boxes to sync from."""
    from appliance.sync.export import export

    box = Box(config)
    release = export(box.store, box.anchor(), folder, Progress())
    click.echo(f"Release {release.number} is in {folder}: `helppoint sync {folder}` shows it.")


@click.command("settings")
@click.argument("name", required=False)
@click.argument("value", required=False)
@click.pass_obj
def settings_command(config: Config, name: str | None, value: str | None) -> None:
    """Show the library's settings, or change one and make the pages anew."""
    file = SettingsFile(config.settings_file)
    if name is None:
        for key, current in asdict(file.read()).items():
            click.echo(f"{key} = {current}")
        return
    if value is None:
        raise click.UsageError(
            f"say what {name} should be, for example: library_name 'Oak Library'"
        )
    before = asdict(file.read()).get(name, "")
    file.change(name, value)
    box = Box(config)
    if box.store.pointer() is not None:
        try:
            box.show_settings()
        except ApplianceError:
            # Or every later update would fail on it too, such as a name that our font cannot print.
            file.change(name, before)
            raise
    click.echo(f"{name} is now {value}.")


@click.command("rollback")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def rollback_command(config: Config, *, yes: bool) -> None:
    """Show the content that was shown before; only newer content than today's replaces it."""
    if not yes:
        click.confirm("Show the content from before the last update again?", abort=True)
    release = roll_back(Box(config).device)
    click.echo(
        f"Now showing release {release.number} of {in_words(release.released_at.date())} again."
    )


def _shown_release(pointer: Pointer) -> Release:
    return read_release(pointer.current.release_json.encode())


def _known_moment(pointer: Pointer) -> datetime:
    released_at = _shown_release(pointer).released_at
    if not pointer.signed_at:
        return released_at
    return max(released_at, datetime.fromisoformat(pointer.signed_at))


@dataclass(frozen=True, slots=True)
class Box:
    """The parts of a box that bring in content, joined."""

    config: Config

    @property
    def store(self) -> Store:
        """The box's own copy of the content."""
        return Store(self.config.store)

    @property
    def device(self) -> Device:
        """What an update works with."""
        languages = SettingsFile(self.config.settings_file).read().language_codes
        return Device(self.store, self._render, Progress(), languages)

    def show_settings(self) -> None:
        """Make the pages anew after a setting has changed.

        Raises:
            ConfigError: it names a language that the content does not have.
        """
        device = self.device
        known = all_languages(self.store)
        unknown = sorted(device.languages - known)
        if unknown:
            raise ConfigError(
                f"languages: there is no {', '.join(unknown)} in the content: choose from"
                f" {' '.join(sorted(known))}"
            )
        if has_languages(self.store, device.languages):
            remake(device)
        else:
            click.echo("Some of it is not on this box yet: the next sync brings it.", err=True)

    def import_embedded(self) -> None:
        """Show what the application ships, if it is newer than what is shown.

        Its metadata may have expired on the shelf: it came with the application, so it is judged
        as of the day the application was written.
        """
        source = FolderSource(self.config.embedded)
        try:
            self._update(source, WRITTEN_AT)
        except TrustError as error:
            if self.store.pointer() is None:
                self._begin_again(source)
            else:
                # Mostly because what is shown came by network and is newer.
                click.echo(f"{error}\nWhat is shown stays.", err=True)

    def _begin_again(self, source: FolderSource) -> None:
        """Show what the application ships though newer was shown before the pointer was lost.

        It is judged by itself. What the box remembers of newer metadata stays: from anybody else
        nothing older is accepted.
        """
        with TemporaryDirectory() as memory:
            self._update(source, WRITTEN_AT, Path(memory))

    def sync_first_that_works(self, addresses: Sequence[str], moment: datetime) -> str:
        """Try each source in turn; expiry is judged as of `moment`. Returns the one that worked.

        Raises:
            SourceError: no source is named.
            SourceError, TrustError: what went wrong with the last one, if none worked.
        """
        for address in addresses:
            try:
                self._update(open_source(address), moment)
            except (SourceError, TrustError) as error:
                self.store.note_check(now(), f"failed: {error}")
                if address == addresses[-1]:
                    raise
                click.echo(f"{error}\nTrying the next source.", err=True)
            else:
                self.store.note_check(now(), "ok")
                return address
        raise SourceError(
            f"no content source: name one, or set origins in {self.config.home / 'helppoint.toml'}"
        )

    def now(self) -> datetime:
        """Return the trusted time: never before the publisher's newest word was signed."""
        return now(self.known_moment())

    def known_moment(self) -> datetime:
        """Return the latest moment that the content proves to have passed."""
        pointer = self.store.pointer()
        return WRITTEN_AT if pointer is None else _known_moment(pointer)

    def set_aside_damage(self) -> None:
        """Go on by the pointer file's copy if it is damaged, or else start afresh."""
        try:
            self.store.pointer()
        except StoreError as error:
            click.echo(str(error), err=True)
        else:
            return
        pointer = self.store.mend_pointer()
        if pointer is None:
            click.echo("Starting again from the embedded content.", err=True)
            return
        click.echo("Going on by its copy: what was shown is shown again.", err=True)
        if not self.store.site_folder(pointer.current.site).is_dir():
            remake(self.device)

    def _update(self, source: Source, moment: datetime, memory: Path | None = None) -> None:
        pointer = self.store.pointer()
        trust = Trust(
            anchor=self.anchor(),
            metadata=memory or self.store.metadata,
            floor={} if pointer is None else pointer.floor,
            now=moment,
        )
        try:
            release = update(source, trust, self.device)
        finally:
            source.close()
        if release is None:
            click.echo(f"{source.name}: {self._why_nothing_new()}.", err=True)
            self._renew(moment)
        else:
            click.echo(f"{source.name}: now showing release {release.number}.", err=True)

    def _why_nothing_new(self) -> str:
        pointer = self.store.pointer()
        shown = 0 if pointer is None else _shown_release(pointer).number
        if pointer is None or pointer.refused < shown:
            return "nothing new"
        return f"nothing newer than release {pointer.refused}, which was rolled back here"

    def _renew(self, moment: datetime) -> None:
        """Make the pages anew if a review date has passed since they were made."""
        pointer = self.store.pointer()
        if pointer is None:
            return
        due = open_site(self.store.site_folder(pointer.current.site)).facts.renew_on
        if due and due <= moment.date().isoformat():
            click.echo("A review date has passed: making the pages anew.", err=True)
            remake(self.device)

    def anchor(self) -> bytes:
        """Return the root metadata that everything is checked against.

        Raises:
            StoreError: the application was built without it.
        """
        path = self.config.embedded / "metadata" / "1.root.json"
        try:
            return read_file(path, MAX_METADATA_BYTES)
        except OSError as error:
            raise StoreError(
                f"the application was built without its embedded content ({path} is missing):"
                " run `make build`"
            ) from error

    def _render(self, catalogue: Catalogue, release: Release, folder: Path) -> None:
        settings = SettingsFile(self.config.settings_file).read()
        render_site(catalogue, release, settings, folder, Progress(), kept(self.config.logo_file))
        # What the public process cannot open is never moved to.
        open_site(folder)
