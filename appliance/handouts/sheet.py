"""What stands on a sheet: a handout with the names, addresses and dates that it only refers to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from appliance.catalogue.model import Catalogue, Contact, Handout, Helpline, Section
from appliance.catalogue.records import ORIGINAL_LANGUAGE
from appliance.clock import in_words
from appliance.errors import HandoutError
from appliance.handouts.voice import Voice, voice
from appliance.handouts.words import ENGLISH, NAMELESS, VERBS, Words, words

# Marks a text for translation where it is not yet used (the name that Babel looks for).
N_ = str

# An A4 sheet holds some 1,500 characters in 40 texts. The limits also bound the time that laying
# out takes: docs/sources.md#handouts.
MOST_CHARACTERS = 6_000
MOST_TEXTS = 250
MOST_CODES = 12
LONGEST_WORD = 45  # fits a line at 16 pt; web addresses may be broken and are exempt
# Chinese has no spaces, and its lines break after almost any character.
_BREAKS = re.compile(r"[ \n]|(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uff60])")

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
    """Everything that one handout says, ready for any paper. All texts are plain text.

    `english` is the same sheet in English, for a translation: both are printed, so that staff can
    help. `opening_hours` and `logo`, a PNG that `logo.clean` wrote, are printed if there is room.
    """

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
    words: Words = ENGLISH
    english: Sheet | None = None
    opening_hours: tuple[str, ...] = ()
    logo: bytes = b""

    def web_addresses(self) -> set[str]:
        """Return the web addresses on it: of codes, and to type."""
        typed = (line.address for entry in self.helplines for line in entry.lines)
        return {code.address for code in self.codes} | {
            address for address in typed if address.startswith("https://")
        }


def sheet(
    handout: Handout,
    catalogue: Catalogue,
    library_name: str,
    *,
    opening_hours: Iterable[str] = (),
    logo: bytes = b"",
) -> Sheet:
    """Return what to print for a handout.

    Args:
        handout: one of the catalogue's handouts, in any language.
        catalogue: names and addresses of sites and helplines, and our own texts in its language.
        library_name: who hands it out, such as `Anytown Library`; may be empty.
        opening_hours: the library's, a line each.
        logo: the library's, as `logo.clean` wrote it.

    Raises:
        HandoutError: it refers to a site or helpline that is not there.
    """
    english = voice(catalogue, ORIGINAL_LANGUAGE)
    name = library_name.strip() or NAMELESS
    original = catalogue.handouts.get(handout.slug)
    if handout.translation is None or original is None:
        made = replace(
            _sheet(handout, catalogue, name, english),
            checked=f"Checked {in_words(handout.review.reviewed)}."
            f" Check again by {in_words(handout.review.next_review)}.",
        )
    else:
        notice = _notice(handout, original)
        said = voice(catalogue, handout.language)
        made = replace(
            _sheet(handout, catalogue, name, said),
            words=words(said, said.say(notice)),
            english=replace(
                _sheet(original, catalogue, name, english), words=words(english, notice)
            ),
        )
    hours = tuple(curly(line) for line in opening_hours)
    return replace(made, opening_hours=hours, logo=logo)


def _sheet(handout: Handout, catalogue: Catalogue, name: str, voice: Voice) -> Sheet:
    """Return the sheet with what it refers to, in a voice."""
    say = voice.say
    sites = _entries(handout.codes, catalogue.sites, handout.slug)
    helplines = _entries(handout.helplines, catalogue.helplines, handout.slug)
    checked = say("Last checked: %(date)s.") % {"date": voice.day(handout.review.reviewed)}
    again = say("Check again by: %(date)s.") % {"date": voice.day(handout.review.next_review)}
    made_by = say("Made by %(library)s. Not an NHS service. Not endorsed by the NHS.")
    council = catalogue.council_of(handout.slug)
    whose = [say("From %(council)s") % {"council": council}] if council else []
    return Sheet(
        slug=handout.slug,
        number=handout.number,
        title=curly(handout.title),
        lead=curly(handout.lead),
        language=handout.language,
        library_name=name,
        reviewed=handout.review.reviewed,
        checked=f"{checked} {again}",
        made_by=" · ".join([*whose, made_by % {"library": name}]),
        sections=tuple(_section(section, say) for section in handout.sections),
        codes=tuple(Code(curly(site.name), site.url) for site in sites),
        helplines=tuple(_help(helpline, say) for helpline in helplines),
    )


def _notice(handout: Handout, original: Handout) -> str:
    """Say of a translation that nobody has checked it, or that it is older than the English."""
    made = handout.translation
    if made is None:
        return ""
    if not made.checked_by:
        return N_("Nobody has checked this translation yet.")
    is_stale = made.english != original.fingerprint
    return N_("The English page has changed since this was translated.") if is_stale else ""


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
    for word in (word for text in texts for word in _BREAKS.split(text)):
        if len(word) > LONGEST_WORD and not word.startswith(("https://", "http://")):
            start = f"{word[:20]!r}..."
            raise HandoutError(f"Its word {start} has {len(word)} letters; {LONGEST_WORD} fit")


def heading(section: Section, say: Callable[[str], str] = str) -> str:
    """Return a section's heading with the word that its colour and symbol stand for.

    Args:
        section: of a handout in any language.
        say: says that word in its language.
    """
    given = re.findall(r"[\w']+", section.heading.replace("’", "'").casefold())
    word = say(_word(section))
    if word.casefold().split() == given[: len(word.split())] or given[:1] == ["don't"]:
        return section.heading
    return f"{word}: {section.heading}" if section.heading else word


def curly(text: str) -> str:
    """Return a text with printers' quotation marks and apostrophes."""
    text = re.sub(r'(^|[\s(])"', r"\1“", text)
    text = re.sub(r"(^|[\s(“])'", r"\1‘", text)
    return text.replace('"', "”").replace("'", "’")


