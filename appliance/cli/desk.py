"""Commands of the staff desk: desk serve, desk pin."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click
from flask import request

from appliance.clock import now, today
from appliance.config import Config
from appliance.errors import StateError
from appliance.files import FileLimitError, read_file
from appliance.hotspot.model import NETWORK
from appliance.printing.ipp import IppPrinter
from appliance.printing.jobs import PATIENCE_S, Jobs
from appliance.site.published import Published
from appliance.state.network import read_facts
from appliance.state.pin import PinFile, TriesFile, hash_pin, new_pin
from appliance.state.printers import PrintersFile
from appliance.state.state import Counts, SettingsFile
from appliance.state.syncing import SyncFolder
from appliance.store.store import Store
from appliance.sync.status import content_status
from appliance.web.staff.app import create_desk
from appliance.web.staff.desk import Desk
from appliance.web.staff.door import Door
from appliance.web.staff.health import Health
from appliance.web.staff.printing import count_printed
from appliance.web.staff.serve import listeners, serve_desk
from appliance.web.staff.sessions import Sessions
from appliance.web.staff.side import OnlyWired

FLUSH_EVERY_S = 3600
# What the kernel has of network cards: asking it by netlink is nothing that this process may do.
CARDS = Path("/sys/class/net")
# The kernel's: thousandths of a degree Celsius.
TEMPERATURE = Path("/sys/class/thermal/thermal_zone0/temp")
MAX_NUMBER_BYTES = 20
NAMES = frozenset({"localhost", "helppoint.local"})


@click.group("desk")
def desk_command() -> None:
    """The staff desk: a page for staff on the library's side of the network, behind a PIN."""


@desk_command.command("serve")
@click.option("--port", type=click.IntRange(0, 65535), help="Port.  [default: 8080]")
@click.option("--card", help="Wired network card besides loopback.  [default: as set up]")
@click.pass_obj
def serve(config: Config, port: int | None, card: str | None) -> None:
    """Serve the staff desk on loopback and on the wired side."""
    counts = Counts(config.desk_counts_file)
    sessions = Sessions(time.monotonic)
    pin = PinFile(config.pin_file)
    jobs = Jobs(_send, _local_time, lambda wanted: count_printed(counts, wanted))
    desk = Desk(
        door=Door(pin, TriesFile(config.tries_file), time.monotonic),
        pin=pin,
        sessions=sessions,
        published=Published(Store(config.store)),
        settings=SettingsFile(config.settings_file),
        printers=PrintersFile(config.settings_file),
        jobs=jobs,
        counts=counts,
        is_private=_is_on_loopback,
        health=lambda: _health(config),
    )
    sockets = listeners(config.desk.port if port is None else port, card or _usual_card(config))
    stopping = threading.Event()
    flusher = threading.Thread(target=_flush_hourly, args=(counts, stopping), daemon=True)
    flusher.start()
    try:
        serve_desk(OnlyWired(create_desk(desk), NETWORK, NAMES), sockets, _say_where)
    finally:
        stopping.set()
        flusher.join()
        jobs.close()
        _flush(counts)


@desk_command.command("pin")
@click.option("--new", "is_new", is_flag=True, help="Make a PIN by chance, and print it once.")
@click.pass_obj
def pin_command(config: Config, *, is_new: bool) -> None:
    """Set the PIN of the staff desk: one by chance, or one that you type."""
    pin = new_pin() if is_new else _typed_pin()
    PinFile(config.pin_file).write(hash_pin(pin))
    TriesFile(config.tries_file).write(0)
    click.echo(pin if is_new else "The PIN is set. Write it on the box's label.")


def _typed_pin() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline(100).strip()
    typed: str = click.prompt("New PIN", hide_input=True, confirmation_prompt=True)
    return typed


def _health(config: Config) -> Health:
    store = Store(config.store)
    return Health(
        content_status(store, SyncFolder(config.sync_folder), config.home, now()),
        read_facts(config.network_file) if config.is_box else None,
        _temperature_c(),
        store.free_bytes(),
    )


def _temperature_c() -> float | None:
    try:
        return int(read_file(TEMPERATURE, MAX_NUMBER_BYTES)) / 1000
    except (OSError, ValueError, FileLimitError):
        return None


def _usual_card(config: Config) -> str | None:
    """Return the wired card of a box; None where there is none, or this is no box."""
    is_there = bool(config.wired) and (CARDS / config.wired).exists()
    return config.wired if config.is_box and is_there else None


def _send(
    uri: str, pdf: bytes, copies: int, media: str, is_cancelled: Callable[[], bool]
) -> tuple[str, ...]:
    printer = IppPrinter(uri)
    return printer.send(
        pdf, copies=copies, media=media, timeout_s=PATIENCE_S, is_cancelled=is_cancelled
    ).remarks


def _is_on_loopback() -> bool:
    return request.remote_addr == "127.0.0.1"


def _local_time() -> datetime:
    return datetime.now().astimezone()


def _say_where(port: int) -> None:
    click.echo(f"Staff desk is at http://127.0.0.1:{port}/ (Ctrl+C ends it)")


def _flush_hourly(counts: Counts, stopping: threading.Event) -> None:
    while not stopping.wait(FLUSH_EVERY_S):
        _flush(counts)


def _flush(counts: Counts) -> None:
    try:
        counts.flush(today())
    except StateError as error:
        click.echo(f"counts wait in memory: {error}", err=True)
