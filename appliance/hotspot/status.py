"""How the hotspot is: counts and states. No address of anybody leaves this module."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from appliance.config import ON_WIFI, is_ipv4
from appliance.files import FileLimitError, read_file
from appliance.hotspot import firewall, gate
from appliance.hotspot.asking import (
    alternative_in_use,
    ask,
    connection_state,
    has_portal_address,
    is_up,
    unit_state,
)
from appliance.hotspot.model import PORTAL, WITH_RADIO, Hotspot
from appliance.hotspot.parts import DNSMASQ, FIREWALL, GATE, MDNS, WATCHER
from appliance.hotspot.record import Applied, read_record
from appliance.hotspot.system import System
from appliance.hotspot.uplink import in_words

LEASES = "run/helppoint-dnsmasq/leases"
MAX_BYTES = 1_000_000
PORTAL_ANSWERS_WITHIN_S = 5
# A name that is not ours, as a phone would ask it.
FOREIGN = "connectivitycheck.gstatic.com"
WEB_UNIT = "helppoint-web.service"
AGAIN = "run `helppoint hotspot apply`"
_PLAIN = str | int | float | bool
_END = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class Status:
    """Everything `helppoint hotspot status` tells.

    `phones`, `places` (how many the radio holds) and `places_left` are None where nobody knows.
    `network` is what the watcher wrote of the network around, as it is.
    """

    problems: tuple[str, ...]
    name: str
    security: str
    profile: str
    interface: str
    is_interface_up: bool
    channel: int | None
    phones: int | None
    places: int | None
    places_left: int | None
    services: Mapping[str, bool]
    is_firewall_in_force: bool
    is_portal_answering: bool
    is_gate_open: bool
    uplink: str
    network: Mapping[str, _PLAIN]

    @property
    def works(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def as_json(self) -> str:
        """Return all of it for programs."""
        return json.dumps({"works": self.works, **asdict(self)}, indent=2, ensure_ascii=False)


def status(
    hotspot: Hotspot,
    system: System,
    network_file: Path,
    is_answering: Callable[[Hotspot], bool] | None = None,
) -> Status:
    """Ask this computer how its hotspot is; what cannot be asked counts as not so.

    Args:
        hotspot: what should be in force.
        system: this computer.
        network_file: what the watcher wrote, if anything.
        is_answering: makes one request to the portal; None for a real one.
    """
    ask_portal = portal_answers if is_answering is None else is_answering
    network = around(network_file)
    has_gate = (system.root / gate.PATH).exists()
    units = [MDNS, WATCHER]
    units += [DNSMASQ] if hotspot.has_own_network else []
    units += [GATE] if has_gate else []
    services = {unit.unit: unit_state(system, unit.unit).runs for unit in units}
    phones, places = phones_connected(hotspot, system), places_of(hotspot, system)
    is_known = phones is not None and places is not None
    seen = Status(
        problems=(),
        name=hotspot.name.decode(errors="replace"),
        security=hotspot.security.value,
        profile=hotspot.profile,
        interface=hotspot.interface,
        is_interface_up=is_up(system, hotspot.interface),
        channel=channel_of(hotspot, system),
        phones=phones,
        places=places,
        places_left=max(0, (places or 0) - (phones or 0)) if is_known else None,
        services=services,
        is_firewall_in_force=_is_guarded(hotspot, system),
        is_portal_answering=has_portal_address(system) and ask_portal(hotspot),
        is_gate_open=services.get(GATE.unit, False),
        uplink=str(network.get("uplink", "unknown")),
        network=network,
    )
    return replace(seen, problems=tuple(problems_of(seen, hotspot, system)))


def problems_of(seen: Status, hotspot: Hotspot, system: System) -> list[str]:
    """Return what is wrong and what to do, the gravest first."""
    if not (system.root / firewall.PATH).exists():
        return [f"it is not set up: {AGAIN}"]
    connection = connection_state(system) if hotspot.has_own_network else "activated"
    stopped = [unit for unit, runs in seen.services.items() if not runs]
    judged = [
        (not seen.is_firewall_in_force, f"the firewall is not in force: {AGAIN} at once"),
        (
            not seen.is_interface_up,
            f"the network card {hotspot.interface} is not there or off: is it plugged in?"
            " See `ip link`, and interface in helppoint.toml",
        ),
        (
            connection not in {"activated", "activating"},
            f"NetworkManager does not have the network for phones up: {AGAIN}",
        ),
        *(
            (True, f"{unit} does not run: {AGAIN}, or see `journalctl -u {unit}`")
            for unit in stopped
        ),
        (
            seen.network.get("radio") == "silent",
            "phones cannot find the Wi-Fi, and the watcher is bringing it back: wait a minute, then"
            " pull the box's plug and put it back",
        ),
        (
            bool(seen.network.get("trouble")),
            f"the way to trusted sites cannot be switched: {seen.network.get('trouble')}",
        ),
        (
            not seen.is_portal_answering,
            f"no page answers at {PORTAL}, port {hotspot.portal_port}: `systemctl restart"
            f" {WEB_UNIT}`, and host and port in helppoint.toml",
        ),
    ]
    return [words for is_wrong, words in judged if is_wrong]


def _is_guarded(hotspot: Hotspot, system: System) -> bool:
    """Whether the rules are word for word those that were applied."""
    applied = read_record(system.root).get(FIREWALL.label, Applied(""))
    return FIREWALL.stands(system, hotspot, applied.evidence)


def phones_connected(hotspot: Hotspot, system: System) -> int | None:
    """Count phones: those that the radio has, else the leases that still run."""
    if hotspot.has_radio:
        said = ask(system, "iw", "dev", hotspot.interface, "station", "dump")
        return len(re.findall(r"^Station ", said, re.MULTILINE))
    if not hotspot.has_own_network:
        return None
    try:
        lines = read_file(system.root / LEASES, MAX_BYTES).decode(errors="replace").splitlines()
    except (OSError, FileLimitError):
        return 0
    return count_leases(lines, time.time())


def count_leases(lines: list[str], now_s: float) -> int:
    """Count the leases that have not ended: each line begins with its end, 0 for never."""
    ends = [line.split(maxsplit=1)[0] for line in lines if line.strip()]
    # Ten digits last until the year 2286.
    return sum(end == "0" or (_END.fullmatch(end) is not None and int(end) > now_s) for end in ends)


def places_of(hotspot: Hotspot, system: System) -> int | None:
    """Return how many phones the radio holds with the firmware it has; None if nobody knows."""
    radio = hotspot.radio
    if radio is None or not radio.firmware:
        return None
    in_use = alternative_in_use(system, radio.alternative)
    known = {firmware.file: firmware.clients for firmware in radio.firmware.values()}
    return known.get(in_use)


def channel_of(hotspot: Hotspot, system: System) -> int | None:
    """Return the channel that the radio serves, None without one."""
    if not hotspot.has_radio:
        return None
    said = ask(system, "iw", "dev", hotspot.interface, "info")
    found = re.search(r"^\tchannel (\d{1,3}) \(", said, re.MULTILINE)
    return int(found[1]) if found else None


def portal_answers(hotspot: Hotspot, address: str = PORTAL) -> bool:
    """Ask the portal as a phone would that looks for the internet."""
    host, path = (FOREIGN, "/generate_204") if hotspot.has_own_network else (PORTAL, "/healthz")
    connection = HTTPConnection(address, hotspot.portal_port, timeout=PORTAL_ANSWERS_WITHIN_S)
    try:
        connection.request("GET", path, headers={"Host": host})
        answer = connection.getresponse()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    leads_here = (answer.getheader("Location") or "").startswith(ON_WIFI)
    return leads_here if hotspot.has_own_network else answer.status < 500


def around(network_file: Path) -> Mapping[str, _PLAIN]:
    """Return the plain fields that the watcher wrote; none where there is no such file."""
    found = _read_table(network_file)
    return {str(name): value for name, value in found.items() if isinstance(value, _PLAIN)}


def uplink_resolvers(network_file: Path) -> tuple[str, ...] | None:
    """Return the name servers of the way out, none if there is no way; None if nobody watches."""
    found = _read_table(network_file)
    if "uplink" not in found:
        return None
    listed = found.get("resolvers")
    if found["uplink"] != "up" or not isinstance(listed, list):
        return ()
    return tuple(str(each) for each in listed if is_ipv4(each))


def _read_table(path: Path) -> Mapping[str, object]:
    try:
        found = json.loads(read_file(path, MAX_BYTES))
    except (OSError, ValueError, RecursionError, FileLimitError):
        return {}
    return found if isinstance(found, dict) else {}


def as_text(seen: Status) -> str:
    """Return the status for people; the first line is all that most need."""
    first = "The hotspot works." if seen.works else f"The hotspot has a fault: {seen.problems[0]}."
    others = [f"Also: {words}." for words in seen.problems[1:]]
    return "\n".join([first, *others, *(f"{label}: {value}" for label, value in _lines(seen))])


def _lines(seen: Status) -> list[tuple[str, str]]:
    return [
        ("Wi-Fi name", f"{seen.name} ({seen.security})"),
        ("Network card", f"{seen.interface} ({seen.profile}), {_on(seen.is_interface_up)}"),
        *([("Channel", _known(seen.channel))] if seen.profile in WITH_RADIO else []),
        ("Phones", f"{_known(seen.phones)} connected, {_known(seen.places_left)} places left"),
        ("Portal", "answers" if seen.is_portal_answering else "does not answer"),
        ("Firewall", "in force" if seen.is_firewall_in_force else "not in force"),
        ("Uplink", f"{seen.uplink}. {in_words(str(seen.network.get('cause', '')))}"),
        ("Radio", _radio(seen.network)),
        ("Gate to trusted sites", "open" if seen.is_gate_open else "closed"),
        *((unit, "runs" if runs else "does not run") for unit, runs in seen.services.items()),
    ]


def _radio(network: Mapping[str, _PLAIN]) -> str:
    """Say what the watcher knows of the beacon, and how often it had to bring it back."""
    state, restarts = network.get("radio", "not watched"), network.get("restarts", 0)
    words = {"none": "not watched", "serving": "on the air", "silent": "silent"}
    return f"{words.get(str(state), state)}, restarted {restarts} times"


def _known(number: int | None) -> str:
    return "unknown" if number is None else str(number)


def _on(is_up: bool) -> str:  # noqa: FBT001 - a word for a state
    return "on" if is_up else "off"
