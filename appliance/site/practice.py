"""A rehearsal of setting up an account, screen by screen. English only; keeps and sends nothing.

There is no form, and no input has a name: a browser has nothing to send and nothing to remember.
"""

from __future__ import annotations

from collections.abc import Iterator

from appliance.catalogue.model import Field, FieldKind, Guide, Screen
from appliance.catalogue.records import ORIGINAL_LANGUAGE
from appliance.site import addresses, views
from appliance.site.pictures import symbols
from appliance.site.views import N_, Context, Edition

TITLE = N_("Practise setting up an NHS account")
SUMMARY = N_("Go through pretend screens before you do it for real.")

# How an input looks and which keys a phone offers. Never type="password": with it, browsers offer
# to keep what people type, and seeing it is what shows that it is only made up.
_INPUTS: dict[FieldKind, dict[str, str]] = {
    "text": {"type": "text"},
    "email": {"type": "text", "inputmode": "email", "autocapitalize": "none"},
    "password": {"type": "text", "autocapitalize": "none", "spellcheck": "false"},
    "phone": {"type": "text", "inputmode": "tel"},
    "number": {"type": "text", "inputmode": "numeric"},
    "code": {"type": "text", "inputmode": "numeric", "maxlength": "6"},
}


def link(edition: Edition, guide: Guide | None = None) -> Context | None:
    """Return the way in, as a card: for English pages, and of guides for those that offer it."""
    practice = edition.catalogue.practice
    is_english = edition.language.tag == ORIGINAL_LANGUAGE
    offers = guide is None or guide.slug in practice.guides
    if not (practice.screens and is_english and offers):
        return None
    return {
        "address": addresses.practice(ORIGINAL_LANGUAGE),
        "title": edition.say(TITLE),
        "summary": edition.say(SUMMARY),
        "language": ORIGINAL_LANGUAGE,
    }


def pages(edition: Edition) -> Iterator[tuple[str, str, Context]]:
    """Yield the name, the template and the context of each page; none in other languages."""
    screens = tuple(edition.catalogue.screens.values())
    if not screens or edition.code != ORIGINAL_LANGUAGE:
        return
    yield "practice", "practice.html", _start(edition, screens)
    for number, screen in enumerate(screens, 1):
        yield f"practice/{number}", "practice_screen.html", _screen(edition, screen, number)


def _start(edition: Edition, screens: tuple[Screen, ...]) -> Context:
    guides = _cards(edition, edition.catalogue.practice.guides)
    steps = [
        {"address": addresses.practice(edition.code, number), "title": screen.title}
        for number, screen in enumerate(screens, 1)
    ]
    return {"others": {}, "steps": steps, "guides": guides}


def _screen(edition: Edition, screen: Screen, number: int) -> Context:
    count = len(edition.catalogue.screens)
    following = number + 1 if number < count else 0
    return {
        "others": {},
        "number": number,
        "count": count,
        "screen": screen,
        "fields": [_field(edition, field) for field in screen.fields],
        "start": addresses.practice(edition.code),
        "back": addresses.practice(edition.code, number - 1),
        "next": addresses.practice(edition.code, following),
        "is_last": not following,
        "pictures": symbols([screen.picture] if screen.picture else []),
        "guides": _cards(edition, screen.guides),
    }


def _field(edition: Edition, field: Field) -> Context:
    place = list(edition.catalogue.screens)
    leads_to = place.index(field.screen) + 1 if field.screen else 0
    return {
        "label": field.label,
        "hint": field.hint,
        "address": addresses.practice(edition.code, leads_to) if field.screen else "",
        "attributes": _INPUTS.get(field.kind, {}),
    }


def _cards(edition: Edition, slugs: tuple[str, ...]) -> list[Context]:
    shown = (edition.best_guides[slug] for slug in slugs if slug in edition.best_guides)
    return [views.guide_card(guide) for guide in shown if guide.language == edition.code]
