from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Timer
from typing import Protocol

import pytest
from pyipp.enums import IppOperation

from appliance.errors import PrinterError
from appliance.handouts.layout import Paper, lay_out, sheet
from appliance.printing import ipp
from appliance.printing.answer import Attributes
from appliance.printing.ipp import IppPrinter, Order, refusal
from tests.handouts.samples import CATALOGUE, HANDOUTS
from tests.printing.scripted import (
    HANG_UP,
    READY,
    TAKEN,
    Said,
    Script,
    encoded,
    job_in_state,
    scripted,
)
from tests.printing.simulator import Simulator, free_port, simulated

PDF = lay_out(sheet(HANDOUTS[0], CATALOGUE, "Anytown Library"))
ASK_PRINTER = IppOperation.GET_PRINTER_ATTRIBUTES
ASK_JOB = IppOperation.GET_JOB_ATTRIBUTES
PRINT, CANCEL = IppOperation.PRINT_JOB, IppOperation.CANCEL_JOB


class Start(Protocol):
    def __call__(self, command: str = ..., formats: str = ...) -> Simulator: ...


@pytest.fixture
def start(tmp_path: Path, bus: str) -> Iterator[Start]:
    """Switches a printer on."""
    with ExitStack() as stack:

        def switch_on(command: str = "exit 0", formats: str = "application/pdf") -> Simulator:
            return stack.enter_context(simulated(tmp_path, bus, command=command, formats=formats))

        yield switch_on


def test_a_printer_receives_a_handout_byte_for_byte(start: Start) -> None:
    printer = start()
    result = IppPrinter(printer.uri).send(PDF)
    assert printer.received() == [PDF]
    assert result.job_id == 1
    assert 0 < result.took_s < 10


def test_jobs_name_neither_the_handout_nor_the_reader(start: Start) -> None:
    printer = start()
    IppPrinter(printer.uri).send(PDF)
    environment = (printer.folder / "job-environment").read_text()
    assert "IPP_JOB_NAME=Help Point\n" in environment
    assert "IPP_JOB_ORIGINATING_USER_NAME=Help Point\n" in environment
    assert "before-you-start" not in printer.log()


def test_copies_and_paper_reach_the_printer(start: Start) -> None:
    printer = start()
    IppPrinter(printer.uri).send(PDF, copies=3, media=Paper.A4.media)
    environment = (printer.folder / "job-environment").read_text()
    assert "IPP_COPIES=3\n" in environment
    assert "IPP_MEDIA=iso_a4_210x297mm\n" in environment


def test_a_printer_is_found_by_any_form_of_its_address(start: Start) -> None:
    address = start().uri.removesuffix("/ipp/print")
    for typed in (address, f"{address}/ipp/print", address.replace("ipp://", "http://")):
        assert IppPrinter(typed).send(PDF).job_id


def test_a_printer_may_sign_its_own_certificate(start: Start) -> None:
    printer = start()
    IppPrinter(printer.uri.replace("ipp://", "ipps://")).send(PDF)
    assert printer.received() == [PDF]
    assert "Connection now encrypted" in printer.log()


def test_a_printer_out_of_paper_is_told_as_such(start: Start) -> None:
    printer = start('echo "STATE: +media-empty-error" >&2; exit 1')
    with pytest.raises(PrinterError) as failure:
        IppPrinter(printer.uri).send(PDF)
    assert str(failure.value) == "The printer gave the job up. The printer is out of paper."


def test_a_job_that_takes_too_long_is_cancelled_and_the_next_one_prints(start: Start) -> None:
    printer = start(
        '[ "$IPP_JOB_ID" = 1 ] && echo "STATE: +media-jam-error" >&2 && sleep 2; exit 0'
    )
    with pytest.raises(PrinterError) as failure:
        IppPrinter(printer.uri).send(PDF, timeout_s=0.7)
    assert str(failure.value) == (
        "The printer did not finish in 0.7 seconds, so the job was cancelled."
        " Paper is stuck in the printer."
    )
    assert "job-state (enum) canceled" in printer.log()
    assert IppPrinter(printer.uri).send(PDF).job_id == 2


def test_a_slow_printer_is_waited_for(start: Start) -> None:
    printer = start("sleep 1.5; exit 0")
    assert IppPrinter(printer.uri).send(PDF).took_s > 1.5


def test_what_will_run_out_soon_is_remarked_on(start: Start) -> None:
    printer = start('echo "STATE: +toner-low-warning" >&2; exit 0')
    IppPrinter(printer.uri).send(PDF)
    assert IppPrinter(printer.uri).send(PDF).remarks == ("The printer is low on toner.",)


def test_a_printer_that_is_switched_off_meanwhile_is_told_as_such(start: Start) -> None:
    printer = start("sleep 20")
    plug = Timer(1, printer.switch_off)
    plug.start()
    with pytest.raises(PrinterError, match="could not be cancelled"):
        IppPrinter(printer.uri).send(PDF, timeout_s=2)
    plug.join()


def test_a_printer_that_is_off_is_told_as_such() -> None:
    printer = IppPrinter(f"ipp://127.0.0.1:{free_port()}")
    with pytest.raises(PrinterError, match="No printer answers"):
        printer.send(PDF)


