"""Commands of the public process: serve, counts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Collection, Mapping
from datetime import date

import click

from appliance.clock import today
from appliance.config import Config
from appliance.errors import StoreError
from appliance.site.published import Published
from appliance.state.links import LinksFile
from appliance.state.network import OFFLINE, ONLINE, PORTAL, Network
from appliance.state.state import SMALLEST_COUNT, Counts, SettingsFile, each_week
from appliance.store.store import Store
from appliance.web.app import public_site
from appliance.web.portal.portal import Portal
from appliance.web.portal.visitors import Visitors
from appliance.web.serve import serve

MOST_MISSING_WORDS = 2_000


@click.command("serve")
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port.  [default: 8000]")
@click.option("--no-import", is_flag=True, help="Never import the embedded content first.")
@click.pass_obj
def serve_command(config: Config, host: str | None, port: int | None, *, no_import: bool) -> None:
    """Serve the help point; on a new box, import the embedded content first."""
    store = Store(config.store)
    if not no_import and _has_newer_embedded(config, store):
        _import_embedded(config)
    counts = Counts(config.counts_file)
    missing = _missing_words(config)
    network, published = Network(config.network_file), Published(store)
    settings = SettingsFile(config.settings_file)
    around, offers_stay = _around(config, network, settings)
    pages = public_site(
        published,
        store.last_check,
        lambda address: counts.add(today(), address),
        around=around,
        links=lambda: _links_facts(config),
        count_missing=lambda language, word: missing.add(today(), f"{word} ({language})"),
    )
    portal = Portal(
        pages,
        Visitors(),
        imitates_success=offers_stay,
        garden=lambda: _garden(network, published, settings),
    )
    address = host or config.host
    serve(
        portal if config.has_portal else pages,
        address,
        config.port if port is None else port,
        (counts, missing),
        on_ready=lambda number: click.echo(
            f"Help Point is at http://{address}:{number}/ (Ctrl+C ends it)"
        ),
    )


@click.command("counts")
@click.pass_obj
def counts_command(config: Config) -> None:
    """Show what was opened, by day, and which words nobody found, by week; never fewer than 5."""
    totals = Counts(config.counts_file).totals()
    for day, row in sorted(totals.items()):
        for what, count in row.items():
            click.echo(f"{day}  {count:>6}  {what}")
    if not totals:
        click.echo(f"Nothing has been opened {SMALLEST_COUNT} times in a day yet.")
    for monday, row in sorted(_missing_words(config).totals().items()):
        year, week, _ = date.fromisoformat(monday).isocalendar()
        for word, count in row.items():
            click.echo(f"{year}-W{week:02}  {count:>6}  searched for, not found: {word}")


def _around(
    config: Config, network: Network, settings: SettingsFile
) -> tuple[Callable[[], frozenset[str]], Callable[[], bool]]:
    """Return what tells pages what is so around the box, and whether visitors may stay."""

    def offers_stay() -> bool:
        return settings.read().stay_connected == "offered"

    def around() -> frozenset[str]:
        if not config.has_portal:
            return network.around()
        known = network.around() or frozenset({OFFLINE})
        return known | {PORTAL} if offers_stay() else known

    return around, offers_stay


def _garden(
    network: Network, published: Published, settings: SettingsFile
) -> Collection[str] | None:
    """Return the hosts besides nhs.uk that phones reach just now; None if they reach none."""
    if ONLINE not in network.around():
        return None
    try:
        hosts = published.current().facts.hosts
    except StoreError:
        hosts = ()
    return {*hosts, *settings.read().gate_hosts.split()}


def _missing_words(config: Config) -> Counts:
    return Counts(config.missing_words_file, each_week, MOST_MISSING_WORDS)


def _links_facts(config: Config) -> Mapping[str, object] | None:
    """Return figures of the last check of web addresses; it is the sync that makes it."""
    check = LinksFile(config.links_file).read()
    return None if check is None else check.facts()


def _has_newer_embedded(config: Config, store: Store) -> bool:
    """Whether there is something to import. Only a hint: the import itself goes by signatures."""
    try:
        pointer = store.pointer()
    except StoreError:
        return True
    if pointer is None:
        return True
    embedded = (config.embedded / "metadata").glob("*.core.json")
    newest = max((int(path.name.split(".")[0]) for path in embedded), default=0)
    return newest > pointer.floor.get("core", 0)


def _import_embedded(config: Config) -> None:
    """Run the import as a process of its own: what it loads must not stay in this one's memory."""
    command = [sys.executable, "-m", "appliance", "--home", str(config.home), "sync", "--embedded"]
    if subprocess.run(command, check=False).returncode != 0:
        raise StoreError("the embedded content could not be imported; the reason stands above")
