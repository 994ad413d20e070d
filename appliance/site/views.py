"""What templates show: the catalogue's things with their addresses and dates in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cached_property
from gettext import NullTranslations

from markupsafe import Markup

from appliance.catalogue.markdown import Labels
from appliance.catalogue.model import (
    Catalogue,
    Contact,
    Guide,
    Handout,
    Helpline,
    Language,
    Section,
    Site,
    Task,
    Topic,
)
from appliance.catalogue.records import ORIGINAL_LANGUAGE
from appliance.clock import add_months, today
from appliance.handouts import qr
from appliance.handouts.sheet import heading
from appliance.handouts.voice import Voice, voice
from appliance.handouts.words import VERBS
from appliance.release.manifest import Release
from appliance.site import addresses

# How long a checked address or number is good for: docs/sources.md#review.
SITE_MONTHS, HELPLINE_MONTHS = 12, 3

Context = dict[str, object]

# Marks a text for translation where it is not yet used (the name that Babel looks for).
N_ = str

BLOCK_LABELS = Labels(
    do=N_("Do"),
    dont=N_("Do not"),
    warning=N_("Important"),
    urgent_999=N_("Emergency"),
    urgent_111=N_("Urgent"),
    step=N_("Step %(number)s is done"),
)


@dataclass(frozen=True)
class Edition:
    """One language of one release, for one library: what every page needs to know.

    `hidden` are the slugs of guides that the library has chosen not to show. By `today`, a page
    says that its review date has passed.
    """

    catalogue: Catalogue
    language: Language
    library_name: str
    release: Release
    hidden: frozenset[str] = frozenset()
    today: date = field(default_factory=today)

    @property
    def code(self) -> str:
        """The language's code."""
        return self.language.code

    @property
    def home(self) -> str:
        """The address that this language's pages begin with."""
        return addresses.home(self.code)

    @cached_property
    def _voice(self) -> Voice:
        return voice(self.catalogue, self.code)

    @property
    def translations(self) -> NullTranslations:
        """The interface's texts."""
        return self._voice.translations

    def say(self, text: str) -> str:
        """Return a text of ours in this language; an empty one stays empty."""
        return self._voice.say(text)

    def day(self, day: date) -> str:
        """Return a date as people write it in this language."""
        return self._voice.day(day)

    def labels(self) -> Labels:
        """The words that say how grave a block is."""
        return Labels(**{name: self.say(word) for name, word in asdict(BLOCK_LABELS).items()})

    @cached_property
    def guides(self) -> tuple[Guide, ...]:
        """The guides to show."""
        own = self.catalogue.guides_in(self.code)
        return tuple(guide for guide in own if is_shown(guide) and guide.slug not in self.hidden)

    @cached_property
    def english_guides(self) -> tuple[Guide, ...]:
        """The English guides that are not shown in this language."""
        left_out = {guide.slug for guide in self.guides} | self.hidden
        english = self.catalogue.guides_in(ORIGINAL_LANGUAGE)
        return tuple(guide for guide in english if guide.slug not in left_out)

    @cached_property
    def best_guides(self) -> Mapping[str, Guide]:
        """Every guide to show by slug: in this language, or else in English."""
        return {guide.slug: guide for guide in (*self.guides, *self.english_guides)}

    def topic_titles(self) -> dict[str, str]:
        """The title of each topic, by its slug, in the order of the pages."""
        return {slug: self.say(topic.title) for slug, topic in self.catalogue.topics.items()}

    def base(self) -> Context:
        """What the frame of every page shows; plain values, so that it can be kept as JSON."""
        return {
            "language": _language(self.language),
            "languages": [_language(one) for one in self.catalogue.languages.values()],
            "home": self.home,
            "library_name": self.library_name,
            "urgent": [
                {
                    "words": _with_number(self.say(line.name), first.shown),
                    "address": first.address,
                }
                for line in self.catalogue.helplines.values()
                if line.is_urgent
                for first in line.contacts[:1]
            ],
            "release": {
                "number": self.release.number,
                "date": self.day(self.release.released_at.date()),
            },
        }


def unsigned(catalogue: Catalogue) -> frozenset[str]:
    """The slugs of clinical guides that no clinician has signed off yet."""
    return frozenset(
        guide.slug
        for guide in catalogue.guides_in(ORIGINAL_LANGUAGE)
        if guide.is_clinical and guide.sign_off is None
    )


def renew_on(editions: Iterable[Edition]) -> str:
    """Return the day from which one more page says that its review date has passed, as ISO 8601.

    Empty if that never comes. On that day the pages are made anew.
    """
    days = (
        guide.review.next_review + date.resolution
        for edition in editions
        for guide in edition.guides
        if not guide.review.is_due(edition.today)
    )
    return min((day.isoformat() for day in days), default="")


def is_shown(guide: Guide) -> bool:
    """Whether people may read it: a clinical one only in English or once somebody checked it."""
    return not (guide.is_clinical and guide.translation and not guide.translation.checked_by)


