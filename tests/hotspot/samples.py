"""Hotspots of every kind, and the files that they must render to.

`python -m tests.hotspot.samples` writes the files anew: read the difference before committing it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from appliance.hotspot.model import Hotspot
from appliance.hotspot.radios import find_radio
from appliance.hotspot.render import render, write

GOLDEN = Path(__file__).with_name("golden")
PASSPHRASE = "two words"
SAMPLES = {
    "onboard-open": Hotspot(radio=find_radio("cyw43455", "onboard")),
    "onboard-passphrase": Hotspot(
        name="Bücherei; oben".encode(),
        passphrase=PASSPHRASE,
        channel=11,
        radio=find_radio("cyw43455", "onboard"),
        hosts=("www.mind.org.uk", "www.samaritans.org"),
        resolvers=("192.168.1.1", "9.9.9.9"),
    ),
    "usb-wpa3": Hotspot(
        profile="usb",
        interface="wlan1",
        country="IE",
        passphrase=PASSPHRASE,
        radio=find_radio("mt7921u", "usb"),
    ),
    "usb-unknown": Hotspot(profile="usb", interface="wlan1", passphrase=PASSPHRASE),
    "external": Hotspot(profile="external", interface="eth1", resolvers=("192.168.1.1",)),
    "lan": Hotspot(profile="lan", interface="eth0", portal_port=80),
    "sharing": Hotspot(shares_on="eth0"),
    "lan-sharing": Hotspot(profile="lan", interface="eth0", portal_port=80, shares_on="eth0"),
}


def golden(name: str) -> dict[str, str]:
    folder = GOLDEN / name
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in paths}


if __name__ == "__main__":
    shutil.rmtree(GOLDEN, ignore_errors=True)
    for sample, hotspot in SAMPLES.items():
        write(render(hotspot), GOLDEN / sample)
