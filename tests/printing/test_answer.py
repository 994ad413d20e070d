from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyipp import IPP
from pyipp.enums import IppOperation
from pyipp.parser import parse

from appliance.errors import PrinterError
from appliance.printing.answer import JOB, PRINTER, Answer, Attributes, read_answer
from tests.printing.scripted import READY, encoded
from tests.printing.simulator import simulated

NEGATIVE_LENGTH = encoded(0)[:-1] + b"\x01\x47\x00\x00\xff\xfb\x03"

values = (
    st.booleans()
    | st.integers(-(2**31), 2**31 - 1)
    | st.text(max_size=30)
    | st.tuples(st.integers(0, 99), st.integers(0, 99))
)
attributes = st.dictionaries(
    st.text("abcdefgh-", min_size=1), st.lists(values, min_size=1, max_size=4), max_size=5
)


@given(st.integers(0, 0x7FFF), attributes)
def test_what_was_said_is_read(status: int, said: Attributes) -> None:
    assert read_answer(encoded(status, PRINTER, said)) == Answer(status, printer=said)
    assert read_answer(encoded(status, JOB, said)) == Answer(status, job=said)


def test_a_real_printers_answer_is_read_as_pyipp_reads_it(tmp_path: Path, bus: str) -> None:
    async def everything(uri: str) -> bytes:
        async with IPP(uri) as ipp:
            return await ipp.raw(IppOperation.GET_PRINTER_ATTRIBUTES, {})

    with simulated(tmp_path, bus) as printer:
        answer = asyncio.run(everything(printer.uri))
    (theirs,) = parse(answer)["printers"]
    ours = read_answer(answer).printer
    assert len(ours) > 50
    for name in ("printer-name", "document-format-supported", "media-supported", "printer-state"):
        wanted = theirs[name] if isinstance(theirs[name], list) else [theirs[name]]
        assert ours[name] == wanted
    assert ours["copies-supported"] == [(1, 999)]
    assert "media-size" not in ours


@given(st.binary(max_size=300))
def test_any_bytes_are_an_answer_or_refused(data: bytes) -> None:
    for answer in (data, READY[:8] + data, data + b"\x03"):
        try:
            read_answer(answer)
        except PrinterError as refusal:
            assert "makes no sense" in str(refusal)  # noqa: PT017 - either outcome is right


@pytest.mark.parametrize("length", range(len(READY)))
def test_half_an_answer_is_refused(length: int) -> None:
    with pytest.raises(PrinterError):
        read_answer(READY[:length])


def test_a_negative_length_does_not_loop_for_ever() -> None:
    with pytest.raises(PrinterError):
        read_answer(NEGATIVE_LENGTH)