def _language(language: Language) -> Context:
    return {
        "code": language.code,
        "tag": language.tag,
        "name": language.name,
        "direction": language.direction,
        "is_easy_read": language.is_easy_read,
    }


def _with_number(name: str, number: str) -> str:
    """`Samaritans 116 123`, but `NHS 111` as it is: the number is in the name already."""
    return name if number in name else f"{name} {number}"


def guide_card(guide: Guide) -> Context:
    """A guide as a link with the question that it answers."""
    address = addresses.guide(guide.language, guide.slug)
    return _card(address, guide.title, guide.question, guide.language)


def task_card(task: Task, guide: Guide, edition: Edition) -> Context:
    """What somebody came for as a link to the guide that does it."""
    address = addresses.guide(guide.language, guide.slug)
    return _card(address, edition.say(task.words), "", edition.code)


def site_card(site: Site, edition: Edition) -> Context:
    """A site as a link to its page; sites are described in English."""
    address = addresses.go(edition.code, site.slug)
    return _card(address, site.name, site.summary, ORIGINAL_LANGUAGE)


def site_with_code(site: Site, edition: Edition) -> Context:
    """A site with its address as a QR code."""
    council = edition.catalogue.council_of(site.slug)
    return {
        **site_card(site, edition),
        "url": site.url,
        "code": code(site, edition),
        "council": council,
    }


def code(site: Site, edition: Edition) -> Markup:
    """A site's address as an inline picture."""
    words = edition.say("QR code: %(name)s, %(address)s")
    picture = qr.svg(site.url, title=words % {"name": site.name, "address": site.url})
    return Markup(picture)  # noqa: S704 - made by our own code, which escapes the title


def page_code(address: str, edition: Edition) -> Markup:
    """The code of a page of ours, for another phone on the same Wi-Fi."""
    whole = addresses.on_wifi(address)
    words = edition.say("QR code of this page: %(address)s")
    return Markup(qr.svg(whole, title=words % {"address": whole}))  # noqa: S704 - escaped there


def handout_card(handout: Handout) -> Context:
    """A handout as a link to its page."""
    address = addresses.handout(handout.language, handout.slug)
    return _card(address, handout.title, handout.lead, handout.language)


def topic_card(topic: Topic, edition: Edition) -> Context:
    """A topic as a link to its page."""
    address = addresses.topic(edition.code, topic.slug)
    return _card(address, edition.say(topic.title), edition.say(topic.summary), edition.code)


def _card(address: str, title: str, summary: str, language: str) -> Context:
    return {"address": address, "title": title, "summary": summary, "language": language}


def helpline(line: Helpline, edition: Edition) -> Context:
    """A helpline with all the ways to reach it."""
    return {
        "slug": line.slug,
        "name": edition.say(line.name),
        "purpose": edition.say(line.purpose),
        "hours": edition.say(line.hours),
        "is_urgent": line.is_urgent,
        "contacts": [_contact(contact, edition) for contact in line.contacts],
    }


def section(part: Section, edition: Edition) -> Context:
    """A part of a handout; its heading says in words how grave it is, as it does on paper."""
    return {"kind": part.kind, "heading": heading(part, edition.say), "lines": part.items}


def review(item: Guide | Handout, edition: Edition) -> Context:
    """The two dates that stand on everything."""
    return {
        "reviewed": edition.day(item.review.reviewed),
        "next_review": edition.day(item.review.next_review),
        "is_due": item.review.is_due(edition.today),
    }


def translation(
    made: Guide | Handout, original: Guide | Handout | None, address: str
) -> Context | None:
    """What a reader must know of a translation, None if there is nothing.

    Args:
        made: in any language.
        original: the English one, if there is one.
        address: of the English page.
    """
    if made.translation is None or original is None:
        return None
    return {
        "is_unchecked": not made.translation.checked_by,
        "is_stale": made.translation.english != original.fingerprint,
        "english": address,
    }


def site_details(site: Site, edition: Edition) -> Context:
    """What a site's own page says of it."""
    return {
        "name": site.name,
        "council": edition.catalogue.council_of(site.slug),
        "summary": site.summary,
        "url": site.url,
        "publisher": site.publisher.rstrip("."),
        "languages": site.languages.rstrip("."),
        "recommended_by": site.recommended_by.rstrip("."),
        "checked": edition.day(site.checked),
        "next_check": edition.day(add_months(site.checked, SITE_MONTHS)),
    }


def _contact(contact: Contact, edition: Edition) -> Context:
    # Only telephones and messages open from a tap: a website does not, on a Wi-Fi without internet.
    taps = contact.address.startswith(("tel:", "sms:", "mailto:"))
    return {
        "label": edition.say(VERBS[contact.kind]),
        "shown": contact.shown,
        "address": contact.address if taps else "",
        "note": edition.say(contact.note),
    }
