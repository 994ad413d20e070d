"""Views, networks and windows as visitors meet them: a whole box over a real socket."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Helppoint, Server
from tests.web.test_app import ask
from tests.web.test_windows import WEBVIEW

OFFLINE = "This Wi-Fi does not give you the internet."


@pytest.fixture(scope="module")
def hotspot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    """A box that is told of a network, and the file that tells it."""
    folder = tmp_path_factory.mktemp("hotspot")
    box = Helppoint.new(folder)
    with (box.home / "helppoint.toml").open("a") as config:
        config.write(f'runtime = "{folder}"\n')
    with box.serving() as server:
        yield server, folder / "network.json"


def told(file: Path, uplink: str) -> None:
    fresh = file.with_name("fresh")
    fresh.write_text(json.dumps({"hotspot": True, "uplink": uplink, "garden": True}))
    fresh.replace(file)


def is_shown(page: bytes, words: str) -> bool:
    text = page.decode()
    tag = text[text.rindex("<", 0, text.index(words)) : text.index(words)]
    return not tag.endswith("hidden>")


def test_a_view_stays_on_the_way_through_the_pages(server: Server) -> None:
    _, body = ask(server, "/~large.s-mind/en/search?q=app")
    assert b'href="/~large.s-mind/en/get-nhs-app"' in body
    assert b'action="/~large.s-mind/en/search"' in body
    assert b'data-change="size:largest" href="/~largest.s-mind/en/search?q=app"' in body


def test_a_page_in_a_view_comes_compressed_and_again_from_memory(server: Server) -> None:
    first, packed = ask(server, "/~large/en/get-nhs-app", Accept_Encoding="gzip")
    again, same = ask(server, "/~large/en/get-nhs-app", Accept_Encoding="gzip")
    _, plain = ask(server, "/~large/en/get-nhs-app")
    assert first.headers["Content-Encoding"] == again.headers["Content-Encoding"] == "gzip"
    assert packed == same
    assert gzip.decompress(packed) == plain


def test_a_view_that_does_not_exist_still_leads_to_its_page(server: Server) -> None:
    response, body = ask(server, "/~huge.x-y/en/get-nhs-app")
    assert response.status == 200
    assert body == ask(server, "/en/get-nhs-app")[1]


def test_a_lost_visitor_keeps_the_view(server: Server) -> None:
    response, body = ask(server, "/~large/en/nowhere")
    assert response.status == 404
    assert b'href="/~large/en/"' in body


def test_a_folder_without_its_slash_keeps_the_view(server: Server) -> None:
    response, _ = ask(server, "/~large/en")
    assert response.status in {301, 302}
    assert response.headers["Location"] in {"en/", "/~large/en/"}


def test_paper_is_the_same_in_every_view(server: Server) -> None:
    sheet = "/en/handouts/before-you-start-a4.pdf"
    assert ask(server, f"/~contrast{sheet}")[1] == ask(server, sheet)[1]


def test_the_kiosk_starts_at_its_own_address(server: Server) -> None:
    response, _ = ask(server, "/kiosk")
    assert (response.status, response.headers["Location"]) == (303, "/~kiosk/")
    _, body = ask(server, "/~kiosk/")
    assert b'class="page kiosk"' in body
    assert b'href="tel:' not in body


def test_the_home_page_says_what_the_wifi_gives(hotspot: tuple[Server, Path]) -> None:
    server, file = hotspot
    assert not is_shown(ask(server, "/en/")[1], OFFLINE)
    told(file, "down")
    for path in ("/", "/en/", "/~large/en/"):
        response, body = ask(server, path, Accept_Encoding="gzip")
        assert is_shown(gzip.decompress(body), OFFLINE)
        assert response.headers["Cache-Control"] == "no-cache"
    told(file, "up")
    assert not is_shown(ask(server, "/en/")[1], OFFLINE)
    assert is_shown(ask(server, "/en/")[1], "This Wi-Fi reaches this help point")


def test_an_outside_address_opens_only_when_it_can(hotspot: tuple[Server, Path]) -> None:
    server, file = hotspot
    told(file, "down")
    offline = ask(server, "/en/go/mind")[1].decode()
    told(file, "up")
    online = ask(server, "/en/go/mind")[1].decode()
    assert '<p data-when="online" hidden>' in offline
    assert '<p data-when="online">' in online
    assert '<li data-when="!online" hidden>' in online


def test_pages_far_from_the_network_stay_as_they_are(hotspot: tuple[Server, Path]) -> None:
    server, file = hotspot
    told(file, "down")
    response, _ = ask(server, "/en/get-nhs-app", Accept_Encoding="gzip")
    assert response.headers["Cache-Control"] == "max-age=300, public"


def test_a_sign_in_window_is_told_to_use_the_browser(server: Server) -> None:
    _, window = ask(server, "/en/go/nhs-app-download", User_Agent=WEBVIEW)
    _, browser = ask(server, "/en/go/nhs-app-download", User_Agent="Mozilla/5.0")
    assert b'<p data-when="window-android">' in window
    assert b'<p data-when="window-apple" hidden>' in window
    assert b'<div class="note" data-when="window" hidden>' in browser
