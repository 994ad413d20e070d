from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from appliance.errors import HandoutError, PrinterError
from appliance.printing.jobs import MOST_REMEMBERED, MOST_WAITING, Job, Jobs, JobState, Wanted

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PDF = b"%PDF-1.7 a sheet"
IN_TIME_S = 10


@dataclass
class Tray:
    """A printer that waits until it is told to print, or that a job is cancelled."""

    goes: threading.Event = field(default_factory=threading.Event)
    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    sheets: list[bytes] = field(default_factory=list)
    refuses: str = ""

    def send(
        self, _uri: str, pdf: bytes, copies: int, _media: str, is_cancelled: Callable[[], bool]
    ) -> tuple[str, ...]:
        self.begun.release()
        while not self.goes.wait(0.01):
            if is_cancelled():
                raise PrinterError("It is not wanted any more, so the job was cancelled.")
        if self.refuses:
            raise PrinterError(self.refuses)
        self.sheets += [pdf] * copies
        return ("The printer is low on paper.",)


def _wanted(make: Callable[[], bytes] = lambda: PDF, copies: int = 1) -> Wanted:
    return Wanted("Get the app", "get-the-app", "en", "Desk", "ipp://p", copies, "iso_a4", make)


@contextmanager
def _working(tray: Tray) -> Iterator[tuple[Jobs, list[Wanted]]]:
    printed: list[Wanted] = []
    jobs = Jobs(tray.send, lambda: NOW, printed.append)
    try:
        yield jobs, printed
    finally:
        jobs.close()


def _ended(jobs: Jobs, job: Job) -> Job:
    pause = threading.Event()
    for _ in range(IN_TIME_S * 100):
        found = jobs.find(job.number)
        assert found is not None
        if found.state.has_ended:
            return found
        pause.wait(0.01)
    raise AssertionError(f"{found} has not ended")


def test_a_job_is_printed_and_says_what_the_printer_said() -> None:
    tray = Tray()
    tray.goes.set()
    with _working(tray) as (jobs, printed):
        job = _ended(jobs, jobs.add(_wanted(copies=3)))
    assert (job.state, job.said) == (JobState.PRINTED, "The printer is low on paper.")
    assert tray.sheets == [PDF] * 3
    assert [each.copies for each in printed] == [3]


def test_jobs_are_printed_one_after_the_other() -> None:
    tray = Tray()
    with _working(tray) as (jobs, _):
        first, second = jobs.add(_wanted()), jobs.add(_wanted())
        assert tray.begun.acquire(timeout=IN_TIME_S)
        found = [jobs.find(job.number) for job in (first, second)]
        assert [job.state for job in found if job] == [JobState.PRINTING, JobState.WAITING]
        tray.goes.set()
        assert _ended(jobs, second).state is JobState.PRINTED


def test_what_the_printer_says_against_it_stands_with_the_job() -> None:
    tray = Tray(refuses="The printer is out of paper.")
    tray.goes.set()
    with _working(tray) as (jobs, printed):
        job = _ended(jobs, jobs.add(_wanted()))
    assert (job.state, job.said) == (JobState.FAILED, "The printer is out of paper.")
    assert printed == []


def test_a_sheet_that_cannot_be_made_stops_no_other() -> None:
    def broken() -> bytes:
        raise HandoutError("this handout is not here any more")

    def bug() -> bytes:
        raise ZeroDivisionError

    tray = Tray()
    tray.goes.set()
    with _working(tray) as (jobs, _):
        first, second, third = (jobs.add(_wanted(make)) for make in (broken, bug, lambda: PDF))
        assert _ended(jobs, first).said == "this handout is not here any more"
        assert _ended(jobs, second).state is JobState.FAILED
        assert _ended(jobs, third).state is JobState.PRINTED


def test_a_job_that_waits_can_be_cancelled_and_is_never_made() -> None:
    made: list[bytes] = []

    def make() -> bytes:
        made.append(PDF)
        return PDF

    tray = Tray()
    with _working(tray) as (jobs, _):
        jobs.add(_wanted())
        waiting = jobs.add(_wanted(make))
        last = jobs.add(_wanted())
        assert tray.begun.acquire(timeout=IN_TIME_S)
        jobs.cancel(waiting.number)
        tray.goes.set()
        assert _ended(jobs, last).state is JobState.PRINTED
        assert _ended(jobs, waiting).state is JobState.CANCELLED
    assert made == []


def test_a_job_at_the_printer_can_be_cancelled() -> None:
    tray = Tray()
    with _working(tray) as (jobs, printed):
        job = jobs.add(_wanted())
        assert tray.begun.acquire(timeout=IN_TIME_S)
        jobs.cancel(job.number)
        assert _ended(jobs, job).state is JobState.CANCELLED
    assert tray.sheets == []
    assert printed == []


def test_when_the_desk_ends_nothing_is_printed_any_more() -> None:
    tray = Tray()
    with _working(tray) as (jobs, _):
        first, second = jobs.add(_wanted()), jobs.add(_wanted())
        assert tray.begun.acquire(timeout=IN_TIME_S)
        jobs.close()
        states = [_ended(jobs, job).state for job in (first, second)]
    assert states == [JobState.CANCELLED] * 2
    assert tray.sheets == []


def test_only_so_many_jobs_wait() -> None:
    with _working(Tray()) as (jobs, _):
        for _ in range(MOST_WAITING):
            jobs.add(_wanted())
        with pytest.raises(PrinterError, match="cancel some first"):
            jobs.add(_wanted())


def test_jobs_long_ended_are_forgotten_and_those_that_wait_are_not() -> None:
    tray = Tray()
    tray.goes.set()
    with _working(tray) as (jobs, _):
        numbers = [_ended(jobs, jobs.add(_wanted())).number for _ in range(MOST_REMEMBERED + 10)]
        assert [job.number for job in jobs.all()] == numbers[: -MOST_REMEMBERED - 1 : -1]
