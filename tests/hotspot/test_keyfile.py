"""Any Wi-Fi name and passphrase must come back from NetworkManager as they were given."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from appliance.hotspot.keyfile import escaped, name_value, render
from appliance.hotspot.model import Hotspot

# One process each: 25 examples, or the suite would wait for it.
few = settings(max_examples=25, deadline=None)
_ESCAPES = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}


def _through_networkmanager(hotspot: Hotspot, wanted: str) -> str:
    """Let NetworkManager read a profile and write it again; return one value as it wrote it."""
    if shutil.which("nmcli") is None:
        pytest.skip("nmcli is not installed: provisioning/prepare network")
    words = ("nmcli", "--offline", "connection", "modify", "connection.autoconnect", "yes")
    done = subprocess.run(
        words, input=render(hotspot).encode(), capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.decode().splitlines()
    (value,) = [line.partition("=")[2] for line in lines if line.startswith(f"{wanted}=")]
    return value


def _read(value: str) -> bytes:
    """Read a name as NetworkManager does: numbers, or escaped text with `;` escaped once more."""
    if value.endswith(";") and all(part.isdecimal() for part in value[:-1].split(";")):
        return bytes(int(part) for part in value[:-1].split(";"))
    return _read_text(value).replace("\\;", ";").encode()


@few
@example(b"Help Point")
@example(b"12;13;")
@example(b"66")
@example(b"\\;")
@example(b" [x]=# ")
@example(b"a\\sb")
@example(b"\x00")
@example(b"\xff\xfe\n\r")
@example("Bücherei".encode())
@given(st.binary(min_size=1, max_size=32) | st.from_regex(rb"[ -~]{1,32}", fullmatch=True))
def test_networkmanager_reads_back_any_name(name: bytes) -> None:
    assert _read(_through_networkmanager(Hotspot(name=name), "ssid")) == name


@few
@example(" " * 8)
@example("  both ends  ")
@example(r"\s\n\\ ;#[x]=")
@given(st.from_regex(r"[ -~]{8,63}", fullmatch=True))
def test_networkmanager_reads_back_any_passphrase(passphrase: str) -> None:
    value = _through_networkmanager(Hotspot(passphrase=passphrase), "psk")
    assert _read_text(value) == passphrase


def _read_text(value: str) -> str:
    found, signs = "", iter(value)
    for sign in signs:
        found += _ESCAPES[next(signs)] if sign == "\\" else sign
    return found


def test_a_plain_name_stays_readable() -> None:
    assert name_value(b"Help Point") == "Help Point"
    assert name_value(b"2") == "50;"
    assert escaped("  a\\ b ") == r"\s\sa\\ b\s"
