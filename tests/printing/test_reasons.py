from __future__ import annotations

import re

import pytest

from appliance.printing.reasons import (
    ANNOUNCES,
    JOB_STOPS,
    STATUSES,
    STOPS,
    in_words,
    status_in_words,
)


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        (["none"], ()),
        (["media-empty"], ("The printer is out of paper.",)),
        (["media-empty-error"], ("The printer is out of paper.",)),
        (["media-empty-report", "media-empty-warning"], ("The printer is out of paper.",)),
        (["paused", "media-jam"], ("Paper is stuck in the printer.", "The printer is paused.")),
        (["door-open", "interlock-open"], ("A door of the printer is open.",)),
        (["toner-low", "com.example.strange", ""], ()),
    ],
)
def test_reasons_are_told_once_each_with_the_first_to_mend_first(
    keywords: list[str], words: tuple[str, ...]
) -> None:
    assert in_words(keywords, STOPS) == words


def test_keywords_that_end_in_error_by_themselves_are_known() -> None:
    assert in_words(["document-format-error"], JOB_STOPS)


def test_statuses_that_nobody_knows_are_told_by_their_number() -> None:
    assert status_in_words(0x0507) == "The printer is busy."
    assert status_in_words(0x04FF) == "The printer refused, with the code 0x04ff."


@pytest.mark.parametrize("sentence", [*STOPS.values(), *ANNOUNCES.values(), *JOB_STOPS.values()])
def test_every_reason_is_a_short_sentence(sentence: str) -> None:
    assert re.fullmatch(r"[A-Z].{10,70}\.", sentence)


def test_no_reason_both_stops_and_only_announces() -> None:
    assert not STOPS.keys() & ANNOUNCES.keys()
    assert all(0x400 <= status < 0x600 for status in STATUSES)
