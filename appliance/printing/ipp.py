"""Sends handouts to a network printer that takes PDF files (IPP, RFC 8011).

Nothing says what is printed: jobs and their owner have neutral names, and a job that does not end
in time is cancelled, so that no sheet waits in the printer for tomorrow's reader.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum

from pyipp import IPP
from pyipp.enums import IppOperation

from appliance.errors import PrinterError
from appliance.printing.answer import Attributes
from appliance.printing.reasons import ANNOUNCES, JOB_STOPS, NO_PDF, STOPS, in_words
from appliance.printing.wire import (
    ANSWER_S,
    NEUTRAL_NAME,
    SilentPrinterError,
    ask,
    printer_uri,
    session,
)

log = logging.getLogger(__name__)

PDF = "application/pdf"
CANCEL_S = 5
POLL_S = 0.5
NOT_CANCELLED = "The job could not be cancelled: cancel it on the printer's display."


class JobState(IntEnum):
    """How a job can end. The number is to be trusted, not the text beside it."""

    CANCELED = 7
    ABORTED = 8
    COMPLETED = 9


@dataclass(frozen=True, slots=True)
class JobResult:
    """A handout that was printed. `remarks` are sentences like "The printer is low on paper."."""

    job_id: int
    took_s: float
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """What to print, how often, on what paper (PWG 5101.1 name), and whether still to."""

    pdf: bytes
    copies: int
    media: str
    is_cancelled: Callable[[], bool] = lambda: False


class IppPrinter:
    """A printer at a network address."""

    def __init__(self, uri: str) -> None:
        """Take the address as staff type it; the printer need not be there yet.

        Certificates of ipps printers are not verified: printers sign their own.

        Args:
            uri: ipp, ipps, http or https; the port is 631 and the path /ipp/print unless given.

        Raises:
            PrinterError: this is no printer's address.
        """
        self._uri = printer_uri(uri)

    def send(
        self,
        pdf: bytes,
        *,
        copies: int = 1,
        media: str = "iso_a4_210x297mm",
        timeout_s: float = 120,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> JobResult:
        """Print a file and wait until it is printed.

        Args:
            pdf: the file.
            copies: how many, at least 1.
            media: the paper's name (PWG 5101.1).
            timeout_s: cancel the job if it is not printed after this time.
            is_cancelled: asked from time to time; the job is cancelled when it says so.

        Raises:
            PrinterError: it was not printed, and why. No job of ours is left at the printer unless
                the message says so.
        """
        order = Order(pdf, copies, media, is_cancelled)
        return asyncio.run(_print(self._uri, order, timeout_s))


def refusal(printer: Attributes, order: Order) -> str | None:
    """Return why this printer cannot print the order, or None if it says that it can."""
    if False in printer.get("printer-is-accepting-jobs", []):
        return _sentences("The printer is not accepting jobs.", _why(printer))
    if PDF not in printer.get("document-format-supported", []):
        return NO_PDF
    papers = printer.get("media-supported", [])
    if papers and order.media not in papers:
        return f"The printer has no paper of the size {order.media}."
    ranges = [value for value in printer.get("copies-supported", []) if isinstance(value, tuple)]
    most = max((high for _, high in ranges), default=order.copies)
    if not 1 <= order.copies <= most:
        return f"The printer makes 1 to {most} copies at a time, not {order.copies}."
    return None


async def _print(uri: str, order: Order, timeout_s: float) -> JobResult:
    start = time.monotonic()
    async with session() as http, IPP(uri, session=http, request_timeout=ANSWER_S) as ipp:
        printer = await _printer(ipp)
        if problem := refusal(printer, order):
            raise PrinterError(problem)
        job_id = await _submit(ipp, order)
        try:
            async with asyncio.timeout(timeout_s):
                job = await _ended(ipp, job_id, order.is_cancelled)
        except _NoLongerWantedError:
            job = await _give_up(ipp, job_id, "It is not wanted any more")
        except TimeoutError:
            late = f"The printer did not finish in {timeout_s:g} seconds"
            job = await _give_up(ipp, job_id, late)
        if JobState.COMPLETED not in job["job-state"]:
            reasons = await _reasons(ipp, job)
            raise PrinterError(_sentences("The printer gave the job up.", reasons))
    remarks = in_words(printer.get("printer-state-reasons", []), ANNOUNCES)
    return JobResult(job_id, time.monotonic() - start, remarks)


async def _submit(ipp: IPP, order: Order) -> int:
    """Hand the file over; return the job's number."""
    try:
        answer = await ask(
            ipp,
            IppOperation.PRINT_JOB,
            {"job-name": NEUTRAL_NAME, "document-format": PDF},
            job={"copies": order.copies, "media": order.media},
            document=order.pdf,
        )
    except SilentPrinterError as error:
        raise PrinterError(
            "The connection broke while the handout was sent."
            " See whether the printer prints it before you try again."
        ) from error
    for number in answer.job.get("job-id", []):
        if isinstance(number, int):
            return number
    raise PrinterError("The printer took the handout but gave it no number: look at its display.")


