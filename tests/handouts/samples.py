"""A small catalogue with one handout of each shape, for tests that need no shipped content."""

from __future__ import annotations

from datetime import date

from appliance.catalogue.model import (
    Catalogue,
    Contact,
    Handout,
    Helpline,
    Section,
    Site,
)
from appliance.catalogue.review import Reviewed

CHECKED = date(2026, 11, 22)


def site(slug: str, name: str, url: str) -> Site:
    return Site(slug, name, url, "NHS", (), "", "everyone", "English", "", CHECKED, is_listed=False)


def handout(
    slug: str,
    *sections: Section,
    title: str = "Before you start",
    lead: str = "Bring these things to set up your NHS account.",
    codes: tuple[str, ...] = (),
    helplines: tuple[str, ...] = (),
) -> Handout:
    return Handout(
        slug=slug,
        number="H1",
        title=title,
        lead=lead,
        audience="patron",
        language="en",
        review=Reviewed(CHECKED, 3),
        sections=sections,
        codes=codes,
        helplines=helplines,
        guides=(),
        sources=(),
    )


SITES = (
    site("nhs-app", "NHS App", "https://www.nhs.uk/nhs-app/"),
    site("log-in", "Log in to your NHS account", "https://www.nhsapp.service.nhs.uk/login"),
    site(
        "request-prescription",
        "Request a prescription",
        "https://www.nhs.uk/nhs-app/help/prescriptions/requesting-a-prescription/",
    ),
    site(
        "google-play",
        "NHS App on Google Play",
        "https://play.google.com/store/apps/details?id=com.nhs.online.nhsonline",
    ),
)

HELPLINES = (
    Helpline(
        slug="samaritans",
        name="Samaritans",
        purpose="Anyone who is struggling.",
        hours="24 hours a day, every day",
        contacts=(
            Contact("call", "116 123", "tel:116123", "Free from any phone."),
            Contact("email", "jo@samaritans.org", "mailto:jo@samaritans.org", ""),
            Contact("post", "Freepost SAMARITANS LETTERS", "", ""),
        ),
        is_urgent=True,
        checked=CHECKED,
    ),
    Helpline(
        slug="nhs-111",
        name="NHS 111",
        purpose="Urgent, but not an emergency.",
        hours="24 hours a day, every day",
        contacts=(
            Contact("call", "111", "tel:111", "Free."),
            Contact("web", "NHS 111 online", "https://111.nhs.uk/", "Not for under 5s."),
        ),
        is_urgent=True,
        checked=CHECKED,
    ),
)

BRING = Section(
    "checklist",
    "Bring",
    (
        "Your own email address",
        "Your mobile phone and its charger",
        "Passport, driving licence or other photo ID",
        "Your NHS number, if you know it",
    ),
)
LOG_IN = Section(
    "steps",
    "Log in",
    (
        "Ask staff for a private window.",
        "Type the address below this code, or choose it on the help point.",
        "Type your own email address and password. Do not let the computer save them.",
        "Type the code that comes to your phone.",
        "When you finish, choose Log out.",
        "Delete anything you downloaded.",
    ),
)
PHOTO = (
    Section("do", "When you take the photo", ("use good light", "put your ID on a dark table")),
    Section("dont", "Do not", ("cover any part of your ID", "use the flash")),
    Section(
        "warning",
        "Flashing lights",
        ("The face scan flashes coloured lights. You can make a video instead.",),
    ),
)
LETTER = (
    Section("text", "", ("Dear GP surgery, please give me these 3 details for my NHS account.",)),
    Section("fill-in", "About me", ("My name", "My date of birth", "Signed")),
    Section(
        "urgent",
        "Call 999 if someone’s life is at risk",
        ("Do not wait for an answer from this box.",),
    ),
)

HANDOUTS = (
    handout("before-you-start", BRING, codes=("nhs-app",)),
    handout("log-in", LOG_IN, title="Log in on a library computer", codes=("log-in", "nhs-app")),
    handout(
        "prove-who-you-are", *PHOTO, title="Prove who you are", codes=("request-prescription",)
    ),
    handout("gp-letter", *LETTER, title="No photo ID: letter to my GP surgery"),
    handout("who-to-contact", title="Who to contact", helplines=("nhs-111", "samaritans")),
    handout(
        "everything-in-one",
        Section("text", "Two codes are long", ("Scan the one that you need.",)),
        codes=tuple(entry.slug for entry in SITES),
        helplines=("samaritans",),
    ),
)

CATALOGUE = Catalogue(
    sites={entry.slug: entry for entry in SITES},
    helplines={entry.slug: entry for entry in HELPLINES},
    handouts={entry.slug: entry for entry in HANDOUTS},
)
