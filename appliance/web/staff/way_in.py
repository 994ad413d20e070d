"""Logging in and out of the desk, and changing its PIN."""

from __future__ import annotations

import math
from http import HTTPStatus

from flask import Blueprint, Response, render_template, request, session
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from appliance.errors import ConfigError
from appliance.state.pin import MOST_DIGITS, hash_pin
from appliance.web.staff.desk import Desk
from appliance.web.staff.door import Answer, Opened
from appliance.web.staff.leading import lead_to
from appliance.web.staff.sessions import IDLE_S, DeskSession

IDLE_MINUTES = IDLE_S // 60
NO_PIN = (
    "This box has no PIN, so nobody can log in. Put a file helppoint-pin.txt with 8 or more digits"
    " on the card's boot partition, and switch the box off and on."
)


class PinForm(FlaskForm):  # type: ignore[misc]  # the library has no types
    """The way in. Longer input than any PIN is refused before it costs anything."""

    pin = PasswordField("PIN", validators=[InputRequired(), Length(max=MOST_DIGITS)])


class ChangeForm(PinForm):
    """The old PIN, and the new one twice."""

    new = PasswordField("New PIN", validators=[InputRequired(), Length(max=MOST_DIGITS)])
    again = PasswordField("New PIN again", validators=[InputRequired(), Length(max=MOST_DIGITS)])


def current() -> DeskSession:
    """Return the session of the request that is being answered."""
    # Behind Flask's stand-in for it.
    found = session._get_current_object()  # type: ignore[attr-defined]
    if not isinstance(found, DeskSession):
        raise TypeError(f"{type(found).__name__} is no session of the desk")
    return found


def blueprint(desk: Desk) -> Blueprint:  # noqa: C901 - a list of routes
    """Build the routes."""
    bp = Blueprint("way_in", __name__)

    @bp.get("/login")
    def log_in() -> str | Response:
        if current().is_staff:
            return _to_start()
        return _door_page(desk, PinForm(), "")

    @bp.post("/login")
    def judge() -> str | Response | tuple[str, int]:
        form = PinForm()
        if not form.validate():
            return _door_page(desk, form, "Type the PIN."), HTTPStatus.BAD_REQUEST
        answer = desk.door.try_pin(_tidied(form.pin.data))
        if answer.opened is Opened.YES:
            desk.sessions.log_in(current())
            return _to_start()
        return _door_page(desk, form, in_words(answer)), HTTPStatus.FORBIDDEN

    @bp.post("/logout")
    def log_out() -> Response:
        desk.sessions.log_out(current())
        return lead_to("way_in.log_in")

    @bp.route("/pin", methods=["GET", "POST"])
    def pin() -> str | Response | tuple[str, int]:
        form = ChangeForm()
        if request.method == "GET":
            return render_template("pin.html", form=form, said="")
        said = _change(desk, form)
        if said:
            return render_template("pin.html", form=form, said=said), HTTPStatus.BAD_REQUEST
        # Everybody else is out: the old PIN may have been known to somebody who should not.
        desk.sessions.end_all()
        return lead_to("way_in.log_in", changed=1)

    return bp


def in_words(answer: Answer) -> str:
    """Return what to tell who tried a PIN."""
    wait = f" Wait {math.ceil(answer.wait_s)} seconds." if answer.wait_s > 0 else ""
    return {
        Opened.YES: "",
        Opened.WRONG: f"This is not the PIN.{wait} It stands on the box's label.",
        Opened.WAIT: f"A wrong PIN was tried several times.{wait} Then try again.",
        Opened.NO_PIN: NO_PIN,
    }[answer.opened]


def _change(desk: Desk, form: ChangeForm) -> str:
    """Change the PIN; return why not, or nothing."""
    if not form.validate():
        return "Fill in all three."
    old, new, again = (_tidied(field.data) for field in (form.pin, form.new, form.again))
    if new != again:
        return "The new PIN was not typed the same way twice."
    try:
        kept = hash_pin(new)
    except ConfigError as error:
        return f"{error}".capitalize() + "."
    answer = desk.door.try_pin(old)
    if answer.opened is not Opened.YES:
        return in_words(answer)
    desk.pin.write(kept)
    return ""


def _tidied(typed: str) -> str:
    """Leave out the spaces that the label has between groups of digits."""
    return "".join(typed.split())


def _door_page(desk: Desk, form: PinForm, said: str) -> str:
    return render_template(
        "login.html",
        form=form,
        said=said,
        is_private=desk.is_private(),
        changed="changed" in request.args,
    )


def _to_start() -> Response:
    return lead_to("printing.start")
