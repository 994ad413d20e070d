"""The interface's texts as translators meet them: gathered from the code, kept in PO files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from appliance.catalogue.model import Catalogue

_HERE = Path(__file__).parent
_FOLDERS = (_HERE, _HERE.with_name("handouts"))
_METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
_KEYWORDS = {"_": None, "N_": None, "say": None, "ngettext": (1, 2)}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
_CHANGING_HEADERS = re.compile(
    rb'"(POT-Creation-Date|PO-Revision-Date|Generated-By|Report-Msgid-Bugs-To|Last-Translator'
    rb'|Language-Team):[^"]*"\n'
)
# Characters that turn the direction of the text after them, and must be turned back.
_TURNS = {"\u202a", "\u202b", "\u202d", "\u202e"}
_TURNS_BACK = "\u202c"
_ISOLATES = {"\u2066", "\u2067", "\u2068"}
_ISOLATES_BACK = "\u2069"

Text = str | tuple[str, ...] | list[str] | None


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with the translation of one text."""

    text: str
    what: str


def gather(catalogue: Catalogue) -> Catalog:
    """Return every text of the interface: of pages, sheets and the content's short lists."""
    gathered = Catalog(project="Help Point", charset="utf-8")
    for folder in _FOLDERS:
        found = extract_from_dir(folder, _METHODS, keywords=_KEYWORDS)
        for file, line, text, comments, _ in found:
            gathered.add(text, locations=[(file, line)], auto_comments=comments)
    for place, text in _content(catalogue):
        if text:
            gathered.add(text, locations=[(place, 0)])
    return gathered


def update(po: bytes | None, gathered: Catalog, language: str) -> bytes:
    """Return a PO file with every text that there is now; translations are kept, none is guessed.

    Args:
        po: the file so far, None for a new language.
        gathered: what `gather` gave.
        language: a code such as `pl` or `zh-Hans`.
    """
    locale = Locale.parse(language, sep="-")
    messages = _empty(locale) if po is None else read_po(BytesIO(po), locale=locale)
    messages.update(gathered, no_fuzzy_matching=True)
    messages.obsolete.clear()
    file = BytesIO()
    write_po(file, messages, width=100, omit_header=False, sort_output=True, include_lineno=False)
    return _without_dates(file.getvalue())


def _empty(locale: Locale) -> Catalog:
    return Catalog(
        locale=locale,
        project="Help Point",
        version="1",
        header_comment=f"# Interface of Help Point in {locale.english_name}.",
        last_translator="",
        language_team="",
        fuzzy=False,
    )


def flaws(po: bytes, gathered: Catalog, language: str) -> Iterator[Flaw]:
    """Yield what is missing or broken: texts, plural forms, placeholders, directions."""
    messages = read_po(BytesIO(po), locale=Locale.parse(language, sep="-"))
    for wanted in gathered:
        if wanted.id:
            given = messages.get(wanted.id)
            yield from _flaws_of(wanted, given, messages.num_plurals)


def _flaws_of(wanted: Message, given: Message | None, num_plurals: int) -> Iterator[Flaw]:
    name = _forms(wanted.id)[0]
    if given is None or given.fuzzy or not all(_forms(given.string)):
        yield Flaw(name, "is not translated")
        return
    forms = _forms(given.string)
    if wanted.pluralizable and len(forms) != num_plurals:
        yield Flaw(name, f"has {len(forms)} plural forms, the language needs {num_plurals}")
    allowed = {placeholder for text in _forms(wanted.id) for placeholder in _placeholders(text)}
    for form in forms:
        lost = allowed - set(_placeholders(form)) - ({"num"} if wanted.pluralizable else set())
        if lost or set(_placeholders(form)) - allowed:
            yield Flaw(name, f"does not have the placeholders {sorted(allowed)}")
        if _mixes_directions(form):
            yield Flaw(name, "turns the direction of the text and does not turn it back")


def _mixes_directions(text: str) -> bool:
    count = Counter(text)
    turns = sum(count[sign] for sign in _TURNS)
    isolates = sum(count[sign] for sign in _ISOLATES)
    return turns != count[_TURNS_BACK] or isolates != count[_ISOLATES_BACK]


def _placeholders(text: str) -> list[str]:
    return _PLACEHOLDER.findall(text)


def _forms(text: Text) -> tuple[str, ...]:
    """Return the forms of a text: one, or one for each plural form; empty if there is none."""
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def _content(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Yield the short texts of the lists that pages show in every language."""
    for topic in catalogue.topics.values():
        yield from (("topics.toml", text) for text in (topic.title, topic.summary))
    for task in catalogue.tasks.values():
        yield "tasks.toml", task.words
    for line in catalogue.helplines.values():
        notes = (contact.note for contact in line.contacts)
        for text in (line.name, line.purpose, line.hours, *notes):
            yield "helplines.toml", text


def _without_dates(po: bytes) -> bytes:
    """Leave out the header lines that change with every run."""
    return _CHANGING_HEADERS.sub(b"", po)
