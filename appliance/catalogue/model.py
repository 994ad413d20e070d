"""What the content is made of, once it has been read and found good. Formats: content/README.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from appliance.catalogue.review import Reviewed, SignOff, Translation, fingerprint
from appliance.catalogue.wording import Wording

SectionKind = Literal["text", "steps", "checklist", "do", "dont", "warning", "urgent", "fill-in"]
Audience = Literal["everyone", "patron", "carer", "staff"]
Severity = Literal["error", "warning"]
FieldKind = Literal["text", "email", "password", "phone", "number", "code", "choice"]

# An Easy Read edition has the code of its language and this.
EASY_READ = "-easyread"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing an editor should mend. `line` counts from 1; 0 means the file as a whole."""

    path: str
    line: int
    severity: Severity
    message: str
    mend: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.severity}: {self.message} Mend: {self.mend}"


@dataclass(frozen=True, slots=True)
class Language:
    """A language that the pages exist in, or an Easy Read edition of one.

    `code` stands in addresses: a BCP 47 tag, for Easy Read with `-easyread` after it. `name` is the
    language's own name for itself.
    """

    code: str
    name: str
    english_name: str
    direction: Literal["ltr", "rtl"]

    @property
    def is_easy_read(self) -> bool:
        """Whether this is a language in easy words, with pictures."""
        return self.code.endswith(EASY_READ)

    @property
    def tag(self) -> str:
        """The BCP 47 tag of the words: Easy Read is in its language, and no language of its own."""
        return self.code.removesuffix(EASY_READ)


@dataclass(frozen=True, slots=True)
class Topic:
    """A shelf for guides and sites; the order in topics.toml is the order on pages."""

    slug: str
    title: str
    summary: str


@dataclass(frozen=True, slots=True)
class Task:
    """What people come for, in their own words, and the guide that does it."""

    slug: str
    words: str
    guide: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts were read: shown at the foot of guides as words, never as a link."""

    slug: str
    title: str
    publisher: str
    url: str
    read: date


@dataclass(frozen=True, slots=True)
class Site:
    """An address that pages and handouts may send people to.

    `is_listed` is true for the trusted sites of sites.toml and false for single pages that guides
    need (links.toml), which stand in no list of sites.
    """

    slug: str
    name: str
    url: str
    publisher: str
    topics: tuple[str, ...]
    summary: str
    audience: str
    languages: str
    recommended_by: str
    checked: date
    is_listed: bool


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to reach a helpline: what people see, what a tap opens, and how to use it."""

    kind: Literal["call", "text", "web", "email", "post", "textphone"]
    shown: str
    address: str
    note: str


@dataclass(frozen=True, slots=True)
class Helpline:
    """A service that answers people. `is_urgent` ones stand in the strip on every page."""

    slug: str
    name: str
    purpose: str
    hours: str
    contacts: tuple[Contact, ...]
    is_urgent: bool
    checked: date


@dataclass(frozen=True, slots=True)
class Marker:
    """A mark in a guide's text that says where a fact is from: a source's slug, or `own`.

    `line` counts from 0 in the text. `name` is as somebody wrote it: there may be no such source.
    """

    line: int
    name: str


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide in one language. `body` is Markdown; `body_line` is its first line in `path`.

    `markers` stood in the body, which is without them. `translation` is None for English, and only
    for English.
    """

    slug: str
    language: str
    title: str
    question: str
    topic: str
    audience: tuple[Audience, ...]
    review: Reviewed
    sources: tuple[str, ...]
    links: tuple[str, ...]
    related: tuple[str, ...]
    is_clinical: bool
    body: str
    path: str
    body_line: int
    sign_off: SignOff | None = None
    translation: Translation | None = None
    markers: tuple[Marker, ...] = ()

    @property
    def fingerprint(self) -> str:
        """12 hexadecimal digits that change whenever the words do."""
        return fingerprint((self.title, self.question, self.body.strip()))


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a handout: a kind that decides its look, and plain-text items."""

    kind: SectionKind
    heading: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Handout:
    """A sheet to print. `codes` are site slugs, each printed as a QR code with its address.

    A translation has the words of its language, and everything else of the English handout: the
    same sections with the same number of items. `translation` is None for the English one.
    """

    slug: str
    number: str
    title: str
    lead: str
    audience: Audience
    language: str
    review: Reviewed
    sections: tuple[Section, ...]
    codes: tuple[str, ...]
    helplines: tuple[str, ...]
    guides: tuple[str, ...]
    sources: tuple[str, ...]
    translation: Translation | None = None

    @property
    def fingerprint(self) -> str:
        """12 hexadecimal digits that change whenever the words do."""
        parts = ((section.heading, *section.items) for section in self.sections)
        return fingerprint((self.title, self.lead, *(text for part in parts for text in part)))


