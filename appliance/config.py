"""How a device is set up: one TOML file in its home folder, read once at the start.

# HELPPOINT_HOME/helppoint.toml, every line optional
origins = ["https://content.example.org/helppoint/"]   # tried in this order
host = "127.0.0.1"
port = 8000
wired_interface = "eth0"     # the library's own network: other boxes there are asked for content

[hotspot]                    # the box's own Wi-Fi; every line optional
profile = "onboard"          # onboard | usb | external (an access point on Ethernet) | lan
interface = "wlan0"          # if it is not wlan0, wlan1, eth1 or eth0, in the order of the profiles
country = "GB"
name = "Help Point"          # if left out, wifi_name of the settings
passphrase = ""              # if left out, wifi_passphrase of the settings; empty: an open Wi-Fi
radio = "cyw43455"           # a name of appliance/hotspot/radios.toml
channel = 6                  # 1 to 13; if left out, chosen from a scan
resolvers = ["192.168.1.1"]  # name servers of the library's network; without them no gate

[desk]                       # the staff desk; every line optional
port = 8080
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path

from appliance.errors import ConfigError
from appliance.files import read_file

# The box on its own network, by address and by name; the address stands on every poster (shared
# facts, hotspot 2 and 3).
BOX_ADDRESS = "10.66.0.1"
BOX_NAMES = ("helppoint.lan", "helppoint.local")
ON_WIFI = f"http://{BOX_ADDRESS}/"
FILE_NAME = "helppoint.toml"
MAX_CONFIG_BYTES = 100_000
EMBEDDED = Path(__file__).with_name("embedded")


# Where a box that shares its content with other boxes offers it (docs/decisions/0065).
NEIGHBOUR_PORT = 8066

# Where each way to reach phones has its network card, unless the file says otherwise.
INTERFACES = {"onboard": "wlan0", "usb": "wlan1", "external": "eth1", "lan": "eth0"}


@dataclass(frozen=True, slots=True)
class HotspotConfig:
    """The table `[hotspot]`: how phones reach this box.

    `name` and `passphrase` are None where the library's settings decide; an empty `passphrase` is
    an open Wi-Fi. `channel` 0 stands for one chosen from a scan.
    """

    profile: str = "onboard"
    interface: str = ""
    country: str = "GB"
    name: str | None = None
    passphrase: str | None = None
    radio: str = ""
    channel: int = 0
    resolvers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeskConfig:
    """The table `[desk]`: where staff find it."""

    port: int = 8080


@dataclass(frozen=True, slots=True)
class Config:
    """Where things are, and whom to ask for content.

    `embedded` is a folder with the signed repository that the application ships, and `root.json`,
    the root metadata that everything is checked against. `runtime` is a folder in memory, where the
    box's programs tell each other what is so just now. With `has_portal`, phones are led here for
    every name there is: the file has a table `[hotspot]`, and its profile is not `lan`. With that
    table at all, `is_box`.
    """

    home: Path
    origins: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: int = 8000
    embedded: Path = EMBEDDED
    runtime: Path = Path("/run/helppoint")
    has_portal: bool = False
    is_box: bool = False
    hotspot: HotspotConfig = HotspotConfig()
    wired_interface: str = INTERFACES["lan"]
    desk: DeskConfig = DeskConfig()

    @property
    def store(self) -> Path:
        """The device's own copy of the content."""
        return self.home / "store"

    @property
    def wired(self) -> str:
        """The card of the library's own network, where other boxes are; empty if phones have it."""
        table = self.hotspot
        if table.profile == "lan":
            return table.interface or INTERFACES["lan"]
        own = table.interface or INTERFACES[table.profile]
        return "" if self.wired_interface == own else self.wired_interface

    @property
    def settings_file(self) -> Path:
        """What staff have set."""
        return self.home / "state" / "desk.json"

    @property
    def network_file(self) -> Path:
        """What the hotspot's watcher knows of the network."""
        return self.runtime / "network.json"

    @property
    def stick_file(self) -> Path:
        """What came of the memory stick that was plugged in last."""
        return self.sync_folder / "stick.json"

    @property
    def sync_folder(self) -> Path:
        """What the sync tells of itself, in memory; made by systemd, so a laptop has none."""
        return self.runtime / "sync"

    @property
    def logo_file(self) -> Path:
        """The library's logo, as `handouts.logo` keeps it."""
        return self.settings_file.with_name("logo.png")

    @property
    def counts_file(self) -> Path:
        """What the public process has counted."""
        return self.home / "state" / "public.json"

    @property
    def desk_counts_file(self) -> Path:
        """What the staff desk has counted."""
        return self.home / "state" / "desk-counts.json"

    @property
    def pin_file(self) -> Path:
        """What is kept of the staff desk's PIN."""
        return self.home / "state" / "desk-pin.json"

    @property
    def tries_file(self) -> Path:
        """How often a wrong PIN was tried."""
        return self.home / "state" / "desk-tries.json"

    @property
    def links_file(self) -> Path:
        """What the last check of web addresses found."""
        return self.home / "state" / "links.json"

    @property
    def missing_words_file(self) -> Path:
        """Ordinary words that people looked for and no page has."""
        return self.home / "state" / "missing-words.json"


