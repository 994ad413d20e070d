"""Which channel this box serves: chosen from a scan once, and kept until it starts again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice

from appliance.errors import HotspotError
from appliance.files import FileLimitError, read_file, replace_file
from appliance.hotspot import keyfile
from appliance.hotspot.asking import ask
from appliance.hotspot.channels import Heard, best_channel
from appliance.hotspot.lock import FOLDER
from appliance.hotspot.model import Hotspot
from appliance.hotspot.system import System

# In memory: after the next start of the box others may be heard.
PATH = f"{FOLDER}/channel"
# A scan of both bands takes 2 to 5 s.
SCAN_WITHIN_S = 20
# More than any place has; what a hostile neighbour invents beyond it is not read.
MOST_NETWORKS = 500
_MAX_PROFILE_BYTES = 10_000
# The centre of channel 1 is 2412 MHz, of 13 it is 2472 MHz; 5 MHz lie between two channels.
_CHANNEL_0_MHZ, _STEP_MHZ, _LAST_CHANNEL = 2407, 5, 13


def settled(hotspot: Hotspot, system: System, *, rescan: bool = False) -> Hotspot:
    """Return the hotspot with the channel that it is to serve.

    Chosen from a scan at the first call since the box was started, or with `rescan`. A radio that
    cannot listen keeps its channel: the one served so far.
    """
    if not (hotspot.has_radio and hotspot.picks_channel):
        return hotspot
    remembered = _remembered(system)
    if remembered and not rescan:
        return replace(hotspot, channel=remembered)
    heard = scan(system, hotspot.interface)
    channel = (
        best_channel(heard)
        if heard is not None
        else remembered or _served_before(system) or hotspot.channel
    )
    _remember(system, channel)
    return replace(hotspot, channel=channel)


def scan(system: System, interface: str) -> tuple[Heard, ...] | None:
    """Return the networks heard on 2.4 GHz, None if the radio does not listen just now.

    Raises nothing: an access point may refuse to listen, and `ap-force` is refused by some radios.
    """
    ask(system, "rfkill", "unblock", "wlan")
    ask(system, "ip", "link", "set", "dev", interface, "up")
    for options in ((), ("ap-force",)):
        try:
            said = system.run("iw", "dev", interface, "scan", *options, timeout_s=SCAN_WITHIN_S)
        except HotspotError:
            continue
        return tuple(islice(parse(said), MOST_NETWORKS))
    return None


def parse(said: str) -> Iterator[Heard]:
    """Read what `iw scan` prints; names of networks are passed over, whatever they say."""
    for block in re.split(r"^BSS ", said, flags=re.MULTILINE)[1:]:
        frequency = re.search(r"^\tfreq: (\d{4})(?:\.\d+)?$", block, re.MULTILINE)
        signal = re.search(r"^\tsignal: (-?\d{1,3}(?:\.\d+)?) dBm$", block, re.MULTILINE)
        if frequency is None or signal is None:
            continue
        channel, rest = divmod(int(frequency[1]) - _CHANNEL_0_MHZ, _STEP_MHZ)
        if rest == 0 and 1 <= channel <= _LAST_CHANNEL:
            yield Heard(channel, float(signal[1]))


def _remembered(system: System) -> int:
    return _number(system, PATH, r"\A(\d{1,2})\n?\Z")


def _served_before(system: System) -> int:
    return _number(system, keyfile.PATH, r"^channel=(\d{1,2})$")


def _number(system: System, path: str, pattern: str) -> int:
    """Read a channel from a file, 0 if there is none."""
    try:
        text = read_file(system.root / path, _MAX_PROFILE_BYTES).decode(errors="replace")
    except (OSError, FileLimitError):
        return 0
    found = re.search(pattern, text, re.MULTILINE)
    channel = int(found[1]) if found else 0
    return channel if 1 <= channel <= _LAST_CHANNEL else 0


def _remember(system: System, channel: int) -> None:
    path = system.root / PATH
    with suppress(OSError):  # Then it is chosen again next time.
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, f"{channel}\n".encode())
