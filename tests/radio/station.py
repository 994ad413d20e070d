"""What phones do on simulated radios, inside the box to try; prints one JSON value.

Usage: station.py radios COUNT      radios 1 to COUNT-1 become phones, in namespaces station1 ...
       station.py scan NUMBER       what a phone sees: the lines of `iw scan`
       station.py outage CODE NUMBER COMMAND...   run it, and tell after how many seconds the phone
                                                  has joined again
       station.py visit KIND CODE NUMBER...   these phones join at once by the Wi-Fi's QR code

KIND is which phone it is: `any` takes the best that is offered, as phones of today do, `wpa2` knows
no WPA3, `wpa3` wants nothing else.
"""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.network.phone import ask

# Three times what a join took without KVM while ten phones joined at once.
JOIN_S = 120
PAGE_S = 60
QUESTIONS = 4
OUTAGE_S = 180
KINDS = {
    "any": "key_mgmt=WPA-PSK WPA-PSK-SHA256 SAE\n ieee80211w=1",
    "wpa2": "key_mgmt=WPA-PSK\n ieee80211w=0",
    "wpa3": "key_mgmt=SAE\n ieee80211w=2",
}
LEASE_SCRIPT = Path(__file__).with_name("lease.sh")
BOX = "10.66.0.1"
PROBE = ("connectivitycheck.gstatic.com", "/generate_204")


def make_radios(count: int) -> list[str]:
    """Make the radios; the first is the box's, the others are phones' ones."""
    subprocess.run(["modprobe", "mac80211_hwsim", f"radios={count}"], check=True)
    for number in range(1, count):
        name, card = f"station{number}", f"wlan{number}"
        _wait_for(Path(f"/sys/class/net/{card}/phy80211"))
        phy = Path(f"/sys/class/net/{card}/phy80211/name").read_text().strip()
        subprocess.run(["ip", "netns", "add", name], check=True)
        subprocess.run(["iw", "phy", phy, "set", "netns", "name", name], check=True)
        for device in ("lo", card):
            subprocess.run(["ip", "-n", name, "link", "set", device, "up"], check=True)
    return [f"wlan{number}" for number in range(count)]


def scan(number: int) -> list[str]:
    """Listen once on the 2.4 GHz channels that boxes use; what was heard before is forgotten."""
    words = ("iw", "dev", f"wlan{number}", "scan", "freq", "2412", "2437", "2462", "flush")
    heard = _output("ip", "netns", "exec", f"station{number}", *words)
    return [line.strip() for line in heard.splitlines()]


def outage(code: str, number: int, command: list[str]) -> list[float]:
    """Take the access point off the air; returns after how many seconds the phone is in again.

    The beacon alone is no proof: it may go on while nobody answers who wants to join.
    """
    subprocess.run(command, check=True)
    began = time.monotonic()
    while time.monotonic() - began < OUTAGE_S:
        (found,) = visit("any", code, [str(number)])
        if "failed" not in found:
            return [time.monotonic() - began - found["page_s"]]
    raise LookupError(f"not in again: {found['failed']}")


def visit(kind: str, code: str, numbers: list[str]) -> list[dict[str, Any]]:
    """Let phones join at once, take a lease and open a page; returns what each found."""
    me = (sys.executable, "-m", "tests.radio.station", "one", kind, code)
    begun = [
        subprocess.Popen(
            ["ip", "netns", "exec", f"station{number}", *me, number], stdout=subprocess.PIPE
        )
        for number in numbers
    ]
    return [json.loads(process.communicate()[0]) for process in begun]


def one(kind: str, code: str, number: int) -> dict[str, Any]:
    """Join, take a lease and open a page, all in this phone's namespace."""
    card = f"wlan{number}"
    settings = Path(f"/run/{card}.conf")
    settings.write_text(network_of(read_code(code), kind, f"/run/{card}"))
    words = ("wpa_supplicant", "-D", "nl80211", "-i", card, "-c", str(settings))
    began = time.monotonic()
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as supplicant:
        try:
            _until_connected(supplicant)
            joined = time.monotonic()
            found = _visit(card)
            there = time.monotonic()
            by = _joined_by(card)
        except (OSError, LookupError, subprocess.SubprocessError) as error:
            return {"failed": f"{type(error).__name__}: {error}"}
        finally:
            supplicant.terminate()
            _output("ip", "address", "flush", "dev", card)
    return {**found, "by": by, "join_s": joined - began, "page_s": there - joined}


