"""The desk's print jobs: one after the other, in memory only.

A job is printed as soon as the one before has ended. What is printed is made when its turn comes
and forgotten when it is handed over; what remains is a line such as "2 copies at 14:05". Jobs end
with the process: no sheet comes out of a printer in the morning that nobody waits for.
"""

from __future__ import annotations

import itertools
import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from appliance.errors import ApplianceError, PrinterError

log = logging.getLogger(__name__)

# A job not taken in this time is cancelled: whoever wanted it has gone.
PATIENCE_S = 300
MOST_WAITING, MOST_REMEMBERED = 20, 30


class JobState(StrEnum):
    """Where a job stands, in words for staff."""

    WAITING = "waiting"
    PRINTING = "printing"
    PRINTED = "printed"
    FAILED = "not printed"
    CANCELLED = "cancelled"

    @property
    def has_ended(self) -> bool:
        """Whether nothing more happens to it."""
        return self not in {JobState.WAITING, JobState.PRINTING}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What staff asked for. `make` returns the PDF; `media` is the paper's name (PWG 5101.1)."""

    title: str
    slug: str
    language: str
    printer: str
    uri: str
    copies: int
    media: str
    make: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Job:
    """A job as staff see it. `said` are sentences such as "The printer is out of paper."."""

    number: int
    wanted: Wanted
    asked_at: datetime
    state: JobState = JobState.WAITING
    said: str = ""


# Address, PDF, copies, media, whether it has been cancelled -> remarks; raises PrinterError.
Send = Callable[[str, bytes, int, str, Callable[[], bool]], tuple[str, ...]]


class Jobs:
    """The queue and the thread that works it off."""

    def __init__(
        self, send: Send, now: Callable[[], datetime], printed: Callable[[Wanted], None]
    ) -> None:
        """Begin to work.

        Args:
            send: hands a file to a printer and waits until it is printed.
            now: tells the time.
            printed: told of what has been printed.
        """
        self._send = send
        self._now = now
        self._printed = printed
        self._lock = threading.Lock()
        self._jobs: dict[int, Job] = {}
        self._numbers = itertools.count(1)
        self._waiting: queue.Queue[int | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def add(self, wanted: Wanted) -> Job:
        """Put a job at the end of the queue.

        Raises:
            PrinterError: too many wait already.
        """
        with self._lock:
            waiting = sum(not job.state.has_ended for job in self._jobs.values())
            if waiting >= MOST_WAITING:
                raise PrinterError(f"{waiting} jobs are waiting already: cancel some first.")
            job = Job(next(self._numbers), wanted, self._now())
            self._jobs[job.number] = job
            self._forget()
        self._waiting.put(job.number)
        return job

    def cancel(self, number: int) -> None:
        """Cancel a job that waits or is being printed; nothing happens to one that has ended."""
        with self._lock:
            job = self._jobs.get(number)
            if job is not None and not job.state.has_ended:
                said = "" if job.state is JobState.WAITING else "Some sheets may still come out."
                self._jobs[number] = replace(job, state=JobState.CANCELLED, said=said)

    def find(self, number: int) -> Job | None:
        """Return a job, None if it is forgotten."""
        with self._lock:
            return self._jobs.get(number)

    def all(self) -> tuple[Job, ...]:
        """Return the jobs, the newest first."""
        with self._lock:
            return tuple(reversed(self._jobs.values()))

    def close(self) -> None:
        """Cancel everything, and wait for the job at the printer to be taken back."""
        for job in self.all():
            self.cancel(job.number)
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (number := self._waiting.get()) is not None:
            job = self._begin(number)
            if job is not None:
                self._print(job)

    def _begin(self, number: int) -> Job | None:
        with self._lock:
            job = self._jobs.get(number)
            if job is None or job.state is not JobState.WAITING:
                return None
            self._jobs[number] = replace(job, state=JobState.PRINTING)
            return job

    def _print(self, job: Job) -> None:
        wanted = job.wanted
        try:
            remarks = self._send(
                wanted.uri,
                wanted.make(),
                wanted.copies,
                wanted.media,
                lambda: self._is_cancelled(job.number),
            )
        except ApplianceError as error:
            self._end(job.number, JobState.FAILED, str(error))
        except Exception as error:  # the queue must go on, whatever a printer says
            log.exception("a print job failed")
            self._end(
                job.number, JobState.FAILED, f"Something went wrong ({type(error).__name__})."
            )
        else:
            self._printed(wanted)
            self._end(job.number, JobState.PRINTED, " ".join(remarks))

    def _is_cancelled(self, number: int) -> bool:
        job = self.find(number)
        return job is None or job.state is JobState.CANCELLED

    def _end(self, number: int, state: JobState, said: str) -> None:
        with self._lock:
            job = self._jobs.get(number)
            if job is None:
                return
            # Cancelled, but too late: it says what truly happened.
            if job.state is JobState.CANCELLED and state is JobState.FAILED:
                return
            self._jobs[number] = replace(job, state=state, said=said)

    def _forget(self) -> None:
        ended = [job.number for job in self._jobs.values() if job.state.has_ended]
        for number in ended[: max(0, len(self._jobs) - MOST_REMEMBERED)]:
            del self._jobs[number]
