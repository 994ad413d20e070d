"""What a sync came to, in words for staff: no address, no stick's path, no programmer's words."""

from __future__ import annotations

from appliance.errors import ApplianceError, SourceError, StateError, StoreError, TrustError

_UNREADABLE = {
    "network": "The place on the internet that content comes from could not be reached, or did not"
    " answer as it should. Nothing needs doing: the box tries again by itself.",
    "neighbour": "The other help point could not be reached, or did not answer as it should.",
    "stick": "The memory stick could not be read, or holds no content for help points. Put it in"
    " again, or write it anew with `helppoint export`.",
}
_REFUSED = {
    "network": "What the place on the internet offered was refused: it is not signed by the"
    " publisher, is out of date, or is older than what is shown. Tell whoever publishes the content"
    " if this lasts longer than a day.",
    "neighbour": "What the other help point offered was refused: it is not signed by the publisher,"
    " is out of date, or is older than what is shown.",
    "stick": "What the memory stick holds was refused: it is not signed by the publisher, is out of"
    " date, or is older than what is shown. Do not use this stick.",
}

NOBODY = "There was nobody to ask for new content: bring it by a memory stick, or name an origin."


def words_of_failure(error: ApplianceError, kind: str) -> str:
    """Return what staff are told of a sync that failed; the log has the rest.

    Args:
        error: what went wrong.
        kind: what was asked, a `Kind` of state/syncing.py, or empty.
    """
    if isinstance(error, TrustError):
        return _REFUSED.get(
            kind, "What was offered was refused: it is not what the publisher signed."
        )
    if isinstance(error, SourceError):
        return _UNREADABLE.get(
            kind,
            "Nobody to ask for new content is known. A memory stick brings it, too.",
        )
    if isinstance(error, StoreError | StateError):
        return f"{_sentence(str(error))} What was shown is still shown."
    return (
        "New content arrived, but its pages could not be made. What was shown is still shown. Tell"
        " whoever publishes the content."
    )


def words_of_success(number: int, *, is_new: bool) -> str:
    """Return what staff are told of a sync that worked, after which release `number` is shown."""
    if is_new:
        return f"New content: release {number} is shown now."
    return f"Nothing new: release {number} is shown."


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