def test_a_printer_that_takes_no_pdf_is_left_alone(start: Start) -> None:
    printer = start(formats="image/pwg-raster")
    with pytest.raises(PrinterError, match=r"does not take PDF files\. Download the handout"):
        IppPrinter(printer.uri).send(PDF)
    assert not list((printer.folder / "spool").iterdir())


def test_paper_that_the_printer_lacks_is_refused_before_anything_is_sent(start: Start) -> None:
    printer = start()
    with pytest.raises(PrinterError, match="no paper of the size iso_a5_148x210mm"):
        IppPrinter(printer.uri).send(PDF, media=Paper.A5.media)
    assert not printer.received()


@pytest.mark.parametrize("copies", [0, -1, 1000])
def test_an_impossible_number_of_copies_is_refused(start: Start, copies: int) -> None:
    printer = start()
    with pytest.raises(PrinterError, match=f"1 to 999 copies at a time, not {copies}"):
        IppPrinter(printer.uri).send(PDF, copies=copies)
    assert not printer.received()


def test_a_printer_that_accepts_no_jobs_says_why() -> None:
    attributes: Attributes = {
        "printer-is-accepting-jobs": [False],
        "printer-state-reasons": ["paused", "toner-low"],
        "document-format-supported": ["application/pdf"],
    }
    said = refusal(attributes, Order(PDF, 1, "iso_a4_210x297mm"))
    assert said == "The printer is not accepting jobs. The printer is paused."


def told(lines: dict[IppOperation, list[Said]], *, timeout_s: float = 5, status: int = 200) -> str:
    """What staff are told when a printer says these things."""
    with scripted(Script(lines, status)) as uri, pytest.raises(PrinterError) as failure:
        IppPrinter(uri).send(PDF, timeout_s=timeout_s)
    return str(failure.value)


def test_a_connection_that_breaks_while_sending_leaves_it_open_whether_it_prints() -> None:
    said = told({ASK_PRINTER: [READY], PRINT: [HANG_UP]})
    assert "See whether the printer prints it before you try again." in said


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0x0507, "The printer is busy."),
        (0x0402, "The printer wants a log-in, which the help point lacks."),
        (0x0499, "The printer refused, with the code 0x0499."),
    ],
)
def test_a_printer_that_refuses_is_told_in_words(status: int, words: str) -> None:
    assert told({ASK_PRINTER: [READY], PRINT: [encoded(status)]}) == words


def test_a_job_without_a_number_is_told() -> None:
    assert "gave it no number" in told({ASK_PRINTER: [READY], PRINT: [encoded(0)]})


def test_a_job_that_somebody_cancelled_is_told() -> None:
    ended = job_in_state(7, "job-canceled-at-device")
    said = told({ASK_PRINTER: [READY], PRINT: [TAKEN], ASK_JOB: [ended]})
    assert said == "The printer gave the job up. Somebody cancelled the job at the printer."


def test_a_job_that_cannot_be_cancelled_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ipp, "CANCEL_S", 0.2)
    printing, refused = job_in_state(5), encoded(0x0404)
    lines: dict[IppOperation, list[Said]] = {
        ASK_PRINTER: [READY],
        PRINT: [TAKEN],
        ASK_JOB: [printing],
        CANCEL: [refused],
    }
    assert "The job could not be cancelled" in told(lines, timeout_s=0.2)


def test_a_job_that_the_printer_takes_its_time_to_cancel_counts_as_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ipp, "CANCEL_S", 0.2)
    lines: dict[IppOperation, list[Said]] = {
        ASK_PRINTER: [READY],
        PRINT: [TAKEN],
        ASK_JOB: [job_in_state(5)],
        CANCEL: [encoded(0)],
    }
    assert told(lines, timeout_s=0.2).endswith("so the job was cancelled.")


def test_a_job_that_ends_while_it_is_being_cancelled_was_printed() -> None:
    lines: dict[IppOperation, list[Said]] = {
        ASK_PRINTER: [READY],
        PRINT: [TAKEN],
        ASK_JOB: [job_in_state(5), job_in_state(9)],
        CANCEL: [encoded(0x0404)],
    }
    script = Script(lines)
    with scripted(script) as uri:
        assert IppPrinter(uri).send(PDF, timeout_s=0.2).job_id == 1
    assert CANCEL in script.heard


def test_a_printer_that_falls_silent_for_a_moment_is_waited_for() -> None:
    lines: dict[IppOperation, list[Said]] = {
        ASK_PRINTER: [READY],
        PRINT: [TAKEN],
        ASK_JOB: [HANG_UP, job_in_state(9)],
    }
    with scripted(Script(lines)) as uri:
        assert IppPrinter(uri).send(PDF).job_id == 1


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, b"", "wants a log-in"),
        (403, b"", "wants a log-in"),
        (404, b"Not found", "it said HTTP 404"),
        (426, b"", "give its address as ipps://"),
        (500, b"\xff\xfe", "is not a printer"),
        (200, b"", "makes no sense"),
        (200, b"<!doctype html><title>Router</title>", "makes no sense"),
        (200, b"\0" * 2_000_000, "No printer answers"),
    ],
)
def test_what_is_no_printer_is_told_as_such(status: int, body: bytes, words: str) -> None:
    start_s = time.monotonic()
    assert words in told({ASK_PRINTER: [body]}, status=status)
    assert time.monotonic() - start_s < 5
