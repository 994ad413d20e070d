from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from appliance.links import words
from appliance.state.links import Known, LinkCheck

MOMENT = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)
FRIDAY = date(2026, 11, 20)
FINE = Known("https://fine.uk/", "answers", "It answers.")
PAGE = Known("https://page.uk/", "stopped", "It answers 404.", FRIDAY)
SHEET = Known("https://sheet.uk/", "stopped", "It answers 410.", FRIDAY,
              printed_on=("handout H1 Start", "bookmarks"))  # fmt: skip
ONCE = Known("https://once.uk/", "failed", "It answers 500.", date(2026, 11, 22))
SHY = Known("https://shy.uk/", "unsure", "It answers 403, perhaps only to programs.")
LATER = Known("https://later.uk/", "unasked")


def _check(*known: Known) -> LinkCheck:
    return LinkCheck(MOMENT, known)


@pytest.mark.parametrize(
    ("known", "wanted"),
    [
        ((), "Links: 0 of 0 answer."),
        ((FINE, SHY), "Links: 2 of 2 answer."),
        ((FINE, PAGE), "Links: 1 of 2 answer; 1 does not: helppoint links"),
        ((FINE, PAGE, SHEET), "Links: 1 of 3 answer; 2 do not: helppoint links"),
        ((FINE, ONCE), "Links: 1 of 2 answer; 1 failed once, to be asked again: helppoint links"),
        ((LATER,), "Links: 0 of 1 answer; 1 left for the next check: helppoint links"),
    ],
)
def test_a_sync_ends_with_one_line(known: tuple[Known, ...], wanted: str) -> None:
    assert words.closing_line(_check(*known), is_new=True) == wanted


def test_an_older_check_says_so() -> None:
    line = words.closing_line(_check(FINE), is_new=False)
    assert line == "Links: asked today already; 1 of 1 answer."


def test_staff_read_what_is_on_paper_first_with_what_to_do() -> None:
    text = words.as_text(_check(FINE, PAGE, SHEET, ONCE, SHY, LATER))
    assert text == (
        "6 web addresses, asked on 22 November 2026 at 09:05 UTC: 2 have stopped answering.\n"
        "\n"
        "On paper: 1\n"
        "  https://sheet.uk/\n"
        "    Printed on: handout H1 Start, bookmarks\n"
        "    Since 20 November 2026: It answers 410.\n"
        f"\n  What to do: {words.what_to_do(SHEET)}\n"
        "\n"
        "On pages only: 1\n"
        "  https://page.uk/\n"
        "    Since 20 November 2026: It answers 404.\n"
        f"\n  What to do: {words.what_to_do(PAGE)}\n"
        "\n"
        "Failed at the last check only, which may be chance. They are asked again: 1\n"
        "  https://once.uk/\n"
        "\n"
        "Answer, but not to programs. People should get there: 1\n"
        "  https://shy.uk/\n"
        "\n"
        "Not asked yet, for time was up. They come first next time: 1\n"
        "  https://later.uk/"
    )
    assert "take the sheets away" in words.what_to_do(SHEET)
    assert "sheets away" not in words.what_to_do(PAGE)


def test_all_well_is_one_line() -> None:
    assert words.as_text(_check(FINE)).endswith("09:05 UTC: none has stopped answering.")


def test_programs_get_every_address_and_advice_for_what_has_stopped() -> None:
    plain = words.as_plain(_check(FINE, SHEET))
    assert plain["counts"] == {
        "answers": 1, "unsure": 0, "failed": 0, "stopped": 1, "unasked": 0,
    }  # fmt: skip
    assert plain["addresses"] == [
        {**FINE.plain(), "what_to_do": None},
        {**SHEET.plain(), "what_to_do": words.what_to_do(SHEET)},
    ]


def test_paper_warns_of_what_has_stopped_and_stands_on_it() -> None:
    check = _check(FINE, PAGE, SHEET, replace(ONCE, printed_on=("handout H1 Start",)))
    assert words.warnings(check, {FINE.address, SHEET.address, ONCE.address}) == [
        "Warning: people do not get to https://sheet.uk/, which stands on this paper."
        " Since 20 November 2026: It answers 410. See `helppoint links`."
    ]
    assert words.warnings(None, {SHEET.address}) == []