@dataclass(frozen=True, slots=True)
class Field:
    """Something to type on a practice screen, or a `choice` that leads to the screen of a slug."""

    kind: FieldKind
    label: str
    hint: str
    screen: str


@dataclass(frozen=True, slots=True)
class Screen:
    """A step of the rehearsal: what such a screen asks, in our own words, and why it asks.

    `guides` help when it goes wrong; `tip` is for staff who teach. `button`, `warning` and
    `picture` may be empty.
    """

    slug: str
    title: str
    says: str
    why: str
    fields: tuple[Field, ...]
    button: str
    tip: str
    warning: str
    picture: str
    guides: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Practice:
    """The rehearsal of setting up an account: its screens by slug, in order, in English.

    `guides` are the guides that offer it. `review` is None only where there is no rehearsal, or
    its dates cannot be read.
    """

    guides: tuple[str, ...] = ()
    review: Reviewed | None = None
    screens: Mapping[str, Screen] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All content of one release, by slug; guides by (language, slug); in the files' order.

    `handouts` are those that were written here, in English; `translated_handouts` are the same in
    other languages, by `<language>/<slug>`.
    """

    languages: Mapping[str, Language] = field(default_factory=dict)
    topics: Mapping[str, Topic] = field(default_factory=dict)
    tasks: Mapping[str, Task] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    sites: Mapping[str, Site] = field(default_factory=dict)
    helplines: Mapping[str, Helpline] = field(default_factory=dict)
    handouts: Mapping[str, Handout] = field(default_factory=dict)
    translated_handouts: Mapping[str, Handout] = field(default_factory=dict)
    guides: Mapping[tuple[str, str], Guide] = field(default_factory=dict)
    # Interface texts by language, as gettext catalogues (the .mo format); English needs none.
    interface: Mapping[str, bytes] = field(default_factory=dict)
    practice: Practice = field(default_factory=Practice)
    # What search knows of the words of a language.
    wording: Mapping[str, Wording] = field(default_factory=dict)
    # Names of councils whose content stands beside the national one, by their channel.
    councils: Mapping[str, str] = field(default_factory=dict)

    def council_of(self, slug: str) -> str:
        """Whose guide, site or handout it is: a council's name, or empty for the national ones."""
        names = (name for channel, name in self.councils.items() if slug.startswith(f"{channel}-"))
        return next(names, "")

    @property
    def screens(self) -> Mapping[str, Screen]:
        """The practice screens, found by name as the other lists are."""
        return self.practice.screens

    def guides_in(self, language: str) -> tuple[Guide, ...]:
        """The guides of one language, in the order of the topics and then by title."""
        order = {slug: place for place, slug in enumerate(self.topics)}
        found = (guide for guide in self.guides.values() if guide.language == language)
        return tuple(sorted(found, key=lambda guide: (order[guide.topic], guide.title)))

    def handout(self, language: str, slug: str) -> Handout | None:
        """The handout in this language, None if it does not exist in it."""
        original = self.handouts.get(slug)
        if original is not None and original.language == language:
            return original
        return self.translated_handouts.get(f"{language}/{slug}")

    def all_handouts(self) -> tuple[Handout, ...]:
        """The handouts in every language, those that were written here first."""
        return (*self.handouts.values(), *self.translated_handouts.values())

    def handouts_in(self, language: str) -> tuple[Handout, ...]:
        """The handouts of one language, in the order of the English ones."""
        found = (self.handout(language, slug) for slug in self.handouts)
        return tuple(handout for handout in found if handout is not None)

    def listed_sites(self) -> tuple[Site, ...]:
        """The trusted sites, without the single pages that only guides and handouts use."""
        return tuple(site for site in self.sites.values() if site.is_listed)