def read_code(code: str) -> dict[str, str]:
    """Read a Wi-Fi's QR code as phones do: fields, with a backslash before marks that are meant."""
    body = code.removeprefix("WIFI:").removesuffix(";")
    fields = re.findall(r"([A-Z]):((?:\\.|[^\\;])*);", body)
    return {name: re.sub(r"\\(.)", r"\1", value) for name, value in fields}


def network_of(fields: dict[str, str], kind: str, control: str) -> str:
    """Return wpa_supplicant's file for the network of a code."""
    how = "key_mgmt=NONE"
    if fields["T"] != "nopass":
        how = f'psk="{fields["P"]}"\n {KINDS[kind]}'
    name = fields["S"].encode().hex()
    # sae_pwe: both ways of SAE's first step, as phones know them.
    return f"ctrl_interface={control}\nsae_pwe=2\nnetwork={{\n ssid={name}\n {how}\n}}\n"


def _until_connected(supplicant: subprocess.Popen[str]) -> None:
    patience = threading.Timer(JOIN_S, supplicant.terminate)
    patience.start()
    said = []
    for line in supplicant.stdout or ():
        said.append(line)
        if "CTRL-EVENT-CONNECTED" in line:
            patience.cancel()
            return
        if "CTRL-EVENT-SSID-TEMP-DISABLED" in line:
            # It was refused. It would try again, later and later.
            patience.cancel()
            break
    raise LookupError("".join(said))


def _visit(card: str) -> dict[str, object]:
    udhcpc = ("busybox", "udhcpc", "-i", card, "-n", "-q", "-f", "-t", "10", "-T", "2")
    _output(*udhcpc, "-s", str(LEASE_SCRIPT))
    shown = json.loads(_output("ip", "-json", "-4", "address", "show", "dev", card))
    probe, _ = _fetch(*PROBE)
    answer, page = _fetch(BOX, "/en/")
    return {
        "address": shown[0]["addr_info"][0]["local"],
        "probe": [probe.status, probe.headers["Location"]],
        "page": [answer.status, page],
    }


def _fetch(host: str, path: str) -> tuple[http.client.HTTPResponse, str]:
    """Fetch a page; a name is asked of the name server that the lease told of."""
    address = host if host == BOX else _look_up(host)
    connection = http.client.HTTPConnection(address, 80, timeout=PAGE_S)
    connection.request("GET", path, headers={"Host": host})
    answer = connection.getresponse()
    return answer, answer.read().decode()


def _look_up(host: str) -> str:
    """Ask as patiently as phones do: an answer may be lost on air."""
    for _ in range(QUESTIONS - 1):
        with suppress(TimeoutError):
            return str(ask(BOX, host, "1")["address"])
    return str(ask(BOX, host, "1")["address"])


def _joined_by(card: str) -> str:
    """Name what both sides agreed on, as wpa_supplicant calls it."""
    status = _output("wpa_cli", "-p", f"/run/{card}", "-i", card, "status")
    return dict(line.split("=", 1) for line in status.splitlines())["key_mgmt"]


def _wait_for(path: Path) -> None:
    end = time.monotonic() + PAGE_S
    while not path.exists():
        if time.monotonic() > end:
            raise LookupError(f"{path} did not come")
        time.sleep(0.1)


def _output(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def main(what: str, *words: str) -> object:
    """Do what the command line says."""
    if what == "radios":
        return make_radios(int(words[0]))
    if what == "scan":
        return scan(int(words[0]))
    if what == "outage":
        return outage(words[0], int(words[1]), list(words[2:]))
    if what == "one":
        return one(words[0], words[1], int(words[2]))
    return visit(words[0], words[1], list(words[2:]))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])))
