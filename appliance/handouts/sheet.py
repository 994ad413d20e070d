"""What stands on a sheet: a handout with the names, addresses and dates that it only refers to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from appliance.catalogue.model import Catalogue, Contact, Handout, Helpline, Section
from appliance.clock import in_words
from appliance.errors import HandoutError

# The same words on every sheet, whatever its language: translations come with their own review.
URGENT_HEADING = "Urgent help"
URGENT_HELP = (
    {"before": "", "number": "999", "after": "if a life is at risk"},
    {"before": "", "number": "111", "after": "for urgent help that is not an emergency"},
    {"before": "Samaritans", "number": "116 123", "after": ""},
)
SCAN = "Scan with your phone’s camera."
PROMISE = "We will never ask for your password."
BOUNDARY = "This is information, not medical advice."
NAMELESS = "your library"

VERBS = {
    "call": "Call",
    "text": "Text",
    "web": "Web",
    "email": "Email",
    "post": "Post",
    "textphone": "Textphone",
}

# An A4 sheet holds some 1,500 characters in 40 texts. The limits also bound the time that laying
# out takes: docs/sources.md#handouts.
MOST_CHARACTERS = 6_000
MOST_TEXTS = 250
MOST_CODES = 12
LONGEST_WORD = 45  # fits a line at 16 pt; web addresses may be broken and are exempt

_Entry = TypeVar("_Entry")


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code with the words round it: whose it is and what it opens."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Line:
    """A way to reach a helpline: `Call`, `116 123`, `tel:116123`, `Free from any phone.`."""

    verb: str
    shown: str
    address: str
    note: str


@dataclass(frozen=True, slots=True)
class Help:
    """A helpline as printed."""

    name: str
    purpose: str
    hours: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that one handout says, ready for any paper. All texts are plain text."""

    slug: str
    number: str
    title: str
    lead: str
    language: str
    library_name: str
    reviewed: date
    checked: str
    made_by: str
    sections: tuple[Section, ...]
    codes: tuple[Code, ...]
    helplines: tuple[Help, ...]

    def web_addresses(self) -> set[str]:
        """Return the web addresses on it: of codes, and to type."""
        typed = (line.address for entry in self.helplines for line in entry.lines)
        return {code.address for code in self.codes} | {
            address for address in typed if address.startswith("https://")
        }


def sheet(handout: Handout, catalogue: Catalogue, library_name: str) -> Sheet:
    """Return what to print for a handout.

    Args:
        handout: one of the catalogue's handouts.
        catalogue: names and addresses of sites and helplines.
        library_name: who hands it out, such as `Anytown Library`; may be empty.

    Raises:
        HandoutError: it refers to a site or helpline that is not there.
    """
    maker = library_name.strip() or NAMELESS
    sites = _entries(handout.codes, catalogue.sites, handout.slug)
    helplines = _entries(handout.helplines, catalogue.helplines, handout.slug)
    return Sheet(
        slug=handout.slug,
        number=handout.number,
        title=curly(handout.title),
        lead=curly(handout.lead),
        language=handout.language,
        library_name=maker,
        reviewed=handout.review.reviewed,
        checked=f"Checked {in_words(handout.review.reviewed)}."
        f" Check again by {in_words(handout.review.next_review)}.",
        made_by=f"Made by {maker}. Not an NHS service. Not endorsed by the NHS.",
        sections=tuple(_section(section) for section in handout.sections),
        codes=tuple(Code(curly(site.name), site.url) for site in sites),
        helplines=tuple(_help(helpline) for helpline in helplines),
    )


def check(sheet: Sheet) -> None:
    """Refuse what no layout can hold: too much, or words wider than a column.

    Raises:
        HandoutError: saying what to shorten.
    """
    texts = tuple(_texts(sheet))
    counted = (
        (sum(map(len, texts)), MOST_CHARACTERS, "characters"),
        (len(texts), MOST_TEXTS, "pieces of text"),
        (len(sheet.codes), MOST_CODES, "QR codes"),
    )
    for count, limit, what in counted:
        if count > limit:
            raise HandoutError(f"It has {count} {what}; {limit} can be laid out")
    for word in (word for text in texts for word in re.split(r"[ \n]", text)):
        if len(word) > LONGEST_WORD and not word.startswith(("https://", "http://")):
            start = f"{word[:20]!r}..."
            raise HandoutError(f"Its word {start} has {len(word)} letters; {LONGEST_WORD} fit")


def heading(section: Section) -> str:
    """Return a section's heading with the word that its colour and symbol stand for."""
    given = re.findall(r"[\w']+", section.heading.replace("’", "'").casefold())
    word = _word(section)
    if word.casefold().split() == given[: len(word.split())] or given[:1] == ["don't"]:
        return section.heading
    return f"{word}: {section.heading}" if section.heading else word


def curly(text: str) -> str:
    """Return a text with printers' quotation marks and apostrophes."""
    text = re.sub(r'(^|[\s(])"', r"\1“", text)
    text = re.sub(r"(^|[\s(“])'", r"\1‘", text)
    return text.replace('"', "”").replace("'", "’")


def _section(section: Section) -> Section:
    items = tuple(curly(item) for item in section.items)
    return Section(section.kind, curly(heading(section)), items)


def _word(section: Section) -> str:
    if section.kind == "urgent":
        is_for_999 = any("999" in text for text in (section.heading, *section.items))
        return "Emergency" if is_for_999 else "Urgent"
    return {"do": "Do", "dont": "Do not", "warning": "Important"}.get(section.kind, "")


def _help(helpline: Helpline) -> Help:
    lines = tuple(_line(contact) for contact in helpline.contacts)
    return Help(curly(helpline.name), curly(helpline.purpose), curly(helpline.hours), lines)


def _line(contact: Contact) -> Line:
    """Show what paper needs: a website by the address to type, for nobody can tap its name."""
    shown = contact.shown
    if contact.kind == "web" and contact.address:
        shown = contact.address.removeprefix("https://").removesuffix("/")
    return Line(VERBS[contact.kind], shown, contact.address, curly(contact.note))


def _entries(
    slugs: Iterable[str], known: Mapping[str, _Entry], handout_slug: str
) -> Iterator[_Entry]:
    for slug in slugs:
        if slug not in known:
            raise HandoutError(f"The handout {handout_slug} refers to {slug!r}, which is not there")
        yield known[slug]


def _texts(sheet: Sheet) -> Iterator[str]:
    """Go through every text that comes from content or settings."""
    yield from (sheet.number, sheet.title, sheet.lead, sheet.library_name)
    for section in sheet.sections:
        yield section.heading
        yield from section.items
    for code in sheet.codes:
        yield from (code.name, code.address)
    for helpline in sheet.helplines:
        yield from (helpline.name, helpline.purpose, helpline.hours)
        for line in helpline.lines:
            yield from (line.shown, line.note)
