"""What an editor should mend in words, wherever they stand: long sentences, unknown addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from appliance.catalogue.load import Reading
from appliance.catalogue.model import Problem
from appliance.catalogue.words import Words, all_words, is_english, sentences

# For English: other languages need more words for the same, or fewer.
MAX_SENTENCE_WORDS = 25

_ADDRESS = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_AFTER_ADDRESS = ".,;:!?)]’”'\""


def check_words(found: Reading) -> Iterator[Problem]:
    """Yield the problems in all words that could be read."""
    known = {site.url for site in found.catalogue.sites.values()}
    may_judge = "sites" not in found.names.unreadable
    for words in all_words(found):
        if is_english(words.language):
            yield from _long_sentences(words)
        if may_judge:
            yield from _unknown_addresses(words, known)
    if may_judge:
        yield from _unknown_contacts(found, known)


def _long_sentences(words: Words) -> Iterator[Problem]:
    for start, sentence in sentences(words.text):
        pieces = sentence.split()
        if len(pieces) > MAX_SENTENCE_WORDS:
            message = f'A sentence has {len(pieces)} words: "{" ".join(pieces[:6])} …".'
            mend = f"Make two of it: {MAX_SENTENCE_WORDS} words are the most, 20 are better."
            yield Problem(words.path, words.line_at(start), "warning", message, mend)


def _unknown_addresses(words: Words, known: set[str]) -> Iterator[Problem]:
    for match in _ADDRESS.finditer(words.text):
        address = match.group()
        if not {address, address.rstrip(_AFTER_ADDRESS)} & known:
            line = words.line_at(match.start())
            yield _unknown(words.path, line, address.rstrip(_AFTER_ADDRESS))


def _unknown_contacts(found: Reading, known: set[str]) -> Iterator[Problem]:
    for name, helpline in found.catalogue.helplines.items():
        for number, contact in enumerate(helpline.contacts):
            if contact.kind == "web" and contact.address not in {"", *known}:
                table = found.tables["helplines", name]
                line = table.line("contacts", number, "address")
                yield _unknown(table.path, line, contact.address)


def _unknown(path: str, line: int, address: str) -> Problem:
    is_safe = address.lower().startswith("https://")
    reason = "is not in sites.toml or links.toml" if is_safe else "does not start with https://"
    mend = "Write it exactly as it stands there, or add it there first."
    return Problem(path, line, "error", f"The address {address[:80]} {reason}.", mend)
