"""One class for each thing that goes wrong; the web and the command line each have one handler."""

from __future__ import annotations

import unicodedata
from http import HTTPStatus

# Controls, format and direction signs, halves of signs, line and paragraph separators (Unicode's
# general categories): what could move or hide words.
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def printable(text: str) -> str:
    """Return text as it may go to a terminal: what could move or hide words stands as its code."""
    return "".join(
        f"\\u{ord(sign):04x}" if unicodedata.category(sign) in _HIDDEN else sign for sign in text
    )


def from_outside(complaint: object, most: int = 300) -> str:
    """Return what somebody else's words make of an error: printable, and at most so many signs."""
    text = printable(str(complaint))
    return text if len(text) <= most else text[:most] + "..."


class ApplianceError(Exception):
    """Something went wrong that a person can do something about.

    The message says what went wrong and where; `advice` says what to do next.
    """

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    exit_code = 1
    advice = "Please ask a member of staff."


class ConfigError(ApplianceError):
    """The settings file or a setting cannot be used."""

    advice = "Correct the setting named above and try again."


class ContentError(ApplianceError):
    """The content cannot be loaded: it breaks a rule that pages depend on."""

    advice = "Run `helppoint check` on the content folder: it lists each problem with its mend."


class StoreError(ApplianceError):
    """The device's own copy of the content is missing, damaged or cannot be written."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    advice = "Run `helppoint sync`. If it fails too, check the card's free space."


class SpaceError(StoreError):
    """There is no room for what an update needs."""

    advice = "Nothing was changed. Make room on the card, or use a larger one, and sync again."


class BusyError(StoreError):
    """Another update is at work in the store just now."""

    advice = "Wait until it is done."


class StateError(ApplianceError):
    """Settings or counts cannot be read or written."""

    advice = "Check the card's free space. The device goes on with what it knows."


class SourceError(ApplianceError):
    """A content source could not be read; what is shown stays as it was."""

    advice = "Check the address and the network, and try again later."


class TooOldError(SourceError):
    """The content that a source offers needs a newer application."""

    advice = "Update the application first."


class NoSourceError(SourceError):
    """There is nobody to ask for content: a box that is left alone is in order."""

    exit_code = 3
    advice = "Bring content by a memory stick, or name an origin in helppoint.toml."


class TrustError(ApplianceError):
    """Offered content is not signed by us, is damaged, or is older than what is shown."""

    advice = "Do not use this source. Tell whoever publishes the content."


class OutOfDateError(TrustError):
    """Offered content was signed by us, but by the date that this device has it ran out."""

    advice = (
        "Check this device's date. If it is right, tell whoever publishes the content that its"
        " signatures ran out. From a stick that you trust: `helppoint sync STICK --accept-expired`."
    )


class ChannelError(ApplianceError):
    """A channel's release is signed, but cannot stand beside what other channels show."""

    advice = (
        "All other content is shown. Tell whoever publishes this channel; `helppoint settings"
        " channels core` does without it."
    )


class HotspotError(ApplianceError):
    """The box's own network could not be set up or asked about."""

    advice = (
        "Run `helppoint hotspot status` to see what works, and `helppoint hotspot apply` again."
    )


class ReleaseError(ApplianceError):
    """A release cannot be packed or signed."""

    advice = "Nothing was published. Mend what is named above and pack again."


class HandoutError(ApplianceError):
    """A handout or a QR code cannot be made."""

    advice = "Nothing was made. Correct what is named above and try again."


class PrinterError(ApplianceError):
    """The printer did not take the handout."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    advice = "Check that the printer is on, has paper, and is on the same network."


class SearchError(ApplianceError):
    """A search took too long."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    advice = "Try fewer words, or another word."
