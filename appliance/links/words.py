"""What a check found, in words for staff."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from appliance.clock import in_words
from appliance.state.links import Known, LinkCheck, State

NEVER = (
    "No web address has been asked yet. `helppoint sync` asks them once a day, when its content"
    " comes from the web."
)
_FIRST = (
    "Open the address on a phone that uses mobile data. If it opens, this library’s network keeps"
    " the help point from it: tell whoever looks after the network."
)
_ON_PAPER = (
    "If it does not, take the sheets away that it is printed on, and tell whoever publishes the"
    " content. An update brings the new address; then print the sheets again."
)
_ON_PAGES = (
    "If it does not, tell whoever publishes the content. An update brings the new address; nothing"
    " is printed with it."
)

_OTHERS: Mapping[State, str] = {
    "failed": "Failed at the last check only, which may be chance. They are asked again:",
    "unsure": "Answer, but not to programs. People should get there:",
    "unasked": "Not asked yet, for time was up. They come first next time:",
}


def closing_line(check: LinkCheck, *, is_new: bool) -> str:
    """Return one line for the end of a sync: `Links: 128 of 131 answer; 3 do not: ...`."""
    counts = check.counts()
    answers = counts["answers"] + counts["unsure"]
    found = [f"{answers} of {len(check.addresses)} answer"]
    if counts["stopped"]:
        found.append(f"{counts['stopped']} {_do(counts['stopped'])} not")
    if counts["failed"]:
        found.append(f"{counts['failed']} failed once, to be asked again")
    if counts["unasked"]:
        found.append(f"{counts['unasked']} left for the next check")
    when = "" if is_new else "asked today already; "
    more = ": helppoint links" if len(found) > 1 else "."
    return f"Links: {when}{'; '.join(found)}{more}"


def as_text(check: LinkCheck) -> str:
    """Return all that is not in order, what is on paper first, and what to do."""
    return "\n".join(_lines(check))


def as_plain(check: LinkCheck) -> dict[str, object]:
    """Return the same for programs: every address, counts, and advice beside what has stopped."""
    advice = {known.address: what_to_do(known) for known in check.of("stopped")}
    return {
        "asked_at": check.asked_at.isoformat(timespec="seconds"),
        "counts": check.counts(),
        "addresses": [
            {**known.plain(), "what_to_do": advice.get(known.address)} for known in check.addresses
        ],
    }


def what_to_do(known: Known) -> str:
    """Return the advice for an address that has stopped."""
    return f"{_FIRST} {_ON_PAPER if known.printed_on else _ON_PAGES}"


def warnings(check: LinkCheck | None, addresses: Collection[str]) -> list[str]:
    """Return a sentence for each address about to be printed that has stopped."""
    stopped = () if check is None else check.of("stopped")
    return [
        f"Warning: people do not get to {known.address}, which stands on this paper."
        f" {_since(known)} See `helppoint links`."
        for known in stopped
        if known.address in addresses
    ]


def _lines(check: LinkCheck) -> Iterator[str]:
    stopped = check.of("stopped")
    when = f"{in_words(check.asked_at.date())} at {check.asked_at:%H:%M} UTC"
    yield f"{len(check.addresses)} web addresses, asked on {when}: {_verdict(len(stopped))}"
    yield from _stopped("On paper:", [known for known in stopped if known.printed_on])
    yield from _stopped("On pages only:", [known for known in stopped if not known.printed_on])
    for state, heading in _OTHERS.items():
        others = check.of(state)
        if others:
            yield f"\n{heading} {len(others)}"
            yield from (f"  {known.address}" for known in others)


def _stopped(heading: str, group: Sequence[Known]) -> Iterator[str]:
    if not group:
        return
    yield f"\n{heading} {len(group)}"
    for known in group:
        yield f"  {known.address}"
        if known.printed_on:
            yield f"    Printed on: {', '.join(known.printed_on)}"
        yield f"    {_since(known)}"
    yield f"\n  What to do: {what_to_do(group[0])}"


def _since(known: Known) -> str:
    """Say since when, and how: `Since 20 November 2026: It answers 404.`."""
    day = "" if known.since is None else f"Since {in_words(known.since)}: "
    return f"{day}{known.message}"


def _verdict(stopped: int) -> str:
    if stopped == 0:
        return "none has stopped answering."
    return f"{stopped} {'has' if stopped == 1 else 'have'} stopped answering."


def _do(count: int) -> str:
    return "does" if count == 1 else "do"
