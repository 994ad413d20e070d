"""The check that a box makes after a sync: at most once a day, politely, and not for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from appliance.errors import SourceError
from appliance.links.addresses import Link
from appliance.links.history import in_turn, is_offline, known_after
from appliance.links.run import Tell, ask_all
from appliance.links.visit import Manners, Visitor
from appliance.state.links import LinkCheck, LinksFile

# The first content has 115 addresses, 48 of them at one host: at two requests each with 1 second
# between, at least 96 seconds. What a slow line leaves goes first the next day.
LIMIT_S = 600.0
# A page's name stands at its start; a box may be on a line that is paid for by the megabyte.
MANNERS = Manners(max_bytes=16_000)


def check_once_a_day(
    links: Sequence[Link],
    file: LinksFile,
    moment: datetime,
    tell: Tell,
    visitor: Visitor | None = None,
    limit_s: float = LIMIT_S,
) -> tuple[LinkCheck, bool]:
    """Ask all links, unless they were asked today.

    Args:
        links: what to ask.
        file: where what is known is kept; written once, at the end.
        moment: now, in UTC, by the trusted time.
        tell: told how many are done, and of how many.
        visitor: who asks; None for one with a box's manners.
        limit_s: how long all may take together.

    Returns:
        What is known, and whether it is new.

    Raises:
        SourceError: nothing answers but the content's origin; what was known stays.
        StateError: another check is at work, or the card refused; what was known stays.
    """
    with file.locked():
        before = file.read()
        # Not "before today": a clock that was once ahead must not end all checks for years.
        if before is not None and before.asked_at.date() == moment.date():
            return before, False
        turn = in_turn(links, before)
        report = ask_all(turn, moment, tell, visitor or Visitor(MANNERS), limit_s)
        if links and is_offline(report):
            raise SourceError(
                f"not one of {len(links)} web addresses can be reached through this network;"
                " what was known of them stays, and the next sync tries again"
            )
        after = known_after(links, report, before)
        file.write(after)
        return after, True
