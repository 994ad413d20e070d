"""Our own words on sheets: the same on every sheet of a language, whatever it is about.

In other languages they are those that the pages have, so that nothing is translated twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from appliance.catalogue.records import ORIGINAL_LANGUAGE
from appliance.handouts.voice import Voice

# Marks a text for translation where it is not yet used (the name that Babel looks for).
N_ = str

URGENT_HEADING = N_("Urgent help")
PROMISE = N_("We will never ask for your password.")
SCAN = "Scan with your phone’s camera."
BOUNDARY = N_("This is information, not medical advice.")
NAMELESS = "your library"

VERBS = {
    "call": N_("Call"),
    "text": N_("Text"),
    "web": N_("Website"),
    "email": N_("Email"),
    "post": N_("Post"),
    "textphone": N_("Textphone"),
}


@dataclass(frozen=True, slots=True)
class Urgent:
    """A number to call now, with what stands before and after it."""

    before: str
    number: str
    after: str


URGENT_HELP = (
    Urgent("", "999", "if a life is at risk"),
    Urgent("", "111", "for urgent help that is not an emergency"),
    Urgent("Samaritans", "116 123", ""),
)


@dataclass(frozen=True, slots=True)
class Words:
    """Our words on a sheet, in the language of `language`. `notice` may be empty."""

    language: str
    urgent_heading: str
    urgent_help: tuple[Urgent, ...]
    scan: str
    promise: str
    boundary: str
    notice: str = ""


ENGLISH = Words(ORIGINAL_LANGUAGE, URGENT_HEADING, URGENT_HELP, SCAN, PROMISE, BOUNDARY)


def words(voice: Voice, notice: str = "") -> Words:
    """Return our words in a language; a notice stands at the top of the sheet."""
    say = voice.say
    return Words(
        language=voice.code,
        urgent_heading=say(URGENT_HEADING),
        urgent_help=(
            Urgent("", "999", say("When someone's life is at risk.")),
            Urgent(
                "",
                "111",
                say(
                    "For urgent help when life is not at risk, or if you are not sure where to go."
                ),
            ),
            Urgent(say("Samaritans"), "116 123", ""),
        ),
        scan=say("Scan a code with a phone that has internet, or copy the address."),
        promise=say(PROMISE),
        boundary=say(BOUNDARY),
        notice=notice,
    )
