"""Builds each record of the model from its table. The fields are those of content/README.md."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import get_args, get_type_hints

from appliance.catalogue import schema
from appliance.catalogue.blocks import PICTURES
from appliance.catalogue.evidence import OWN, part_markers
from appliance.catalogue.lines import Parts
from appliance.catalogue.model import (
    Audience,
    Contact,
    Field,
    FieldKind,
    Guide,
    Handout,
    Helpline,
    Language,
    Screen,
    Section,
    SectionKind,
    Site,
    Source,
    Task,
    Topic,
)
from appliance.catalogue.review import Reviewed, SignOff, Translation
from appliance.catalogue.schema import Kind, Table

# Guides are written in this language and translated from it.
ORIGINAL_LANGUAGE = "en"

# Addresses that pages of the appliance have: a guide of this name would hide one.
RESERVED = frozenset(
    {
        "about",
        "accessibility",
        "go",
        "handouts",
        "helplines",
        "list",
        "practice",
        "privacy",
        "search",
        "site",
        "sites",
        "topic",
    }
)

_AUDIENCE: Kind[Audience] = schema.choice(get_args(Audience))
_SECTION: Kind[SectionKind] = schema.choice(get_args(SectionKind))
_FIELD: Kind[FieldKind] = schema.choice(get_args(FieldKind))
_PICTURE: Kind[str] = schema.choice(("", *PICTURES))
_DIRECTION = schema.choice(get_args(get_type_hints(Language)["direction"]))
_CONTACT = schema.choice(get_args(get_type_hints(Contact)["kind"]))

# E.164 has 15 digits; a text relay's 18001 may go before them.
_PHONE = re.compile(r"tel:\+?[0-9]{3,20}")
_TEXT = re.compile(r"sms:\+?[0-9]{3,20}")
_EMAIL = re.compile(r"mailto:[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_ADDRESSES: dict[str, Kind[str]] = {
    "call": schema.pattern(_PHONE, "tel: and the digits, with no spaces", 30),
    "textphone": schema.pattern(_PHONE, "tel: and the digits, with no spaces", 30),
    "text": schema.pattern(_TEXT, "sms: and the digits, with no spaces", 30),
    "email": schema.pattern(_EMAIL, "mailto: and the address", 120),
    "web": schema.URL,
}
_FINGERPRINT: Kind[str] = schema.pattern(
    re.compile(r"[0-9a-f]{12}"), "the fingerprint that `helppoint translations` prints", 12
)
_NO_ADDRESS: Kind[str] = schema.choice(("",))


def language(table: Table) -> Language:
    """Build a language."""
    return Language(
        code=table.read("code", schema.LANGUAGE),
        name=table.read("name", schema.TITLE),
        english_name=table.read("english_name", schema.TITLE),
        direction=table.read("direction", _DIRECTION),
    )


def topic(table: Table) -> Topic:
    """Build a topic."""
    return Topic(
        slug=table.read("slug", schema.SLUG),
        title=table.read("title", schema.TITLE),
        summary=table.read("summary", schema.WORDS),
    )


def task(table: Table) -> Task:
    """Build a task."""
    return Task(
        slug=table.read("slug", schema.SLUG),
        words=table.read("words", schema.TITLE),
        guide=table.read("guide", schema.SLUG),
    )


def source(table: Table) -> Source:
    """Build a source."""
    slug = table.read("slug", schema.SLUG)
    if slug == OWN:
        mend = "Choose another slug: `[^own]` marks our own words."
        table.fault(f'No source can be called "{OWN}".', mend, "slug")
    return Source(
        slug=slug,
        title=table.read("title", schema.WORDS),
        publisher=table.read("publisher", schema.WORDS),
        url=table.read("url", schema.URL),
        read=table.read("read", schema.DATE),
    )


def site(table: Table) -> Site:
    """Build a trusted site, which stands in the list of sites."""
    return Site(
        slug=table.read("slug", schema.SLUG),
        name=table.read("name", schema.WORDS),
        url=table.read("url", schema.URL),
        publisher=table.read("publisher", schema.WORDS),
        topics=table.many("topics", schema.SLUG),
        summary=table.read("summary", schema.WORDS),
        audience=table.read("audience", schema.WORDS),
        languages=table.read("languages", schema.WORDS),
        recommended_by=table.read_or("recommended_by", schema.WORDS_OR_NONE, ""),
        checked=table.read("checked", schema.DATE),
        is_listed=True,
    )


def link(table: Table) -> Site:
    """Build a single page that guides and handouts need."""
    return Site(
        slug=table.read("slug", schema.SLUG),
        name=table.read("name", schema.WORDS),
        url=table.read("url", schema.URL),
        publisher=table.read("publisher", schema.WORDS),
        topics=table.many("topics", schema.SLUG),
        summary=table.read("summary", schema.WORDS),
        audience="",
        languages="",
        recommended_by="",
        checked=table.read("checked", schema.DATE),
        is_listed=False,
    )


def helpline(table: Table) -> Helpline:
    """Build a helpline with its contacts."""
    return Helpline(
        slug=table.read("slug", schema.SLUG),
        name=table.read("name", schema.WORDS),
        purpose=table.read("purpose", schema.WORDS),
        hours=table.read("hours", schema.WORDS),
        contacts=tuple(_contact(inner) for inner in table.tables("contacts", least=1)),
        is_urgent=table.read("urgent", schema.BOOLEAN),
        checked=table.read("checked", schema.DATE),
    )


def _contact(table: Table) -> Contact:
    kind = table.read("kind", _CONTACT)
    empty = table.raw.get("address", "") == ""
    address = _NO_ADDRESS if empty else _ADDRESSES.get(kind, _NO_ADDRESS)
    contact = Contact(
        kind=kind,
        shown=table.read("shown", schema.WORDS),
        address=table.read_or("address", address, ""),
        note=table.read_or("note", schema.WORDS_OR_NONE, ""),
    )
    table.remark_unknown()
    return contact


def handout(table: Table) -> Handout:
    """Build a handout with its sections."""
    return Handout(
        slug=table.read("slug", schema.SLUG),
        number=table.read("number", schema.NUMBER),
        title=table.read("title", schema.TITLE),
        lead=table.read("lead", schema.WORDS),
        audience=table.read("audience", _AUDIENCE),
        language=table.read("language", schema.LANGUAGE),
        review=review(table),
        sections=tuple(_section(inner) for inner in table.tables("sections", least=1)),
        codes=table.many("codes", schema.SLUG),
        helplines=table.many("helplines", schema.SLUG),
        guides=table.many("guides", schema.SLUG),
        sources=table.many("sources", schema.SLUG),
    )


def _section(table: Table) -> Section:
    section = Section(
        kind=table.read("kind", _SECTION),
        heading=table.read_or("heading", schema.TITLE_OR_NONE, ""),
        items=table.many("items", schema.WORDS, least=1),
    )
    table.remark_unknown()
    return section


def screen(table: Table) -> Screen:
    """Build a practice screen with its fields."""
    return Screen(
        slug=table.read("slug", schema.SLUG),
        title=table.read("title", schema.TITLE),
        says=table.read("says", schema.WORDS),
        why=table.read("why", schema.WORDS),
        fields=tuple(_field(inner) for inner in table.tables("fields")),
        button=table.read_or("button", schema.TITLE_OR_NONE, ""),
        tip=table.read("tip", schema.WORDS),
        warning=table.read_or("warning", schema.WORDS_OR_NONE, ""),
        picture=table.read_or("picture", _PICTURE, ""),
        guides=table.many("guides", schema.SLUG, least=1),
    )


def _field(table: Table) -> Field:
    field = Field(
        kind=table.read("kind", _FIELD),
        label=table.read("label", schema.TITLE),
        hint=table.read_or("hint", schema.WORDS_OR_NONE, ""),
        screen=table.read_or("screen", schema.SLUG, ""),
    )
    if field.kind == "choice" and "screen" not in table.raw:
        mend = "Write `screen` and the slug of the screen that it leads to."
        table.fault("The choice leads nowhere.", mend, "kind")
    if field.kind != "choice" and "screen" in table.raw:
        mend = "Remove `screen`, or make it a choice."
        table.fault("Only a choice leads to a screen.", mend, "screen")
    table.remark_unknown()
    return field


def review(table: Table) -> Reviewed:
    """Build what says when a thing was read through and when it must be again."""
    return Reviewed(
        reviewed=table.read("reviewed", schema.DATE),
        review_every_months=table.read("review_every_months", schema.MONTHS),
    )


@dataclass(frozen=True, slots=True)
class GuidePlace:
    """What a guide's path says of it: `guides/<language>/<slug>.md`."""

    language: str
    slug: str


