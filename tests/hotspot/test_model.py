from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from appliance.config import Config, HotspotConfig
from appliance.errors import ConfigError
from appliance.hotspot import boot
from appliance.hotspot.model import Hotspot, Security, hotspot_of
from appliance.hotspot.radios import all_radios, find_radio
from appliance.state.state import Settings

HOME = Path("/nowhere")
SETTINGS = Settings(wifi_name="Oak Library", wifi_passphrase="from the desk")  # noqa: S106 - a sample


def test_name_and_passphrase_come_from_the_settings_unless_the_file_has_them() -> None:
    from_desk = hotspot_of(Config(HOME), SETTINGS)
    assert (from_desk.name, from_desk.passphrase) == (b"Oak Library", "from the desk")
    own = HotspotConfig(name="Elm", passphrase="")
    from_file = hotspot_of(Config(HOME, hotspot=own), SETTINGS)
    assert (from_file.name, from_file.passphrase) == (b"Elm", "")
    assert hotspot_of(Config(HOME), Settings()).name == b"Help Point"


def test_the_gate_opens_by_the_files_name_servers_or_the_uplinks_but_not_without_one() -> None:
    plain = Config(HOME)
    own = Config(HOME, hotspot=HotspotConfig(resolvers=("9.9.9.9",)))
    found = ("192.168.1.1",)
    assert hotspot_of(plain, SETTINGS, uplink=found).resolvers == found
    assert hotspot_of(own, SETTINGS, uplink=found).resolvers == ("9.9.9.9",)
    assert not hotspot_of(own, SETTINGS, uplink=()).has_gate
    # Where nobody watches, as with `helppoint hotspot show`, the file decides.
    assert hotspot_of(own, SETTINGS).resolvers == ("9.9.9.9",)
    assert not hotspot_of(plain, SETTINGS).has_gate


@pytest.mark.parametrize(
    ("profile", "interface"),
    [("onboard", "wlan0"), ("usb", "wlan1"), ("external", "eth1"), ("lan", "eth0")],
)
def test_each_profile_has_its_card(profile: str, interface: str) -> None:
    chosen = Config(HOME, hotspot=HotspotConfig(profile=profile))
    assert hotspot_of(chosen, SETTINGS).interface == interface
    other = Config(HOME, hotspot=HotspotConfig(profile=profile, interface="enp3s0"))
    assert hotspot_of(other, SETTINGS).interface == "enp3s0"


def test_wpa3_is_served_only_by_radios_known_for_it() -> None:
    known = Hotspot(profile="usb", passphrase="x" * 8, radio=find_radio("mt7921u", "usb"))
    assert known.security is Security.WPA2_AND_WPA3
    assert replace(known, passphrase="").security is Security.OPEN
    assert replace(known, radio=None).security is Security.WPA2
    assert replace(known, radio=find_radio("mt7612u", "usb")).security is Security.WPA2
    assert replace(known, profile="onboard").security is Security.WPA2


def test_a_radio_that_does_not_go_with_the_profile_is_refused() -> None:
    for radio, profile in (("mt7921u", "onboard"), ("no-such", "usb"), ("mt7921u", "lan")):
        table = HotspotConfig(profile=profile, radio=radio)
        with pytest.raises(ConfigError, match=f"hotspot.radio '{radio}' does not go"):
            hotspot_of(Config(HOME, hotspot=table), SETTINGS)


def test_every_line_of_the_table_of_radios_is_whole() -> None:
    for radio in all_radios().values():
        assert radio.profile in {"onboard", "usb"}
        assert not (radio.serves_wpa3 and radio.profile == "onboard")
        assert radio.source
        assert (radio.alternative == "") == (radio.firmware is None)


def test_firmware_goes_by_how_phones_join() -> None:
    radio = find_radio("cyw43455", "onboard")
    assert "minimal.bin" in (boot.render_firmware(Hotspot(radio=radio)) or "")
    assert "standard.bin" in (boot.render_firmware(Hotspot(radio=radio, passphrase="x" * 8)) or "")
    assert boot.render_firmware(Hotspot(radio=find_radio("cyw43430", "onboard"))) is None


def test_a_librarys_own_hosts_pass_the_gate_as_well() -> None:
    settings = Settings(gate_hosts="z.example\na.example\nwww.mind.org.uk\ncom\n.org\nx;y.example")
    hotspot = hotspot_of(Config(HOME), settings, ("www.mind.org.uk",))
    assert hotspot.hosts == ("a.example", "www.mind.org.uk", "z.example")


def test_a_library_can_do_without_the_walled_garden() -> None:
    own = Config(HOME, hotspot=HotspotConfig(resolvers=("192.168.1.1",)))
    assert hotspot_of(own, Settings()).has_gate
    assert not hotspot_of(own, Settings(walled_garden="off")).has_gate


def test_a_channel_is_picked_unless_the_file_has_one() -> None:
    assert hotspot_of(Config(HOME), Settings()).picks_channel
    chosen = hotspot_of(Config(HOME, hotspot=HotspotConfig(channel=3)), Settings())
    assert (chosen.channel, chosen.picks_channel) == (3, False)


def test_content_is_shared_only_if_the_library_wants_it_and_never_with_phones() -> None:
    wanted = replace(SETTINGS, share_with_neighbours="on")
    assert hotspot_of(Config(HOME), SETTINGS).shares_on == ""
    assert hotspot_of(Config(HOME), wanted).shares_on == "eth0"
    on_lan = Config(HOME, hotspot=HotspotConfig(profile="lan", interface="end0"))
    assert hotspot_of(on_lan, wanted).shares_on == "end0"
    with pytest.raises(ConfigError, match="wlan0 is the hotspot's card"):
        hotspot_of(Config(HOME, wired_interface="wlan0"), wanted)
