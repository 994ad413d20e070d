"""The portal as phones meet it: a whole box over a real socket, asked for every kind of name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count
from urllib.parse import urlsplit

import pytest

from appliance.config import read_config
from appliance.state.state import SettingsFile
from tests.conftest import Helppoint, Server
from tests.web.test_windows import WEBVIEW

APPLE = ("captive.apple.com", "/hotspot-detect.html")
ANDROID = ("connectivitycheck.gstatic.com", "/generate_204")
WINDOWS = ("www.msftconnecttest.com", "/connecttest.txt")
FIREFOX = ("detectportal.firefox.com", "/success.txt")
GNOME = ("nmcheck.gnome.org", "/check_network_status.txt")
HOME = "http://10.66.0.1/"
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Helppoint:
    folder = tmp_path_factory.mktemp("portal")
    box = Helppoint.new(folder)
    with (box.home / "helppoint.toml").open("a") as config:
        config.write(f'runtime = "{folder}"\n[hotspot]\n')
    return box


@pytest.fixture(scope="module")
def server(box: Helppoint) -> Iterator[Server]:
    with box.serving() as running:
        yield running


@dataclass(frozen=True)
class Phone:
    """A visitor's phone: an address of its own, and whom it asks."""

    server: Server
    address: str


PHONES = count(2)


@pytest.fixture
def portal(server: Server) -> Phone:
    """A phone that was never here before."""
    return Phone(server, f"127.0.1.{next(PHONES)}")


class Answer:
    """What came back."""

    def __init__(self, phone: Phone, host: str, path: str, method: str, **headers: str) -> None:
        place = urlsplit(phone.server.url).netloc
        connection = HTTPConnection(place, timeout=10, source_address=(phone.address, 0))
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers={"Host": host, **named})
        response = connection.getresponse()
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()
        connection.close()


def ask(phone: Phone, host: str, path: str, method: str = "GET", **headers: str) -> Answer:
    return Answer(phone, host, path, method, **headers)


def stay(phone: Phone) -> Answer:
    return ask(phone, "10.66.0.1", "/en/stay", "POST", Content_Length="0")


def test_before_anybody_stays_each_phone_finds_a_portal(portal: Phone) -> None:
    for host, path in (ANDROID, WINDOWS, FIREFOX, GNOME):
        answer = ask(portal, host, path)
        assert (answer.status, answer.headers["Location"]) == (302, HOME)
        assert answer.headers["Cache-Control"] == "no-store"


def test_an_iphone_is_given_the_help_point_itself(portal: Phone) -> None:
    answer = ask(portal, *APPLE, User_Agent="CaptiveNetworkSupport-407 wispr")
    page = answer.body.decode()
    assert answer.status == 200
    assert "What do you need?" in page
    assert "Success" not in page
    assert 'href="http://10.66.0.1/en/get-nhs-app"' in page
    assert 'href="/' not in page
    assert "form-action http://10.66.0.1" in answer.headers["Content-Security-Policy"]
    assert '<form data-when="portal" action="http://10.66.0.1/en/stay"' in page


def test_after_the_button_each_phone_is_told_that_all_is_well(portal: Phone) -> None:
    pressed = stay(portal)
    assert (pressed.status, pressed.headers["Location"]) == (303, "/en/stayed")
    assert "Type this address" in ask(portal, "10.66.0.1", "/en/stayed").body.decode()
    assert ask(portal, *ANDROID).status == 204
    assert ask(portal, *APPLE).body.endswith(b"<BODY>Success</BODY></HTML>")
    assert ask(portal, *WINDOWS).body == b"Microsoft Connect Test"
    assert ask(portal, *FIREFOX).body == b"success\n"
    gnome = ask(portal, *GNOME)
    assert (gnome.body, gnome.headers["X-NetworkManager-Status"]) == (
        b"NetworkManager is online\n",
        "online",
    )


def test_a_library_may_never_imitate_success(box: Helppoint, portal: Phone) -> None:
    stay(portal)
    assert ask(portal, *ANDROID).status == 204
    SettingsFile(read_config(box.home).settings_file).change("stay_connected", "never")
    assert ask(portal, *ANDROID).status == 302
    home = ask(portal, "10.66.0.1", "/en/", User_Agent=WEBVIEW).body.decode()
    assert '<form data-when="portal" hidden' in home
    SettingsFile(read_config(box.home).settings_file).change("stay_connected", "offered")
    assert ask(portal, *ANDROID).status == 204