def guide(table: Table, place: GuidePlace, parts: Parts) -> Guide:
    """Build a guide from its front matter, its place and its text."""
    _check_slug(table, place)
    body, markers = part_markers(parts.body)
    return Guide(
        slug=place.slug,
        language=place.language,
        title=table.read("title", schema.TITLE),
        question=table.read("question", schema.WORDS),
        topic=table.read("topic", schema.SLUG),
        audience=table.many("audience", _AUDIENCE, least=1),
        review=review(table),
        sources=table.many("sources", schema.SLUG),
        links=table.many("links", schema.SLUG),
        related=table.many("related", schema.SLUG),
        is_clinical=table.read("clinical", schema.BOOLEAN),
        body=body,
        path=table.path,
        body_line=parts.body_line,
        sign_off=_sign_off(table),
        translation=None if place.language == ORIGINAL_LANGUAGE else translation(table),
        markers=markers,
    )


def _sign_off(table: Table) -> SignOff | None:
    if "signed_off_by" not in table.raw and "signed_off_on" not in table.raw:
        return None
    return SignOff(
        by=table.read("signed_off_by", schema.TITLE), on=table.read("signed_off_on", schema.DATE)
    )


def translation(table: Table) -> Translation:
    """Build what a translation says of itself."""
    return Translation(
        translated_by=table.read("translated_by", schema.TITLE),
        checked_by=table.read("checked_by", schema.TITLE_OR_NONE),
        english=table.read("english", _FINGERPRINT),
    )


def _check_slug(table: Table, place: GuidePlace) -> None:
    slug = table.read("slug", schema.SLUG)
    if slug and slug != place.slug:
        message = f'`slug` is "{slug}" but the file is named "{place.slug}.md".'
        table.fault(message, "Give both the same name.", "slug")
    if slug in RESERVED:
        message = f'"{slug}" is the address of another page.'
        table.fault(message, "Choose another slug.", "slug")
