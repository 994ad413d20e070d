"""Looks at the hotspot's radio, and restarts it: the thin part; radio.py decides.

Addresses of access points nearby pass through memory in a scan; none is kept, none is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from appliance.errors import HotspotError
from appliance.hotspot.keyfile import PATH
from appliance.hotspot.radio import Action, Seen
from appliance.hotspot.system import System

CONNECTION = Path(PATH).stem
# nl80211 and NetworkManager answer at once, or are in trouble; a scan takes 2 to 4 s.
ASK_TIMEOUT_S, SCAN_TIMEOUT_S = 10, 15
# `nmcli --wait`: an access point is there within 8 s, or not at all.
START_WAIT_S = 20
# nm-dbus-interface.h, NMDeviceState: 40 prepare to 90 secondaries; 100 activated.
STARTING, ACTIVATED = range(40, 100), 100


def is_wanted(system: System) -> bool:
    """Whether this box is meant to have a hotspot now: NetworkManager has its profile."""
    return (system.root / PATH).exists()


@dataclass(frozen=True, slots=True)
class Card:
    """A card as nl80211 has it: `radio` is its phy; `says` is word -> the rest of its line."""

    name: str
    radio: str
    says: Mapping[str, str]

    @property
    def is_access_point(self) -> bool:
        """Whether it is one, with a name and a channel: without them it has no beacon."""
        return self.says.get("type") == "AP" and {"ssid", "channel"} <= self.says.keys()

    @property
    def frequency(self) -> str:
        """In MHz; empty if it has no channel."""
        found = re.search(r"\((\d+) MHz\)", self.says.get("channel", ""))
        return found[1] if found else ""


def all_cards(system: System) -> tuple[Card, ...]:
    """Return the cards of this box.

    Raises:
        HotspotError: `iw` is not there or failed, so nothing can be said of any radio.
    """
    return cards_of(system.run("iw", "dev", timeout_s=ASK_TIMEOUT_S))


def cards_of(listing: str) -> tuple[Card, ...]:
    """Read what `iw dev` prints. It writes a Wi-Fi's name so that no line can be made up by one."""
    cards: list[Card] = []
    radio, says = "", dict[str, str]()
    for line in listing.splitlines():
        word, _, rest = line.strip().partition(" ")
        if line.startswith("phy#"):
            radio = word
        elif word in {"Interface", "Unnamed/non-netdev"}:
            says = {}
            cards.append(Card(rest if word == "Interface" else "", radio, says))
        else:
            says[word] = rest
    return tuple(card for card in cards if card.name)


def look(
    system: System, cards: tuple[Card, ...], interface: str, *, asks_manager: bool = True
) -> Seen:
    """Return what kernel and NetworkManager say of the radio; one that is not there is silent.

    Args:
        system: the computer.
        cards: what nl80211 has of it.
        interface: the radio's card.
        asks_manager: else NetworkManager is asked only if the kernel has something to complain of:
            `nmcli` takes a Pi Zero a fifth of a second.
    """
    is_access_point = any(card.is_access_point for card in cards if card.name == interface)
    has_carrier = _read(system, f"sys/class/net/{interface}/operstate") == "up"
    if is_access_point and has_carrier and not asks_manager:
        return Seen(is_access_point=True, has_carrier=True, is_ours=True)
    fields = ("-g", "GENERAL.STATE,GENERAL.CONNECTION")
    said = _ask(system, "nmcli", *fields, "device", "show", interface).splitlines()
    state = _number(said[0]) if said else 0
    return Seen(
        is_access_point=is_access_point,
        has_carrier=has_carrier,
        is_ours=state == ACTIVATED and said[1:2] == [CONNECTION],
        is_starting=state in STARTING,
    )


def ear(cards: tuple[Card, ...], interface: str) -> str | None:
    """Return the card of another radio that can listen, None if there is none."""
    own = {card.radio for card in cards if card.name == interface}
    able = (card for card in cards if card.says.get("type") == "managed" and card.radio not in own)
    return next((card.name for card in able), None)


def is_heard(system: System, cards: tuple[Card, ...], interface: str, by: str) -> bool | None:
    """Whether card `by` hears the radio's own address; None if it cannot tell."""
    own = next((card for card in cards if card.name == interface), None)
    if own is None or not own.frequency or "addr" not in own.says:
        return None
    scan = ("iw", "dev", by, "scan", "freq", own.frequency)
    try:
        found = system.run(*scan, timeout_s=SCAN_TIMEOUT_S)
    except HotspotError:  # down, or busy with a scan of NetworkManager's
        return None
    ours = rf"^BSS {re.escape(own.says['addr'])}\("
    return re.search(ours, found, re.MULTILINE | re.IGNORECASE) is not None


def driver(system: System, interface: str) -> tuple[str, ...]:
    """Return the modules of a card, in the order that they can be unloaded; none if it is built in.

    brcmfmac is held by a module of the chip's maker (nixos-hardware 1200).
    """
    link = system.root / f"sys/class/net/{interface}/device/driver/module"
    if not link.exists():
        return ()
    name = link.resolve().name
    holders = system.root / f"sys/module/{name}/holders"
    held = sorted(path.name for path in holders.iterdir()) if holders.is_dir() else []
    return (*held, name)


def restart(action: Action, system: System, interface: str, modules: tuple[str, ...]) -> None:
    """Do one step of the ladder, and bring the connection up.

    Raises:
        HotspotError: a program failed, or the radio did not come back.
    """
    if action is Action.RESET:
        for state in ("down", "up"):
            system.run("ip", "link", "set", "dev", interface, state, timeout_s=ASK_TIMEOUT_S)
    if action is Action.RELOAD and modules:
        system.run("modprobe", "-r", *modules, timeout_s=START_WAIT_S)
        system.run("modprobe", modules[-1], timeout_s=START_WAIT_S)
        _wait_for_card(system, interface)
    # Something may have switched it off, for good: NetworkManager remembers.
    system.run("nmcli", "radio", "wifi", "on", timeout_s=ASK_TIMEOUT_S)
    wait = ("--wait", str(START_WAIT_S))
    system.run("nmcli", *wait, "connection", "up", CONNECTION, timeout_s=START_WAIT_S + 5)


def _wait_for_card(system: System, interface: str) -> None:
    """Wait until udev has named the card; what it has to do is done when `settle` returns."""
    wait = f"--exit-if-exists=/sys/class/net/{interface}"
    system.run("udevadm", "settle", f"--timeout={START_WAIT_S}", wait, timeout_s=START_WAIT_S + 5)


def _ask(system: System, *words: str) -> str:
    """Return what a program says, nothing if it fails: a radio that cannot be asked is silent."""
    try:
        return system.run(*words, timeout_s=ASK_TIMEOUT_S)
    except HotspotError:
        return ""


def _number(text: str) -> int:
    found = re.match(r"\d{1,9}", text)
    return int(found[0]) if found else 0


def _read(system: System, path: str) -> str:
    try:
        return (system.root / path).read_text().strip()
    except OSError:
        return ""
