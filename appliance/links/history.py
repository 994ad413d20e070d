"""What a box knows after a check, from what it knew before. Pure: asks and writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from appliance.links.addresses import Link
from appliance.links.report import Answer, Report
from appliance.links.verdict import is_definite
from appliance.state.links import Known, LinkCheck


def in_turn(links: Sequence[Link], before: LinkCheck | None) -> list[Link]:
    """Return the order to ask in: what was asked longest ago, and of that what is on paper.

    So a check that is cut short goes on where it ended, the next time.
    """
    known = _by_address(before)
    return sorted(links, key=lambda link: (_asked_on(known.get(link.address)), not link.printed_on))


def is_offline(report: Report) -> bool:
    """Whether not one address answers as itself: then it is this network that keeps us from all.

    A network may let the box reach its content and nothing else; it may also answer every address
    with a page of its own.
    """
    return not any(answer.verdict.kind in {"ok", "moved"} for answer in report.answers)


def known_after(links: Sequence[Link], report: Report, before: LinkCheck | None) -> LinkCheck:
    """Return what is known of each link now; addresses that content no longer has are forgotten.

    One bad answer is not news: an address has stopped after failed checks on two different days, or
    by an answer that is definite. An answer that proves nothing leaves what was known.

    Args:
        links: all that should have been asked.
        report: what answered in time.
        before: what was known until now.
    """
    known, day = _by_address(before), report.asked_at.date()
    answers = {answer.link.address: answer for answer in report.answers}
    after = (
        _known(known.get(link.address, Known(link.address, "unasked")), answers[link.address], day)
        if link.address in answers
        else known.get(link.address, Known(link.address, "unasked"))
        for link in links
    )
    return LinkCheck(
        report.asked_at,
        tuple(
            replace(now, printed_on=link.printed_on) for now, link in zip(after, links, strict=True)
        ),
    )


def _known(before: Known, answer: Answer, day: date) -> Known:
    """Return what is known of one address after its answer."""
    kind, message = answer.verdict.kind, answer.verdict.message
    if kind in {"ok", "moved"}:
        return Known(before.address, "answers", message, asked_on=day)
    if kind == "unsure":
        if before.since is not None:
            return replace(before, asked_on=day)
        return Known(before.address, "unsure", message, asked_on=day)
    since = before.since or day
    has_stopped = (
        since != day or before.state == "stopped" or is_definite(answer.visit, answer.verdict)
    )
    return Known(before.address, "stopped" if has_stopped else "failed", message, since, day)


def _by_address(check: LinkCheck | None) -> dict[str, Known]:
    return {} if check is None else {known.address: known for known in check.addresses}


def _asked_on(known: Known | None) -> date:
    return date.min if known is None or known.asked_on is None else known.asked_on
