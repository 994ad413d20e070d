"""What templates show: the catalogue's things with their addresses and dates in words."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from appliance.catalogue.model import (
    Catalogue,
    Contact,
    Guide,
    Handout,
    Helpline,
    Language,
    Section,
    Site,
)
from appliance.clock import add_months, in_words
from appliance.handouts import qr
from appliance.handouts.sheet import heading
from appliance.release.manifest import Release
from appliance.site import addresses

# How long a checked address or number is good for: docs/sources.md#review.
SITE_MONTHS, HELPLINE_MONTHS = 12, 3

Context = dict[str, object]

CONTACT_LABELS = {
    "call": "Call",
    "text": "Text",
    "web": "Website",
    "email": "Email",
    "post": "Post",
    "textphone": "Textphone",
}


@dataclass(frozen=True, slots=True)
class Edition:
    """One language of one release, for one library: what every page needs to know."""

    catalogue: Catalogue
    language: Language
    library_name: str
    release: Release

    @property
    def home(self) -> str:
        """The address that this language's pages begin with."""
        return addresses.home(self.language.code)

    def base(self) -> Context:
        """What the frame of every page shows; plain values, so that it can be kept as JSON."""
        return {
            "language": {"code": self.language.code, "direction": self.language.direction},
            "home": self.home,
            "library_name": self.library_name,
            "urgent": [
                {"words": _with_number(line.name, first.shown), "address": first.address}
                for line in self.catalogue.helplines.values()
                if line.is_urgent
                for first in line.contacts[:1]
            ],
            "release": {
                "number": self.release.number,
                "date": in_words(self.release.released_at.date()),
            },
        }


def _with_number(name: str, number: str) -> str:
    """`Samaritans 116 123`, but `NHS 111` as it is: the number is in the name already."""
    return name if number in name else f"{name} {number}"


def guide_card(guide: Guide) -> Context:
    """A guide as a link with the question that it answers."""
    address = addresses.guide(guide.language, guide.slug)
    return {"address": address, "title": guide.title, "summary": guide.question}


def site_card(site: Site, language: str) -> Context:
    """A site as a link to its page."""
    address = addresses.go(language, site.slug)
    return {"address": address, "title": site.name, "summary": site.summary}


def site_with_code(site: Site, language: str) -> Context:
    """A site with its address as a QR code."""
    return {**site_card(site, language), "url": site.url, "code": code(site)}


def code(site: Site) -> Markup:
    """A site's address as an inline picture."""
    picture = qr.svg(site.url, title=f"QR code: {site.name}, {site.url}")
    return Markup(picture)  # noqa: S704 - made by our own code, which escapes the title


def handout_card(handout: Handout) -> Context:
    """A handout as a link to its page."""
    address = addresses.handout(handout.language, handout.slug)
    return {"address": address, "title": handout.title, "summary": handout.lead}


def helpline(line: Helpline) -> Context:
    """A helpline with all the ways to reach it."""
    return {
        "slug": line.slug,
        "name": line.name,
        "purpose": line.purpose,
        "hours": line.hours.rstrip("."),
        "is_urgent": line.is_urgent,
        "contacts": [_contact(contact) for contact in line.contacts],
    }


def section(part: Section) -> Context:
    """A part of a handout; its heading says in words how grave it is, as it does on paper."""
    return {"kind": part.kind, "heading": heading(part), "lines": part.items}


def review(item: Guide | Handout) -> Context:
    """The two dates that stand on everything."""
    return {
        "reviewed": in_words(item.review.reviewed),
        "next_review": in_words(item.review.next_review),
    }


def site_details(site: Site) -> Context:
    """What a site's own page says of it."""
    return {
        "name": site.name,
        "summary": site.summary,
        "url": site.url,
        "publisher": site.publisher.rstrip("."),
        "languages": site.languages.rstrip("."),
        "recommended_by": site.recommended_by.rstrip("."),
        "checked": in_words(site.checked),
        "next_check": in_words(add_months(site.checked, SITE_MONTHS)),
    }


def _contact(contact: Contact) -> Context:
    # Only telephones and messages open from a tap: a website does not, on a Wi-Fi without internet.
    taps = contact.address.startswith(("tel:", "sms:", "mailto:"))
    return {
        "label": CONTACT_LABELS[contact.kind],
        "shown": contact.shown,
        "address": contact.address if taps else "",
        "note": contact.note,
    }
