"""Sessions in memory: who is logged in at the staff desk. Nothing of them is ever on the disk.

What the browser holds is a number of 256 bits by chance. Those who are not logged in have a session
too, for the form's token; they are kept apart, so that no flood of them ends the staff's.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import request
from flask.sessions import SessionInterface, SessionMixin

if TYPE_CHECKING:
    from flask import Flask, Request, Response

COOKIE = "helppoint-desk"
IDLE_S = 15 * 60
# A desk left open over a day is closed, however busy it is.
LONGEST_S = 12 * 60 * 60
MOST_STAFF, MOST_STRANGERS = 50, 200
STAFF = "is_staff"


class DeskSession(dict[str, object], SessionMixin):
    """One browser's session; `number` is what its cookie holds."""

    def __init__(self, number: str, began: float) -> None:
        super().__init__()
        self.number = number
        self.began = self.used = began
        self.accessed = True

    @property
    def is_staff(self) -> bool:
        """Whether somebody has logged in here."""
        return self.get(STAFF) is True


class Sessions(SessionInterface):
    """Keeps sessions. `now` tells seconds that no change of the clock moves."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._staff: OrderedDict[str, DeskSession] = OrderedDict()
        self._strangers: OrderedDict[str, DeskSession] = OrderedDict()

    def open_session(self, app: Flask, request: Request) -> DeskSession:  # noqa: ARG002 - Flask's shape
        """Return the browser's session, or a new one."""
        number = request.cookies.get(COOKIE, "")
        with self._lock:
            self._end_old()
            found = self._staff.get(number) or self._strangers.get(number)
            if found is None:
                return self._new()
            found.used = self._now()
            (self._staff if found.is_staff else self._strangers).move_to_end(number)
            return found

    def save_session(
        self,
        app: Flask,  # noqa: ARG002 - Flask's shape
        session: SessionMixin,
        response: Response,
    ) -> None:
        """Tell the browser its number, where there is something to remember."""
        if not isinstance(session, DeskSession):
            raise TypeError(f"{type(session).__name__} is no session of the desk")
        if not session:
            response.delete_cookie(COOKIE, httponly=True, samesite="Strict")
            return
        with self._lock:
            self._keep(session)
        # Until the browser closes: the desk itself ends it before.
        response.set_cookie(
            COOKIE, session.number, httponly=True, samesite="Strict", secure=request.is_secure
        )
        response.headers["Cache-Control"] = "no-store"

    def log_in(self, session: DeskSession) -> None:
        """Make this browser staff, under a new number: one known before is worth nothing."""
        with self._lock:
            self._forget(session.number)
            session.clear()
            session.number, session.began = secrets.token_urlsafe(32), self._now()
            session[STAFF] = True
            self._keep(session)

    def log_out(self, session: DeskSession) -> None:
        """End this browser's session."""
        with self._lock:
            self._forget(session.number)
            session.clear()

    def end_all(self) -> None:
        """End every session, as when the PIN changes."""
        with self._lock:
            for kept in (self._staff, self._strangers):
                # Emptied too: a request that is under way would keep it again.
                for session in kept.values():
                    session.clear()
                kept.clear()

    def seconds_left(self, session: DeskSession) -> float:
        """Return how long this session lasts if nothing more is done."""
        return min(IDLE_S, session.began + LONGEST_S - self._now())

    def _new(self) -> DeskSession:
        return DeskSession(secrets.token_urlsafe(32), self._now())

    def _keep(self, session: DeskSession) -> None:
        kept, most = (
            (self._staff, MOST_STAFF) if session.is_staff else (self._strangers, MOST_STRANGERS)
        )
        kept[session.number] = session
        kept.move_to_end(session.number)
        while len(kept) > most:
            kept.popitem(last=False)

    def _forget(self, number: str) -> None:
        self._staff.pop(number, None)
        self._strangers.pop(number, None)

    def _end_old(self) -> None:
        now = self._now()
        for kept in (self._staff, self._strangers):
            for number, session in list(kept.items()):
                if now - session.used > IDLE_S or now - session.began > LONGEST_S:
                    del kept[number]
