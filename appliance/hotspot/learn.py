"""Learns which hosts a page needs, so that the library can let them through the gate.

For some minutes one phone, that of a member of staff, reaches every public site over TLS. A second
nginx joins the ends and tells the names that were asked for, over a socket: they are in memory
only. It ends by itself, whatever becomes of the command: the kernel takes the phone out of the
firewall's set, and systemd stops that nginx, both after the same time.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from pathlib import Path

from appliance.errors import ConfigError, HotspotError
from appliance.hotspot import gate
from appliance.hotspot.asking import ask, firewall_rules, unit_state
from appliance.hotspot.model import BOX, NETWORK, Hotspot
from appliance.hotspot.parts import check_nginx
from appliance.hotspot.system import System
from appliance.state.state import HOST_NAME

UNIT = "helppoint-learn.service"
FOLDER = "run/helppoint-learn"
MOST_MINUTES = 60
# A page with its pictures and counters asks for some dozens.
MOST_NAMES = 1_000
_LEARNER = "set inet helppoint learner"
_MESSAGE_BYTES = 4_096
_MESSAGE = re.compile(rf"{gate.TAG}: (\S+)\Z")
# nginx needs a second to cut what is still open.
STOP_WITHIN_S = 10


@dataclass(frozen=True, slots=True)
class Learnt:
    """The names that a phone asked for, sorted: those that pass anyway, and those that do not."""

    allowed: tuple[str, ...]
    refused: tuple[str, ...]


def learn(
    hotspot: Hotspot, phone: str, minutes: int, system: System, wait: Callable[[float], object]
) -> Learnt:
    """Let one phone through and note the names it asks for.

    Args:
        hotspot: its `hosts` are those that pass anyway.
        phone: the phone's own address on the hotspot.
        minutes: 1 to MOST_MINUTES.
        system: this computer.
        wait: waits so many seconds; KeyboardInterrupt ends it early, and the names still come.

    Raises:
        ConfigError: not the address of a phone.
        HotspotError: the gate is closed, somebody else is learning, or a program failed.
    """
    _refuse_strangers(phone)
    resolvers = _resolvers_in_force(system)
    if unit_state(system, UNIT).runs:
        raise HotspotError("somebody else is learning: wait until they have done")
    names = _Names()
    with _listening(system.root / FOLDER, names) as heard_at:
        text = gate.render_learning(replace(hotspot, resolvers=resolvers), phone, str(heard_at))
        try:
            _start(system, heard_at.with_name("gate.conf"), text, minutes * 60)
            _let_through(system, phone, minutes * 60)
            wait(minutes * 60)
        except KeyboardInterrupt:
            pass  # The names so far are what was asked for.
        finally:
            _shut_out(system)
            stop_learning(system)
    return judged(names.seen, hotspot.hosts)


def judged(names: Iterable[str], hosts: Iterable[str]) -> Learnt:
    """Tell names that the gate lets through from those that it does not."""
    known = set(hosts)
    passing = {name for name in names if name in known or f".{name}".endswith(".nhs.uk")}
    return Learnt(tuple(sorted(passing)), tuple(sorted(set(names) - passing)))


def name_in(message: bytes) -> str:
    """Return the host name in one message of nginx, empty if there is none worth knowing."""
    found = _MESSAGE.search(message.decode("ascii", errors="replace").lower())
    return found[1] if found and re.fullmatch(HOST_NAME, found[1]) else ""


def stop_learning(system: System) -> None:
    """End what another call began; nothing if there is nothing.

    Raises:
        HotspotError: it could not be stopped; systemd will, when its time is over.
    """
    if unit_state(system, UNIT).runs:
        system.run("systemctl", "stop", UNIT)


def _refuse_strangers(phone: str) -> None:
    try:
        address = IPv4Address(phone)
    except AddressValueError as error:
        raise ConfigError(f"{phone!r:.60} is not an address such as 10.66.0.23") from error
    if address not in IPv4Network(NETWORK) or phone == BOX:
        raise ConfigError(f"{phone} is not a phone on this Wi-Fi: those begin with 10.66.0.")


def _resolvers_in_force(system: System) -> tuple[str, ...]:
    """Return what the gate asks for addresses; the firewall lets its user ask no other."""
    try:
        text = (system.root / gate.PATH).read_text(encoding="utf-8")
    except OSError:
        text = ""
    resolvers = gate.resolvers_of(text)
    if not resolvers or "set learner" not in firewall_rules(system):
        raise HotspotError(
            "the gate is closed: the box has no way to the internet, or walled_garden is off"
        )
    return resolvers


@dataclass(frozen=True, slots=True)
class _Names:
    """What was heard so far."""

    seen: set[str] = field(default_factory=set)

    def listen(self, messages: socket.socket) -> None:
        """Note names until an empty message comes."""
        while message := messages.recv(_MESSAGE_BYTES):
            name = name_in(message)
            if name and len(self.seen) < MOST_NAMES:
                self.seen.add(name)


@contextmanager
def _listening(folder: Path, names: _Names) -> Iterator[Path]:
    """Hear names at the path that this yields; all of it is gone afterwards.

    In a thread: nginx does not wait, and what is not read is lost.
    """
    _make(folder)
    heard_at = folder / "names"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as messages:
        messages.bind(str(heard_at))
        _give_to_nginx(heard_at)
        thread = threading.Thread(target=names.listen, args=(messages,))
        thread.start()
        try:
            yield heard_at
        finally:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ending:
                ending.sendto(b"", str(heard_at))
            thread.join()
            shutil.rmtree(folder)


def _make(folder: Path) -> None:
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _give_to_nginx(folder)
    except OSError as error:
        raise HotspotError(f"{folder}: {error.strerror}; this must be run as root") from error


def _give_to_nginx(path: Path) -> None:
    try:
        user = pwd.getpwnam(gate.USER)
    except KeyError as error:
        raise HotspotError(f"there is no user {gate.USER}: nginx is not installed") from error
    os.chown(path, user.pw_uid, user.pw_gid)


def _start(system: System, file: Path, text: str, seconds: int) -> None:
    """Start the second nginx: it may open no port below 1024, and ends by itself."""
    file.write_text(text, encoding="utf-8")
    check_nginx(system, file)
    properties = (
        f"RuntimeMaxSec={seconds + STOP_WITHIN_S}",
        f"TimeoutStopSec={STOP_WITHIN_S}",
        "KillSignal=SIGQUIT",
        "KillMode=mixed",
        f"User={gate.USER}",
        "ProtectSystem=strict",
        f"ReadWritePaths=/{FOLDER}",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "PrivateDevices=yes",
    )
    # `--collect`: nothing of it is left, even if it failed.
    options = ("--collect", "--quiet", f"--unit={UNIT}", "--service-type=exec")
    kept = (f"--property={line}" for line in properties)
    nginx = ("nginx", "-e", "stderr", "-g", f"pid {file.with_name('pid')};", "-c", str(file))
    system.run("systemd-run", *options, *kept, *nginx)


def _let_through(system: System, phone: str, seconds: int) -> None:
    element = f"{{ {phone} timeout {seconds}s }}"
    system.run("nft", f"flush {_LEARNER}; add element inet helppoint learner {element}")


def _shut_out(system: System) -> None:
    """Take the phone out; the kernel may have done so already, or the gate may be gone."""
    ask(system, "nft", f"flush {_LEARNER}")