def _section(section: Section, say: Callable[[str], str]) -> Section:
    items = tuple(curly(item) for item in section.items)
    return Section(section.kind, curly(heading(section, say)), items)


def _word(section: Section) -> str:
    if section.kind == "urgent":
        is_for_999 = any("999" in text for text in (section.heading, *section.items))
        return N_("Emergency") if is_for_999 else N_("Urgent")
    known = {"do": N_("Do"), "dont": N_("Do not"), "warning": N_("Important")}
    return known.get(section.kind, "")


def _help(helpline: Helpline, say: Callable[[str], str]) -> Help:
    lines = tuple(_line(contact, say) for contact in helpline.contacts)
    name, purpose, hours = (say(text) for text in (helpline.name, helpline.purpose, helpline.hours))
    return Help(curly(name), curly(purpose), curly(hours), lines)


def _line(contact: Contact, say: Callable[[str], str]) -> Line:
    """Show what paper needs: a website by the address to type, for nobody can tap its name."""
    shown = contact.shown
    if contact.kind == "web" and contact.address:
        shown = contact.address.removeprefix("https://").removesuffix("/")
    verb, note = say(VERBS[contact.kind]), say(contact.note)
    return Line(verb, shown, contact.address, curly(note))


def _entries(
    slugs: Iterable[str], known: Mapping[str, _Entry], handout_slug: str
) -> Iterator[_Entry]:
    for slug in slugs:
        if slug not in known:
            raise HandoutError(f"The handout {handout_slug} refers to {slug!r}, which is not there")
        yield known[slug]


def _texts(sheet: Sheet) -> Iterator[str]:
    """Go through every text that comes from content or settings, of both languages."""
    yield from (sheet.number, sheet.title, sheet.lead, sheet.library_name, *sheet.opening_hours)
    if sheet.english is not None:
        yield from _texts(sheet.english)
    for section in sheet.sections:
        yield section.heading
        yield from section.items
    for code in sheet.codes:
        yield from (code.name, code.address)
    for helpline in sheet.helplines:
        yield from (helpline.name, helpline.purpose, helpline.hours)
        for line in helpline.lines:
            yield from (line.shown, line.note)
