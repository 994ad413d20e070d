"""What printers say in keywords and numbers, in words that staff can act on.

Keywords: RFC 8011 5.3.8 and 5.4.12, PWG 5100.9; statuses: RFC 8011 appendix B.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

# printer-state-reasons that stop a job, the one to mend first at the top.
STOPS = {
    "media-empty": "The printer is out of paper.",
    "media-needed": "The printer waits for paper of the right size.",
    "media-jam": "Paper is stuck in the printer.",
    "door-open": "A door of the printer is open.",
    "cover-open": "A cover of the printer is open.",
    "interlock-open": "A door of the printer is open.",
    "input-tray-missing": "The printer's paper tray is missing.",
    "output-tray-missing": "The printer's output tray is missing.",
    "output-area-full": "The printer's output tray is full.",
    "toner-empty": "The printer is out of toner.",
    "marker-supply-empty": "The printer is out of ink or toner.",
    "marker-waste-full": "The printer's waste box is full.",
    "developer-empty": "The printer needs service: its developer is used up.",
    "opc-life-over": "The printer needs service: its drum is used up.",
    "fuser-over-temp": "The printer is too hot. Let it cool down.",
    "fuser-under-temp": "The printer is still warming up.",
    "paused": "The printer is paused.",
    "moving-to-paused": "The printer is paused.",
    "deactivated": "The printer is switched off for jobs.",
    "hold-new-jobs": "The printer holds new jobs back.",
    "shutdown": "The printer is shutting down or switched off.",
    "offline": "The printer is offline.",
    "connecting-to-device": "The print server cannot reach the printer.",
    "timed-out": "The print server cannot reach the printer.",
    "spool-area-full": "The printer's memory is full.",
    "other": "The printer needs attention: look at its display.",
}

# printer-state-reasons that only announce trouble.
ANNOUNCES = {
    "media-low": "The printer is low on paper.",
    "toner-low": "The printer is low on toner.",
    "marker-supply-low": "The printer is low on ink or toner.",
    "marker-waste-almost-full": "The printer's waste box is almost full.",
    "opc-near-eol": "The printer's drum is almost used up.",
}

# job-state-reasons.
JOB_STOPS = {
    "job-canceled-by-user": "Somebody cancelled the job.",
    "job-canceled-by-operator": "Somebody cancelled the job.",
    "job-canceled-at-device": "Somebody cancelled the job at the printer.",
    "document-format-error": "The printer could not read the file.",
    "document-unprintable-error": "The printer could not print the file.",
    "unsupported-document-format": "The printer could not read the file.",
    "document-access-error": "The printer could not read the file.",
    "compression-error": "The printer could not read the file.",
    "resources-are-not-ready": "The printer lacks something: look at its display.",
    "account-authorization-failed": "The printer wants an account, which the help point lacks.",
    "account-info-needed": "The printer wants an account, which the help point lacks.",
    "account-limit-reached": "The account at the printer is used up.",
}

NO_PDF = (
    "The printer does not take PDF files."
    " Download the handout and print it from the staff computer instead."
)
WANTS_ACCOUNT = "The printer wants a log-in, which the help point lacks."

# Status codes of answers; anything else is told by its number.
STATUSES = {
    0x0401: "The printer does not let the help point print.",
    0x0402: WANTS_ACCOUNT,
    0x0403: "The printer does not let the help point print.",
    0x0406: "There is no printer of this name at its address.",
    0x040A: NO_PDF,
    0x040B: "The printer does not take paper of this size or this many copies.",
    0x041B: WANTS_ACCOUNT,
    0x0501: "The printer does not know how to print what the help point sends.",
    0x0502: "The printer is not ready for jobs.",
    0x0504: "The printer has a fault: look at its display.",
    0x0505: "The printer is not ready for jobs.",
    0x0506: "The printer is not accepting jobs.",
    0x0507: "The printer is busy.",
    0x0508: "Somebody cancelled the job at the printer.",
    0x050A: "The printer is switched off for jobs.",
    0x050B: "The printer has too many jobs already.",
}


def in_words(keywords: Iterable[object], table: Mapping[str, str]) -> tuple[str, ...]:
    """Return the table's sentences for the keywords, in the table's order, each one once.

    Printers end keywords in -error, -warning or -report as they see fit; the ending is left out.
    """
    said = [str(keyword) for keyword in keywords]
    given = {*said, *(re.sub("-(error|warning|report)$", "", keyword) for keyword in said)}
    found = (sentence for keyword, sentence in table.items() if keyword in given)
    return tuple(dict.fromkeys(found))


def status_in_words(status: int) -> str:
    """Return what the printer's refusal means."""
    return STATUSES.get(status, f"The printer refused, with the code {status:#06x}.")
