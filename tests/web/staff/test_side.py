from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

import pytest

from appliance.web.staff.side import OnlyWired

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PHONES = IPv4Network("10.66.0.0/20")
DESK = b"the desk"


def _desk(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [DESK]


def _ask(client: str, host: str, *, is_open: bool = False) -> tuple[str, bytes]:
    said: list[str] = []
    wall = OnlyWired(_desk, PHONES, frozenset({"localhost", "helppoint.local"}), lambda: is_open)

    def start_response(status: str, *_: object) -> object:
        said.append(status)
        return lambda _data: None

    environ = {"REMOTE_ADDR": client, "HTTP_HOST": host}
    body = b"".join(wall(environ, start_response))  # type: ignore[arg-type]  # what it calls, this does
    return said[0], body


@pytest.mark.parametrize("client", ["127.0.0.1", "192.168.1.20", "10.0.0.5", "172.16.3.4"])
@pytest.mark.parametrize(
    "host", ["localhost:8080", "192.168.1.5", "HelpPoint.local", "127.0.0.1:1"]
)
def test_the_librarys_side_is_let_in(client: str, host: str) -> None:
    assert _ask(client, host) == ("200 OK", DESK)


@pytest.mark.parametrize("client", ["10.66.0.10", "10.66.15.250", "", "nonsense", "10.66.0.1"])
def test_phones_are_refused_whatever_they_ask_for(client: str) -> None:
    status, body = _ask(client, "192.168.1.5")
    assert status == "403 Forbidden"
    assert DESK not in body


def test_phones_are_let_in_while_staff_have_opened_it_to_them() -> None:
    assert _ask("10.66.0.10", "10.66.0.1", is_open=True) == ("200 OK", DESK)


@pytest.mark.parametrize(
    "host",
    ["evil.example", "192.168.1.5.evil.example", "helppoint.local.evil.example", "", "[::1]",
     "localhost:80:80", "localhost:x", "localhost@evil.example", "0x7f.1"],
)  # fmt: skip
def test_names_that_are_not_the_desks_are_refused(host: str) -> None:
    status, body = _ask("192.168.1.20", host)
    assert status == "421 Misdirected Request"
    assert host.encode() not in body or not host
