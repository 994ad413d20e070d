"""The dated report: what each address answered, as JSON for programs and as text for people."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from appliance.clock import in_words
from appliance.files import write_both
from appliance.links.addresses import Link
from appliance.links.verdict import Kind, Verdict
from appliance.links.visit import Visit

_HEADINGS: dict[Kind, str] = {
    "dead": "Dead",
    "unsure": "For a person to look at",
    "domain": "At another domain now",
    "moved": "Moved",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What one address answered."""

    link: Link
    visit: Visit
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Report:
    """What all addresses answered, and when they were asked."""

    asked_at: datetime
    answers: tuple[Answer, ...]

    @property
    def has_dead(self) -> bool:
        """Whether an address leads nowhere."""
        return bool(self.of("dead"))

    def of(self, kind: Kind) -> tuple[Answer, ...]:
        """Return the answers of one kind."""
        return tuple(answer for answer in self.answers if answer.verdict.kind == kind)


def as_text(report: Report) -> str:
    """Return the report for people: everything that is not in order, the gravest first."""
    return "\n".join(_lines(report))


def as_json(report: Report) -> str:
    """Return the report for programs."""
    counts = Counter(answer.verdict.kind for answer in report.answers)
    content = {
        "asked_at": report.asked_at.isoformat(timespec="seconds"),
        "counts": dict(sorted(counts.items())),
        "addresses": [_plain(answer) for answer in report.answers],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def write_report(report: Report, file: Path) -> tuple[Path, Path]:
    """Write the report beside each other as `.json` and `.txt`. Returns both paths.

    Raises:
        ContentError: it cannot be written.
    """
    return write_both(file, as_json(report), as_text(report))


def _lines(report: Report) -> Iterator[str]:
    when = f"{in_words(report.asked_at.date())} at {report.asked_at:%H:%M} UTC"
    yield f"{len(report.answers)} addresses asked on {when}: {len(report.of('ok'))} answer."
    for kind, heading in _HEADINGS.items():
        answers = sorted(report.of(kind), key=lambda answer: not answer.link.is_printed)
        if answers:
            yield f"\n{heading}: {len(answers)}"
        for answer in answers:
            yield from _entry(answer)


def _entry(answer: Answer) -> Iterator[str]:
    yield f"  {answer.link.address}"
    yield f"    {answer.verdict.message}"
    if answer.link.is_printed:
        yield f"    Printed on: {', '.join(answer.link.printed_on)}"
    yield f"    {', '.join(answer.link.places)}"


def _plain(answer: Answer) -> dict[str, object]:
    return {
        "address": answer.link.address,
        "verdict": answer.verdict.kind,
        "message": answer.verdict.message,
        "is_printed": answer.link.is_printed,
        "printed_on": list(answer.link.printed_on),
        "places": list(answer.link.places),
        "steps": [{"url": step.url, "status": step.status} for step in answer.visit.steps],
    }