class _NoLongerWantedError(Exception):
    """Whoever asked for the job has cancelled it."""


async def _ended(
    ipp: IPP, job_id: int, is_cancelled: Callable[[], bool] = lambda: False
) -> Attributes:
    """Wait for the job's end. A printer that falls silent may come back."""
    while True:
        if is_cancelled():
            raise _NoLongerWantedError
        with suppress(SilentPrinterError):
            job = await _job(ipp, job_id)
            if set(job.get("job-state", [])) & set(JobState):
                return job
        await asyncio.sleep(POLL_S)


async def _give_up(ipp: IPP, job_id: int, late: str) -> Attributes:
    """Cancel the job; return it after all if it ended meanwhile.

    Args:
        ipp: the printer.
        job_id: the job.
        late: why, as the beginning of a sentence.
    Raises:
        PrinterError: it was cancelled, or could not be.
    """
    reasons = await _reasons(ipp, {})
    try:
        is_cancelled = await _cancel(ipp, job_id)
        async with asyncio.timeout(CANCEL_S):
            job = await _ended(ipp, job_id)
            is_cancelled = JobState.CANCELED in job["job-state"]
    except SilentPrinterError as error:
        raise PrinterError(_sentences(f"{late}. {NOT_CANCELLED}", reasons)) from error
    except TimeoutError as error:
        if not is_cancelled:
            raise PrinterError(_sentences(f"{late}. {NOT_CANCELLED}", reasons)) from error
    if is_cancelled:
        raise PrinterError(_sentences(f"{late}, so the job was cancelled.", reasons))
    return job


async def _cancel(ipp: IPP, job_id: int) -> bool:
    """Cancel the job; return whether the printer agreed. It may take a while to stop.

    Raises:
        SilentPrinterError: no answer.
    """
    try:
        await ask(ipp, IppOperation.CANCEL_JOB, {"job-id": job_id})
    except SilentPrinterError:
        raise
    except PrinterError as refused:  # as it does when the job has just ended
        log.info("The job was not cancelled: %s", refused)
        return False
    return True


async def _printer(ipp: IPP) -> Attributes:
    wanted = [
        "document-format-supported",
        "media-supported",
        "copies-supported",
        "printer-is-accepting-jobs",
        "printer-state-reasons",
    ]
    operation = IppOperation.GET_PRINTER_ATTRIBUTES
    return (await ask(ipp, operation, {"requested-attributes": wanted})).printer


async def _job(ipp: IPP, job_id: int) -> Attributes:
    wanted = ["job-state", "job-state-reasons"]
    operation = IppOperation.GET_JOB_ATTRIBUTES
    return (await ask(ipp, operation, {"job-id": job_id, "requested-attributes": wanted})).job


async def _reasons(ipp: IPP, job: Attributes) -> tuple[str, ...]:
    """Return what keeps the printer from printing, as far as it says."""
    said = in_words(job.get("job-state-reasons", []), JOB_STOPS)
    with suppress(PrinterError):
        return (*said, *_why(await _printer(ipp)))
    return said


def _why(printer: Attributes) -> tuple[str, ...]:
    return in_words(printer.get("printer-state-reasons", []), STOPS)


def _sentences(first: str, others: Iterable[str]) -> str:
    return " ".join((first, *others))
