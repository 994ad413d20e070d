from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import HotspotError
from appliance.hotspot.link import (
    Link,
    find_resolvers,
    is_answer,
    link_of,
    look,
    names_answer,
    question,
    usable,
)
from appliance.hotspot.system import System
from tests.hotspot.computer import Computer

# As iproute2 6.1 of Debian 12 prints them.
WIRED = (
    '{"dst":"default","gateway":"192.168.7.1","dev":"eth0","protocol":"dhcp",'
    '"prefsrc":"192.168.7.2","metric":100,"flags":[]}'
)
UNPLUGGED = WIRED.replace('"flags":[]', '"flags":["linkdown"]')
WIFI = '{"dst":"default","gateway":"10.9.0.1","dev":"wlan1","metric":600,"flags":[]}'
OWN = '{"dst":"default","gateway":"10.66.0.9","dev":"wlan0","metric":1,"flags":[]}'
PHONE = '{"dst":"default","dev":"ppp0","scope":"link","flags":[]}'


def addresses(**cards: str) -> str:
    rows = [
        f'{{"ifname":"{card}","addr_info":[{{"family":"inet","local":"{address}"}}]}}'
        for card, address in cards.items()
    ]
    return f"[{{}},{','.join(rows)}]"


ALL = addresses(eth0="192.168.7.2", wlan0="10.66.0.1", wlan1="10.9.0.5", ppp0="100.64.1.1")


@pytest.mark.parametrize(
    ("routes", "interface"),
    [
        ([WIRED, WIFI], "eth0"),
        ([WIFI, WIRED], "eth0"),
        ([UNPLUGGED, WIFI], "wlan1"),
        ([WIFI, PHONE], "ppp0"),
        ([OWN, WIRED], "eth0"),
        ([OWN], None),
        ([UNPLUGGED], None),
        ([], None),
    ],
)
def test_the_way_out_is_the_one_linux_takes_but_never_the_hotspot(
    routes: list[str], interface: str | None
) -> None:
    found = link_of(f"[{','.join(routes)}]", ALL, "wlan0")
    assert (found.interface if found else None) == interface


def test_a_way_out_has_the_boxs_addresses_and_the_router() -> None:
    assert link_of(f"[{WIRED}]", ALL, "wlan0") == Link("eth0", "192.168.7.1", ("192.168.7.2",))
    assert link_of(f"[{WIRED}]", addresses(wlan0="10.66.0.1"), "wlan0") is None


@pytest.mark.parametrize("said", ["{", "[1]", '{"dst":1}', '[{"dev":"eth0","metric":"x"}]'])
def test_what_ip_never_prints_is_an_error_not_a_way_out(said: str) -> None:
    with pytest.raises(HotspotError, match="cannot be read"):
        link_of(said, ALL, "wlan0")


def test_the_real_ip_can_be_read() -> None:
    found = look(System(), "no-such-card")
    assert found is None or found.addresses


def test_name_servers_are_networkmanagers_of_that_card(tmp_path: Path) -> None:
    computer = Computer(tmp_path, {"nmcli -g IP4.DNS device show eth0": "192.168.7.1 | 9.9.9.9\n"})
    computer.write({"etc/resolv.conf": "nameserver 127.0.0.53\n"})
    assert find_resolvers(computer, "eth0") == ("192.168.7.1", "9.9.9.9")


def test_without_networkmanagers_word_the_files_are_read_but_not_this_box(tmp_path: Path) -> None:
    computer = Computer(tmp_path, {"nmcli": None})
    assert find_resolvers(computer, "eth0") == ()
    computer.write({"etc/resolv.conf": "# a file\nnameserver 127.0.0.1\nnameserver 192.0.2.8\n"})
    assert find_resolvers(computer, "eth0") == ("192.0.2.8",)
    computer.write({"run/NetworkManager/no-stub-resolv.conf": "nameserver 192.0.2.9\noptions x\n"})
    assert find_resolvers(computer, "eth0") == ("192.0.2.9",)


def test_only_another_computers_address_is_usable_three_at_most() -> None:
    wrong = [
        "127.0.0.53",
        "10.66.0.1",
        "198.51.100.1",
        "0.0.0.0",  # noqa: S104 - compared, not bound
        "224.0.0.251",
        "1.2.3",
        "fe80::1",
    ]
    right = ["192.168.1.1", "192.168.1.1", "10.0.0.2", "9.9.9.9", "1.1.1.1"]
    assert usable([*wrong, *right]) == ("192.168.1.1", "10.0.0.2", "9.9.9.9")


@contextmanager
def name_server(code: int = 0, number_off_by: int = 0) -> Iterator[int]:
    """A name server on loopback that answers everything with `code`; yields its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))

        def answer() -> None:
            packet, sender = line.recvfrom(512)
            number = (int.from_bytes(packet[:2]) + number_off_by) % 65_536
            flags = 0x8000 | code
            line.sendto(number.to_bytes(2) + flags.to_bytes(2) + packet[4:], sender)

        thread = threading.Thread(target=answer)
        thread.start()
        yield line.getsockname()[1]
        line.sendto(b"the end", line.getsockname())
        thread.join()


@pytest.mark.parametrize(("code", "is_alive"), [(0, True), (3, True), (2, False), (5, False)])
def test_a_yes_or_a_no_is_life_a_failure_is_not(code: int, *, is_alive: bool) -> None:
    with name_server(code) as port:
        assert names_answer(["127.0.0.1"], "content.example", port=port) is is_alive


def test_an_answer_to_another_question_does_not_count() -> None:
    with name_server(number_off_by=1) as port:
        assert not names_answer(["127.0.0.1"], "content.example", port=port, timeout_s=0.2)


def test_silence_a_closed_port_and_no_name_server_are_no_answer() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        assert not names_answer(["127.0.0.1"], "content.example", port=port, timeout_s=0.1)
    assert not names_answer(["127.0.0.1"], "content.example", port=port)
    assert not names_answer([], "content.example")


@given(packet=st.binary(max_size=30), number=st.integers(0, 65_535))
def test_no_packet_can_hurt(packet: bytes, number: int) -> None:
    is_ours = packet[:2] == number.to_bytes(2) and len(packet) >= 4
    assert is_ours or not is_answer(packet, number)


def test_the_question_is_as_rfc_1035_has_it() -> None:
    assert question(0x1234, "nhs.uk") == (
        b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03nhs\x02uk\x00\x00\x01\x00\x01"
    )