def read_config(home: Path) -> Config:
    """Read the file in `home`; without one, the defaults hold.

    Raises:
        ConfigError: not TOML, an unknown setting, or a value of the wrong kind.
    """
    path = home / FILE_NAME
    try:
        content = tomllib.loads(read_file(path, MAX_CONFIG_BYTES).decode())
    except FileNotFoundError:
        return Config(home)
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    _refuse_wrong(path, content)
    if "origins" in content:
        content["origins"] = tuple(content["origins"])
    for folder in {"embedded", "runtime"} & content.keys():
        content[folder] = Path(content[folder])
    if "hotspot" in content:
        content["hotspot"] = _read_hotspot(path, content["hotspot"])
        content["is_box"] = True
        content["has_portal"] = content["hotspot"].profile != "lan"
    if "desk" in content:
        content["desk"] = _read_desk(path, content["desk"])
    return Config(home, **content)


def _refuse_wrong(path: Path, content: Mapping[str, object]) -> None:
    wanted = {
        "origins": list,
        "host": str,
        "port": int,
        "embedded": str,
        "runtime": str,
        "hotspot": dict,
        "wired_interface": str,
        "desk": dict,
    }
    for name, value in content.items():
        if name not in wanted:
            known = ", ".join(wanted)
            raise ConfigError(f"{path} has an unknown setting {name!r}: choose from {known}")
        if type(value) is not wanted[name]:
            raise ConfigError(f"{path}: {name} must be a {wanted[name].__name__}, not {value!r}")
    wants, is_kept = _HOTSPOT_RULES["interface"]
    if not is_kept(content.get("wired_interface", "eth0")):
        raise ConfigError(f"{path}: wired_interface must be {wants}")
    origins = content.get("origins", [])
    if isinstance(origins, list) and not all(isinstance(origin, str) for origin in origins):
        raise ConfigError(f"{path}: origins must be a list of addresses in quotes")


def _read_hotspot(path: Path, table: Mapping[str, object]) -> HotspotConfig:
    _refuse_broken(path, "hotspot", table, _HOTSPOT_RULES)
    kept = {name: tuple(v) if isinstance(v, list) else v for name, v in table.items()}
    return HotspotConfig(**kept)  # type: ignore[arg-type]  # each was checked by its rule


def _read_desk(path: Path, table: Mapping[str, object]) -> DeskConfig:
    _refuse_broken(path, "desk", table, _DESK_RULES)
    return DeskConfig(**table)  # type: ignore[arg-type]  # each was checked by its rule


def _refuse_broken(path: Path, title: str, table: Mapping[str, object], rules: _Rules) -> None:
    for name, value in table.items():
        if name not in rules:
            known = ", ".join(rules)
            raise ConfigError(f"{path} has an unknown setting {title}.{name}: choose from {known}")
        wants, is_kept = rules[name]
        if not is_kept(value):
            # A passphrase must not end in a log.
            said = "" if name == "passphrase" else f", not {value!r:.100}"
            raise ConfigError(f"{path}: {title}.{name} must be {wants}{said}")


def _matches(pattern: str) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def is_ipv4(value: object) -> bool:
    """Whether a value is an IPv4 address as text."""
    try:
        return isinstance(value, str) and bool(IPv4Address(value))
    except AddressValueError:
        return False


_Rules = Mapping[str, tuple[str, Callable[[object], bool]]]
# Linux allows 15 bytes; these are the ones that need quoting nowhere.
_CARD = (
    "a network card of up to 15 letters, digits, dots, dashes and underlines",
    _matches(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,14}"),
)
_DESK_RULES: _Rules = {
    "port": (
        "a number from 1 to 65535",
        lambda value: type(value) is int and 1 <= value <= 65535,
    ),
}
_HOTSPOT_RULES: _Rules = {
    "profile": (f"one of {', '.join(INTERFACES)}", lambda value: value in INTERFACES),
    "interface": _CARD,
    "country": ("two capital letters, such as GB", _matches("[A-Z]{2}")),
    # IEEE 802.11: a name is any 1 to 32 bytes, a passphrase 8 to 63 printable ones of ASCII.
    "name": (
        "text of 1 to 32 bytes",
        lambda value: isinstance(value, str) and 1 <= len(value.encode()) <= 32,
    ),
    "passphrase": (
        "8 to 63 letters, digits and marks of ASCII, or empty for an open Wi-Fi",
        _matches("([ -~]{8,63})?"),
    ),
    "radio": ("a name in radios.toml", _matches("[a-z0-9-]{1,30}")),
    "channel": (
        "a number from 1 to 13",
        lambda value: type(value) is int and 1 <= value <= 13,
    ),
    "resolvers": (
        "a list of up to 3 IPv4 addresses in quotes",
        lambda value: isinstance(value, list) and len(value) <= 3 and all(map(is_ipv4, value)),
    ),
}
