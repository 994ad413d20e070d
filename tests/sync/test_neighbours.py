"""Other boxes on the library's network: whom we take for one, and what none of them can do."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator
from ipaddress import IPv4Interface
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import SourceError
from appliance.sync.neighbours import NeighbourSource, find, is_answer, is_neighbour, question
from appliance.sync.sources import read_all
from appliance.sync.web import MissingError, Web
from tests.origin import Origin, origin

ASKED = question(4711)
NAME = b"\x0a_helppoint\x04_tcp\x05local\x00"
# As avahi 0.8 sends it: the question again, then pointer, text, service and address records.
RECORDS = bytes.fromhex("c00c000c00010000000a000d0a48656c7020506f696e74c00c")


def answer(number: int = 4711, flags: int = 0x8400, counts: tuple[int, ...] = (1, 4)) -> bytes:
    return struct.pack(">6H", number, flags, *counts, 0, 0) + ASKED[12:] + RECORDS


def test_the_question_is_one_for_pointers_to_our_service() -> None:
    assert struct.pack(">6H", 4711, 0, 1, 0, 0, 0) + NAME + b"\0\x0c\0\1" == ASKED


def test_an_answer_repeats_number_and_question() -> None:
    assert is_answer(answer(), ASKED)


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(answer(number=4712), id="to another question"),
        pytest.param(answer(flags=0), id="no answer but a question"),
        pytest.param(answer(flags=0x8403), id="an error"),
        pytest.param(answer(flags=0x9400), id="another operation"),
        pytest.param(answer(counts=(1, 0)), id="no record"),
        pytest.param(answer(counts=(0, 4)), id="no question"),
        pytest.param(answer().replace(b"_helppoint", b"_printerer"), id="another service"),
        pytest.param(answer()[: len(ASKED) - 1], id="cut short"),
        pytest.param(b"", id="empty"),
    ],
)
def test_anything_else_is_no_answer(packet: bytes) -> None:
    assert not is_answer(packet, ASKED)


@given(st.binary(max_size=200), st.integers(0, 200))
def test_no_packet_breaks_the_reader(tail: bytes, kept: int) -> None:
    is_answer(tail, ASKED)
    packet = answer()[:kept] + tail
    if is_answer(packet, ASKED):
        assert packet[12 : len(ASKED)] == ASKED[12:]
        assert packet[:2] == ASKED[:2]


@pytest.mark.parametrize(
    ("address", "own", "is_one"),
    [
        ("192.168.7.3", "192.168.7.2/24", True),
        ("10.1.2.3", "10.200.0.1/8", True),
        ("169.254.9.9", "169.254.1.1/16", True),
        ("192.168.7.2", "192.168.7.2/24", False),  # ourselves
        ("192.168.8.3", "192.168.7.2/24", False),  # behind a router
        ("192.168.7.255", "192.168.7.2/24", False),  # everybody
        ("192.168.7.0", "192.168.7.2/24", False),
        ("203.0.113.9", "203.0.113.2/24", True),  # for documentation: Python counts it as private
        ("81.2.3.4", "81.2.3.5/24", False),  # the internet itself
    ],
)
def test_a_neighbour_is_another_on_the_same_private_network(
    address: str, own: str, is_one: object
) -> None:
    assert is_neighbour(address, IPv4Interface(own)) is is_one


@pytest.mark.parametrize("card", ["no-such-card", "lo", ""])
def test_without_a_network_nobody_is_there(card: str) -> None:
    assert find(card, times=1) == []


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Origin]:
    (tmp_path / "file").write_bytes(b"0123456789")
    with origin(tmp_path) as running:
        yield running


def source(web: Origin, all_s: float = 30, file_s: float = 30) -> NeighbourSource:
    port = int(web.url.rpartition(":")[2])
    patient = Web(file_timeout_s=file_s, sleep=lambda _seconds: None)
    return NeighbourSource("127.0.0.1", patient, port, all_s)


def test_its_files_are_read_like_any_hosts(web: Origin) -> None:
    neighbour = source(web)
    assert read_all(neighbour, "file", 10) == b"0123456789"
    with pytest.raises(MissingError, match="a neighbour has no metadata"):
        read_all(neighbour, "metadata/2.root.json", 10)
    with pytest.raises(SourceError, match="goes on after the 9 bytes"):
        read_all(neighbour, "file", 9)
    neighbour.close()


@pytest.mark.parametrize(
    "fault",
    [b"", b"HTTP/1.1 500 Oops\r\n\r\n", b"HTTP/1.1 301 x\r\nLocation: http://127.0.0.1/\r\n\r\n"],
)
def test_no_complaint_says_where_it_is(web: Origin, fault: bytes) -> None:
    web.faults["file"] = fault
    neighbour = source(web)
    with pytest.raises(SourceError) as caught:
        read_all(neighbour, "file", 10)
    neighbour.close()
    assert "127.0.0.1" not in str(caught.value)
    assert "a neighbour: file" in str(caught.value)


def test_one_that_takes_too_long_for_all_files_is_given_up(web: Origin) -> None:
    neighbour = source(web, all_s=0.0)
    time.sleep(0.01)
    with pytest.raises(SourceError, match="could not be fetched"):
        read_all(neighbour, "file", 10)
    neighbour.close()
