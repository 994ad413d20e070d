"""Whatever reaches a parser of outside data, it is read, or refused in the project's own words.

What takes the bytes says so itself: it returns, or an error comes out of it that nobody expects.
`make fuzz` tries the same parsers with what a coverage-guided search finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings

from tests.content import PROJECT
from tests.parsers.every import EVERY
from tests.parsers.mutations import near
from tests.parsers.parser import Parser, Take


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Parser], Take]]:
    with ExitStack() as stack:

        @cache
        def open_once(parser: Parser) -> Take:
            return stack.enter_context(parser.opened(tmp_path_factory.mktemp("parser")))

        yield open_once


@pytest.mark.parametrize("parser", EVERY, ids=str)
def test_whatever_comes_is_read_or_refused_in_words(
    parser: Parser, opened: Callable[[Parser], Take]
) -> None:
    take = opened(parser)

    @settings(max_examples=parser.examples, suppress_health_check=list(HealthCheck))
    @given(near(parser.seeds))
    def tried(data: bytes) -> None:
        take(data)

    tried()


@pytest.mark.parametrize("parser", EVERY, ids=str)
def test_real_examples_are_read_and_what_once_made_it_fall_is_taken(
    parser: Parser, opened: Callable[[Parser], Take]
) -> None:
    take = opened(parser)
    assert [seed for seed in parser.seeds if not take(seed)] == []
    for data in parser.fell:
        take(data)


def test_the_decision_lists_every_parser() -> None:
    record = (PROJECT / "docs" / "decisions" / "0069-parsers.md").read_text()
    rows = [row for row in record.splitlines() if row.startswith("| ")]
    assert [parser.name for parser in EVERY if not any(parser.name in row for row in rows)] == []
