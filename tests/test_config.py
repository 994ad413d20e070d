from __future__ import annotations

from pathlib import Path

import pytest

from appliance.config import FILE_NAME, Config, HotspotConfig, read_config
from appliance.errors import ConfigError


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert read_config(tmp_path) == Config(tmp_path)


def test_a_file_sets_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "helppoint.toml").write_text(
        'origins = ["https://a.example/", "/media/stick"]\nport = 80\nembedded = "/opt/content"\n'
    )
    config = read_config(tmp_path)
    assert config.origins == ("https://a.example/", "/media/stick")
    assert (config.port, config.host, config.embedded) == (80, "127.0.0.1", Path("/opt/content"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port = ", "cannot be read"),
        ("\x00", "cannot be read"),
        ('colour = "red"', "unknown setting 'colour'"),
        ('port = "80"', "port must be a int"),
        ("port = true", "port must be a int"),
        ("origins = [1]", "origins must be a list of addresses"),
        ("hotspot = 1", "hotspot must be a dict"),
        ('[hotspot]\ncolour = "red"', "unknown setting hotspot.colour: choose from profile"),
        ('[hotspot]\nprofile = "wifi"', "profile must be one of onboard, usb, external, lan"),
        ('[hotspot]\ninterface = "wlan0; x"', "hotspot.interface must be a network card"),
        ('[hotspot]\ncountry = "gb"', "hotspot.country must be two capital letters"),
        (f'[hotspot]\nname = "{"é" * 17}"', "hotspot.name must be text of 1 to 32 bytes"),
        ('[hotspot]\nname = ""', "hotspot.name must be text of 1 to 32 bytes"),
        ('[hotspot]\npassphrase = "1234567"', "hotspot.passphrase must be 8 to 63"),
        ('wired_interface = "eth0; x"', "wired_interface must be a network card"),
        ("wired_interface = 0", "wired_interface must be a str"),
        ("[hotspot]\nchannel = 14", "hotspot.channel must be a number from 1 to 13"),
        ("[hotspot]\nchannel = true", "hotspot.channel must be a number from 1 to 13"),
        ('[hotspot]\nresolvers = ["dns.example"]', "hotspot.resolvers must be a list"),
    ],
)
def test_a_wrong_file_is_refused_with_its_path(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "helppoint.toml").write_text(text)
    with pytest.raises(ConfigError, match=said) as caught:
        read_config(tmp_path)
    assert "helppoint.toml" in str(caught.value)


def test_the_table_of_the_hotspot_sets_what_it_names(tmp_path: Path) -> None:
    (tmp_path / "helppoint.toml").write_text(
        '[hotspot]\nprofile = "usb"\nname = "\\u0000é"\nresolvers = ["9.9.9.9"]\n'
    )
    wanted = HotspotConfig(profile="usb", name="\x00é", resolvers=("9.9.9.9",))
    assert read_config(tmp_path).hotspot == wanted


def test_a_wrong_passphrase_is_not_repeated(tmp_path: Path) -> None:
    (tmp_path / "helppoint.toml").write_text('[hotspot]\npassphrase = "sécret"\n')
    with pytest.raises(ConfigError) as caught:
        read_config(tmp_path)
    assert "cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "has_portal"),
    [("", False), ("[hotspot]\n", True), ('[hotspot]\nprofile = "lan"\n', False)],
)
def test_phones_are_led_here_only_on_a_network_of_the_boxs_own(
    tmp_path: Path, written: str, has_portal: object
) -> None:
    (tmp_path / FILE_NAME).write_text(written)
    assert read_config(tmp_path).has_portal is has_portal


@pytest.mark.parametrize(
    ("written", "wired"),
    [
        ("", "eth0"),
        ('wired_interface = "end0"\n', "end0"),
        ('[hotspot]\nprofile = "external"\n', "eth0"),
        # Phones are on these cards.
        ('wired_interface = "wlan0"\n[hotspot]\n', ""),
        ('[hotspot]\nprofile = "external"\ninterface = "eth0"\n', ""),
        # Here they are on the library's own network.
        ('[hotspot]\nprofile = "lan"\ninterface = "end0"\n', "end0"),
    ],
)
def test_the_wired_side_is_never_the_phones_own(tmp_path: Path, written: str, wired: str) -> None:
    (tmp_path / FILE_NAME).write_text(written)
    assert read_config(tmp_path).wired == wired
