"""One class for each thing that goes wrong; the web and the command line each have one handler."""

from __future__ import annotations

from http import HTTPStatus


class ApplianceError(Exception):
    """Something went wrong that a person can do something about.

    The message says what went wrong and where; `advice` says what to do next.
    """

    status = HTTPStatus.INTERNAL_SERVER_ERROR
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


class TrustError(ApplianceError):
    """Offered content is not signed by us, is damaged, or is older than what is shown."""

    advice = "Do not use this source. Tell whoever publishes the content."


class OutOfDateError(TrustError):
    """Offered content was signed by us, but by the date that this device has it ran out."""

    advice = (
        "Check this device's date. If it is right, tell whoever publishes the content that its"
        " signatures ran out."
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
