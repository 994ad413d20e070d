"""Commands that change what a box shows: sync, settings."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from appliance.catalogue.model import Catalogue
from appliance.cli.links import check_links
from appliance.cli.syncing import WAITING, Report, kind_of, planned
from appliance.clock import WRITTEN_AT, in_words, now
from appliance.config import Config
from appliance.errors import (
    ApplianceError,
    ChannelError,
    ConfigError,
    ContentError,
    NoSourceError,
    SourceError,
    StoreError,
    TrustError,
)
from appliance.handouts.logo import kept
from appliance.release.manifest import Release, read_release
from appliance.site.published import open_site, tried_site
from appliance.site.render import made_with, render_site
from appliance.state.state import SettingsFile
from appliance.state.syncing import SyncFolder
from appliance.store.pointer import Pointer
from appliance.store.store import Patience, Store
from appliance.sync.anchor import read_anchor
from appliance.sync.confirm import asks_health, refusal
from appliance.sync.content import all_languages, councils_of, has_languages
from appliance.sync.neighbours import neighbours_on
from appliance.sync.sources import FolderSource, Source, is_on_network, open_source
from appliance.sync.thrift import thrifty
from appliance.sync.trust import Trust
from appliance.sync.update import Device, remake, roll_back, update


@click.command("sync")
@click.argument("sources", nargs=-1)
@click.option("--embedded", is_flag=True, help="Only import what the application ships.")
@click.option(
    "--neighbours", is_flag=True, help="Only ask other help points on the library's network."
)
@click.option("--no-links", is_flag=True, help="Do not ask web addresses whether they answer.")
@click.option("--json", "is_json", is_flag=True, help="For programs: progress in JSON lines.")
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
    neighbours: bool,
    no_links: bool,
    is_json: bool,
    accept_expired: bool,
) -> None:
    """Show the newest content: from SOURCES (addresses or folders), else from the settings.

    Where no origin of the settings can be used, other help points on the library's own network are
    asked (exit code 3: there is nobody at all to ask). If it came from the web, ask once a day
    which web addresses in it still answer.
    """
    if accept_expired:
        _refuse_network(sources)
    folder = SyncFolder(config.sync_folder)
    report = Report(folder, is_json=is_json)
    box = Box(config, report)
    used = ""
    with report.telling():
        box.set_aside_damage()
        if embedded or box.store.pointer() is None:
            box.import_embedded()
        if not embedded:
            with nullcontext() if sources else planned(folder):
                # Judged as of the publisher's newest word that this box has heard.
                moment = box.known_moment() if accept_expired else box.now()
                used = box.sync_from_anybody(tuple(sources), moment, only_neighbours=neighbours)
                box.go_back_if_refused()
    if is_on_network(used) and not no_links:
        check_links(config, box.now())


def _refuse_network(sources: Sequence[str]) -> None:
    """On the network an old word may be an attack: a stick was brought by somebody."""
    if not sources or any(is_on_network(source) for source in sources):
        raise click.UsageError("--accept-expired is for memory sticks: name the stick's folder")


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
    """The parts of a box that bring in content, joined.

    `look_around` finds sources on the card of the library's own network; `patience` is for whoever
    else is changing what is shown; `faults` gathers what was wrong with councils' channels, for
    staff.
    """

    config: Config
    report: Report = field(default_factory=Report)
    look_around: Callable[[str], Iterable[Source]] = neighbours_on
    patience: Patience = WAITING
    faults: list[str] = field(default_factory=list)

    @property
    def store(self) -> Store:
        """The box's own copy of the content; who else is changing it is waited for."""
        return Store(self.config.store, patience=self.patience)

    @property
    def device(self) -> Device:
        """What an update works with."""
        settings = SettingsFile(self.config.settings_file).read()
        return Device(
            self.store,
            self._render,
            self.report,
            settings.language_codes,
            settings.councils,
            self._note_fault,
            self.report.tell_bytes,
        )

    def _note_fault(self, channel: str, error: ApplianceError) -> None:
        """Tell staff whose newest content is not shown, and why."""
        click.echo(f"{channel}: {error}\n{error.advice}", err=True)
        self.faults.append(f"{channel}: {error}")

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
        shown = self._pointer().current.of(device.channels)
        has_all = has_languages(self.store, shown, device.languages)
        if has_all:
            remake(device)
        if not has_all or set(device.channels) - set(shown.councils):
            click.echo("Some of it is not on this box yet: the next sync brings it.", err=True)

    def _pointer(self) -> Pointer:
        pointer = self.store.pointer()
        if pointer is None:
            raise StoreError("no release is shown yet")
        return pointer

    def import_embedded(self) -> None:
        """Show what the application ships, if it is newer than what is shown.

        Its metadata may have expired on the shelf: it came with the application, so it is judged
        as of the day the application was written.
        """
        source = FolderSource(self.config.embedded)
        self.report.asks("shipped")
        try:
            is_new = self._update(source, WRITTEN_AT)
        except TrustError as error:
            if self.store.pointer() is None:
                self._begin_again(source)
                return
            # Mostly because what is shown came by network and is newer.
            click.echo(f"{error}\nWhat is shown stays.", err=True)
        else:
            if is_new:
                self.store.note_update(now(), "shipped")

    def _begin_again(self, source: FolderSource) -> None:
        """Show what the application ships though newer was shown before the pointer was lost.

        It is judged by itself. What the box remembers of newer metadata stays: from anybody else
        nothing older is accepted.
        """
        with TemporaryDirectory() as memory:
            self._update(source, WRITTEN_AT, Path(memory))

    def sync_from_anybody(
        self, named: Sequence[str], moment: datetime, *, only_neighbours: bool
    ) -> str:
        """Sync from the sources named, else from the origins, else from neighbours.

        Returns: the address that was used; empty for neighbours.
        Raises:
            NoSourceError: there is nobody to ask.
            SourceError, TrustError: what went wrong with the last one, if none worked.
        """
        try:
            if not only_neighbours:
                return self.sync_first_that_works(named or self.config.origins, moment)
        except (SourceError, TrustError) as error:
            # What neighbours have already is no news: the origins' failure is what staff must know.
            if named or not self.sync_from_neighbours(moment, only_news=bool(self.config.origins)):
                raise
            click.echo(f"{error}\nNeighbours were asked instead.", err=True)
        else:
            if not self.sync_from_neighbours(moment, only_news=False):
                raise NoSourceError("no neighbour offers content that holds today")
        return ""

    def sync_from_neighbours(self, moment: datetime, *, only_news: bool) -> bool:
        """Take the newest of what neighbours have; a bad one is passed over.

        Returns: whether one had content that holds today, or if `only_news`, brought something.
        """
        worked = brought = False
        for neighbour in self.look_around(self.config.wired) if self.config.wired else ():
            self.report.asks("neighbour")
            try:
                is_new = self._update(neighbour, moment)
            except (SourceError, TrustError) as error:
                click.echo(f"{error}\nTrying the next neighbour.", err=True)
            else:
                worked = worked or not only_news or is_new
                brought = brought or is_new
        if worked:
            self.store.note_check(now(), "ok", "neighbour", is_new=brought)
        return worked

    def sync_first_that_works(self, addresses: Sequence[str], moment: datetime) -> str:
        """Try each source in turn; expiry is judged as of `moment`. Returns the one that worked.

        Raises:
            NoSourceError: no source is named.
            SourceError, TrustError: what went wrong with the last one, if none worked.
        """
        for address in addresses:
            self.report.asks(kind_of(address))
            self.faults.clear()
            try:
                is_new = self._update(open_source(address), moment)
            except (SourceError, TrustError, ContentError, ChannelError) as error:
                self.store.note_check(now(), "; ".join([f"failed: {error}", *self.faults]))
                if address == addresses[-1] or not isinstance(error, SourceError | TrustError):
                    self._renew(moment)
                    raise
                click.echo(f"{error}\nTrying the next source.", err=True)
            else:
                outcome = "; ".join(["ok", *self.faults])
                self.store.note_check(now(), outcome, kind_of(address), is_new=is_new)
                return address
        raise NoSourceError(
            f"no content source: name one, or set origins in {self.config.home / 'helppoint.toml'}"
        )

    def go_back_if_refused(self) -> None:
        """Go back to the release before if the public process cannot show this one.

        Raises:
            StoreError: it cannot; what is shown again is said.
        """
        pointer = self.store.pointer()
        if pointer is None:
            return
        why = refusal(pointer.current.site, asks_health(self.config.host, self.config.port))
        if not why:
            return
        number = _shown_release(pointer).number
        if pointer.previous is None:
            raise StoreError(f"release {number} cannot be shown as it should be: {why}")
        before = roll_back(self.device).number
        raise StoreError(
            f"release {number} could not be shown, so release {before} is shown again: {why}"
        )

    def now(self) -> datetime:
        """Return the trusted time: never before the publisher's newest word was signed."""
        return now(self.known_moment())

    def known_moment(self) -> datetime:
        """Return the latest moment that the content proves to have passed."""
        pointer = self.store.pointer()
        return WRITTEN_AT if pointer is None else _known_moment(pointer)

    def release_shown(self) -> int:
        """Return the number of the release that is shown, 0 for none."""
        pointer = self.store.pointer()
        return 0 if pointer is None else _shown_release(pointer).number

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

    def _update(self, source: Source, moment: datetime, memory: Path | None = None) -> bool:
        """Show the newest release of a source. Returns whether it is new here.

        `memory` is where the TUF client keeps what it has verified, if not in the store.
        """
        pointer = self.store.pointer()
        trust = Trust(
            anchor=self.anchor(),
            metadata=memory or self.store.metadata,
            floor={} if pointer is None else pointer.floor,
            now=moment,
        )
        try:
            with thrifty(source, self.store) as careful:
                release = update(careful, trust, self.device)
        finally:
            source.close()
        if release is None:
            click.echo(f"{source.name}: {self._why_nothing_new()}.", err=True)
            self._renew(moment)
        else:
            councils = councils_of(self._pointer().current)
            also = "".join(f", release {one.number} of {one.channel}" for one in councils)
            click.echo(f"{source.name}: now showing release {release.number}{also}.", err=True)
        pointer = self.store.pointer()
        number = 0 if pointer is None else _shown_release(pointer).number
        self.report.found(number, is_new=release is not None)
        return release is not None

    def _why_nothing_new(self) -> str:
        pointer = self.store.pointer()
        shown = 0 if pointer is None else _shown_release(pointer).number
        if pointer is None or pointer.refused < shown:
            return "nothing new"
        return f"nothing newer than release {pointer.refused}, which was rolled back here"

    def _renew(self, moment: datetime) -> None:
        """Make the pages anew if a review date has passed, or the settings are not as they say.

        A power cut between a change of settings and its pages leaves such a box.
        """
        pointer = self.store.pointer()
        if pointer is None:
            return
        facts = open_site(self.store.site_folder(pointer.current.site)).facts
        settings = SettingsFile(self.config.settings_file).read()
        is_due = bool(facts.renew_on) and facts.renew_on <= moment.date().isoformat()
        is_old = facts.made_with not in ("", made_with(settings, kept(self.config.logo_file)))
        if (is_due or is_old) and has_languages(
            self.store, pointer.current, settings.language_codes
        ):
            why = "A review date has passed" if is_due else "The settings have changed"
            click.echo(f"{why}: making the pages anew.", err=True)
            remake(self.device)

    def anchor(self) -> bytes:
        """Return the root metadata that everything is checked against.

        Raises:
            StoreError: the application was built without it.
        """
        return read_anchor(self.config.embedded)

    def _render(self, catalogue: Catalogue, release: Release, folder: Path) -> None:
        settings = SettingsFile(self.config.settings_file).read()
        logo = kept(self.config.logo_file)
        try:
            render_site(catalogue, release, settings, folder, self.report, logo)
        except sqlite3.Error as error:
            # The search index: mostly a full card.
            raise StoreError(f"{folder}: {error}: nothing was changed") from error
        # What the public process cannot open is never moved to.
        tried_site(folder)