@pytest.mark.parametrize("host", ["nhs.uk", "www.bbc.co.uk", "evil.example", "", "[", "a b", "\t"])
def test_a_foreign_name_gets_no_page_of_ours_and_is_never_sent_back(
    portal: Phone, host: str
) -> None:
    for path in ("/en/get-nhs-app", "/", "/healthz", "/en/search?q=app"):
        browser = ask(portal, host, path, **BROWSER, Accept_Encoding="gzip")
        assert (browser.status, browser.headers["Location"]) == (302, HOME), path
        other = ask(portal, host, path, Accept_Encoding="gzip")
        assert other.status == 511
        assert b"10.66.0.1" in other.body
        for answer in (browser, other):
            assert not host.strip() or host.encode() not in answer.body
            assert "nhs.uk" not in str(answer.headers)


@pytest.mark.parametrize(
    "host", ["10.66.0.1", "10.66.0.1:80", "helppoint.lan", "HelpPoint.Local", "localhost:8000"]
)
def test_our_own_names_get_the_pages(portal: Phone, host: str) -> None:
    assert b"Get the NHS App" in ask(portal, host, "/en/get-nhs-app").body


def test_only_a_press_of_the_button_is_a_wish_to_stay(portal: Phone) -> None:
    ask(portal, "10.66.0.1", "/en/stay")
    ask(portal, "evil.example", "/en/stay", "POST", Content_Length="0")
    assert ask(portal, *ANDROID).status == 302


def test_the_window_says_what_the_wifi_gives(portal: Phone) -> None:
    home = ask(portal, "10.66.0.1", "/en/", User_Agent=WEBVIEW).body.decode()
    assert '<p class="note" data-when="offline">' in home
    assert '<form data-when="portal" action="/en/stay"' in home
    browser = ask(portal, "10.66.0.1", "/en/", User_Agent="Mozilla/5.0").body.decode()
    assert '<p class="note" data-when="offline">' in browser
    assert '<div class="note" data-when="window" hidden>' in browser


@pytest.fixture
def online(box: Helppoint) -> Iterator[None]:
    """Phones reach trusted sites through the box, as its watcher says."""
    file = read_config(box.home).network_file
    file.write_text('{"hotspot": true, "uplink": "up", "garden": true}')
    yield
    file.unlink()


@pytest.mark.parametrize("host", ["www.nhs.uk", "111.wales.nhs.uk", "WWW.Mind.org.uk", "nhs.uk:80"])
def test_while_online_a_trusted_site_is_led_to_tls(portal: Phone, online: None, host: str) -> None:
    answer = ask(portal, host, "/a%0d%0ab%22/?q=%41&x=%0a<b", Connection="close")
    name = host.lower().removesuffix(":80")
    assert answer.status == 301
    assert answer.headers["Location"] == f"https://{name}/a%0D%0Ab%22/?q=%41&x=%0a%3Cb"
    # A browser keeps a 301 for ever if nothing stops it, and the box may be offline next time.
    assert answer.headers["Cache-Control"] == "no-store"
    assert ask(portal, host, "//evil.example").headers["Location"] == f"https://{name}/evil.example"


@pytest.mark.parametrize(
    "host", ["evilnhs.uk", "nhs.uk.example", "mind.org.uk", "a b.nhs.uk", "x_y.nhs.uk", "[.nhs.uk"]
)
def test_even_online_no_other_name_is_led_anywhere_but_here(
    portal: Phone, online: None, host: str
) -> None:
    answer = ask(portal, host, "/", **BROWSER)
    assert (answer.status, answer.headers["Location"]) == (302, HOME)


def test_nothing_is_led_to_tls_that_would_not_get_there(portal: Phone, online: None) -> None:
    assert ask(portal, "www.nhs.uk", "/form", "POST", Content_Length="0").status == 511
    # A probe is a probe, whatever its host; and what goes to the box's own names is ours.
    assert ask(portal, "www.nhs.uk", "/generate_204").headers["Location"] == HOME
    assert ask(portal, "10.66.0.1", "/en/").status == 200


def test_offline_a_trusted_site_is_like_any_other(portal: Phone) -> None:
    assert ask(portal, "www.nhs.uk", "/", **BROWSER).headers["Location"] == HOME
    assert ask(portal, "www.nhs.uk", "/").status == 511
