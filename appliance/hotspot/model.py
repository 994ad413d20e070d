"""What the rendered files are made from: one Hotspot, decided from the box's file and settings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Network

from appliance.config import BOX_ADDRESS, INTERFACES, Config
from appliance.errors import ConfigError
from appliance.hotspot.radios import Radio, find_radio
from appliance.state.state import HOST_NAME, Settings

BOX = BOX_ADDRESS
NETWORK = IPv4Network("10.66.0.0/20")
# The first range is for everybody; the second only when somebody has taken all of the first, one
# after another: with firewall.DHCP_PER_SECOND nobody takes 4,076 in the time of a lease.
LEASE_MINUTES = 30
LEASE_RANGES = (("10.66.0.10", "10.66.0.250"), ("10.66.1.0", "10.66.15.250"))
LEASES = 4076
# Every name leads here: Android takes a private address for "no internet" and shows no prompt.
# It is TEST-NET-2 (RFC 5737), on `lo`, where avahi does not publish it (facts, hotspot 1 and 2).
PORTAL = "198.51.100.1"
DEFAULT_NAME = "Help Point"
# The middle of the three channels that do not overlap, until a scan says better.
DEFAULT_CHANNEL = 6
# Profiles whose access point is the box itself.
WITH_RADIO = frozenset({"onboard", "usb"})


class Security(Enum):
    """How phones join."""

    OPEN = "open"
    WPA2 = "WPA2"
    WPA2_AND_WPA3 = "WPA2 and WPA3"


@dataclass(frozen=True, slots=True)
class Hotspot:
    """Everything the files of one box depend on.

    `name` is the Wi-Fi's name, 1 to 32 bytes; `passphrase` is empty for an open Wi-Fi. Pages are
    served at PORTAL, `portal_port`. `hosts` are those that the gate lets through besides nhs.uk;
    without `resolvers` (IPv4 addresses) there is no way out and no gate. With
    `picks_channel` a scan may put another in place of `channel`. `shares_on` is the card on whose
    side content is offered to other boxes, empty if it is not.
    """

    profile: str = "onboard"
    interface: str = "wlan0"
    country: str = "GB"
    name: bytes = DEFAULT_NAME.encode()
    passphrase: str = ""
    channel: int = DEFAULT_CHANNEL
    picks_channel: bool = False
    radio: Radio | None = None
    portal_port: int = 8000
    hosts: tuple[str, ...] = ()
    resolvers: tuple[str, ...] = ()
    shares_on: str = ""

    @property
    def has_radio(self) -> bool:
        """Whether this box itself is the access point."""
        return self.profile in WITH_RADIO

    @property
    def has_own_network(self) -> bool:
        """Whether this box gives out addresses and names."""
        return self.profile != "lan"

    @property
    def has_gate(self) -> bool:
        """Whether phones may reach trusted sites through this box."""
        return self.has_own_network and bool(self.resolvers)

    @property
    def security(self) -> Security:
        """How phones join: WPA3 only on USB radios known to serve it, never on board.

        The on-board driver lets no phone in with protected management frames, and joins break once
        it says it has SAE (facts, provisioning; raspberrypi/linux 3619, 7634).
        """
        if not self.passphrase:
            return Security.OPEN
        if self.profile == "usb" and self.radio is not None and self.radio.serves_wpa3:
            return Security.WPA2_AND_WPA3
        return Security.WPA2


def hotspot_of(
    config: Config,
    settings: Settings,
    hosts: tuple[str, ...] = (),
    uplink: tuple[str, ...] | None = None,
) -> Hotspot:
    """Decide a box's hotspot: its own file first, then what the library has set.

    Args:
        config: the box's file.
        settings: what the library has set.
        hosts: those that the gate lets through besides nhs.uk.
        uplink: the name servers of the way out, empty if there is none now; None if nobody watches
            it. The file's come before the uplink's, but open no gate without one.
    Raises:
        ConfigError: the file names a radio that is not in the table, or not for this profile; or
            content would be offered to other boxes on the phones' side.
    """
    table = config.hotspot
    name = settings.wifi_name or DEFAULT_NAME if table.name is None else table.name
    return Hotspot(
        profile=table.profile,
        interface=table.interface or INTERFACES[table.profile],
        country=table.country,
        name=name.encode(),
        passphrase=settings.wifi_passphrase if table.passphrase is None else table.passphrase,
        channel=table.channel or DEFAULT_CHANNEL,
        picks_channel=not table.channel,
        radio=find_radio(table.radio, table.profile) if table.radio else None,
        portal_port=config.port,
        hosts=tuple(sorted({*hosts, *_own_hosts(settings)})),
        resolvers=_resolvers(table.resolvers, uplink) if settings.walled_garden == "on" else (),
        shares_on=_wired(config) if settings.share_with_neighbours == "on" else "",
    )


def _wired(config: Config) -> str:
    if not config.wired:
        raise ConfigError(
            f"share_with_neighbours is on, but {config.wired_interface} is the hotspot's card: name"
            " the one of the library's network as wired_interface in helppoint.toml"
        )
    return config.wired


def _resolvers(own: tuple[str, ...], uplink: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the file's name servers or the uplink's; none while there is no way out."""
    return () if uplink == () else own or uplink or ()


def _own_hosts(settings: Settings) -> set[str]:
    """Return what the library lets through; judged anew, whatever its file of settings holds."""
    return {host for host in settings.gate_hosts.split() if re.fullmatch(HOST_NAME, host)}
