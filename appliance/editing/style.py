"""Words, numbers, dates and times that are not in the house's style. English only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from appliance.catalogue.load import Reading
from appliance.catalogue.model import Guide, Problem
from appliance.catalogue.words import Words, all_words, is_english, is_plain_english
from appliance.editing.blanks import without_addresses, without_quotes
from appliance.editing.style_table import STYLE_WORDS

# Kinds of contacts whose words are a number.
_NUMBERS = {"call", "text", "textphone"}
_UNSPACED = re.compile(r"\d{7,}")

# Words of a link that do not say where it goes.
_EMPTY_LINK = re.compile(
    r"\[((?:click |read |learn |find out )?"
    r"(?:here|this|more|link|this (?:link|page|site|website)))\]\(",
    re.IGNORECASE,
)

# The heading of a part or of a block.
_QUESTION = re.compile(r"^(?:#{2,6} |::: ?\w).*\?$", re.MULTILINE)


def check_style(found: Reading) -> Iterator[Problem]:
    """Yield a warning for each place where other words are better."""
    for words in all_words(found):
        if is_english(words.language):
            yield from _style_words(words)
    for guide in found.catalogue.guides.values():
        if is_english(guide.language):
            yield from _empty_links(guide)
        if is_plain_english(guide.language):
            yield from _questions_as_headings(guide)
    yield from _unspaced_contacts(found)


def _style_words(words: Words) -> Iterator[Problem]:
    prose = without_quotes(without_addresses(words.text))
    for row in STYLE_WORDS:
        for match in row.wrong.finditer(prose):
            message = f'"{" ".join(match.group().split())}" is not how we write it: {row.why}.'
            mend = f"Write {row.right}."
            yield Problem(words.path, words.line_at(match.start()), "warning", message, mend)


def _empty_links(guide: Guide) -> Iterator[Problem]:
    for match in _EMPTY_LINK.finditer(guide.body):
        line = guide.body_line + guide.body.count("\n", 0, match.start())
        message = f'The words of the link are "{match.group(1)}".'
        mend = "Say where it goes: people hear links one by one, without the text."
        yield Problem(guide.path, line, "warning", message, mend)


def _questions_as_headings(guide: Guide) -> Iterator[Problem]:
    for match in _QUESTION.finditer(guide.body):
        line = guide.body_line + guide.body.count("\n", 0, match.start())
        mend = "Write it as a statement: people look for the answer."
        yield Problem(guide.path, line, "warning", "The heading is a question.", mend)


def _unspaced_contacts(found: Reading) -> Iterator[Problem]:
    for name, helpline in found.catalogue.helplines.items():
        for number, contact in enumerate(helpline.contacts):
            if contact.kind in _NUMBERS and _UNSPACED.search(contact.shown):
                table = found.tables["helplines", name]
                message = f'The number "{contact.shown}" has no spaces.'
                mend = "Write it in parts, as its owner does: 0808 2000 247."
                yield table.problem("warning", message, mend, "contacts", number, "shown")
