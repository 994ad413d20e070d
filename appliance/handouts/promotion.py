"""What tells people of the help point: posters, cards, bookmarks, stickers and a picture.

The words stand here and say only what holds in every library; the name, the hours, the logo and the
Wi-Fi are the library's settings. Like handouts, they go to typst as data.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum

from appliance.clock import WRITTEN_AT
from appliance.config import ON_WIFI
from appliance.errors import HandoutError
from appliance.handouts import qr, typeset
from appliance.handouts.codes import LONGEST_PIECE, code_picture, wifi_picture
from appliance.handouts.paper import PosterPaper
from appliance.handouts.sheet import Code, curly
from appliance.handouts.words import ENGLISH, NAMELESS, PROMISE
from appliance.state.state import Settings

HELP_POINT = Code("Help Point", ON_WIFI)
SOCIAL_WORDS = "Get health help at your library"
NO_INTERNET = (
    "This Wi-Fi does not give you the internet. It only reaches this library’s help point."
)

# From where people aim a phone at a poster. The code is a tenth of it: docs/sources.md#qr.
READING_DISTANCE_MM = {PosterPaper.A4: 500, PosterPaper.A3: 700}

# Labels of 63.5 by 38.1 mm, 3 by 7 on A4, sold as Avery L7160 and by others. Columns are 66.04 mm
# apart, rows touch, and all are centred on the sheet: docs/decisions/0020-promotional-material.md.
LABELS = 21
# With modules of 0.8 mm and their quiet zone, no larger code fits a label's height.
MOST_LABEL_MODULES = 37


class Poster(StrEnum):
    """A poster, by what it is for."""

    HELP = "help"
    NHS_APP = "nhs-app"
    WIFI = "wifi"


@dataclass(frozen=True, slots=True)
class Library:
    """What a library says of itself. The logo is a PNG that `logo.clean` wrote, or nothing."""

    name: str
    opening_hours: tuple[str, ...] = ()
    logo: bytes = b""
    wifi_name: str = ""
    wifi_passphrase: str = ""


@dataclass(frozen=True, slots=True)
class _Wording:
    """The words of a poster: lists have a heading and items."""

    title: str
    lead: str
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()
    note: str = ""


_POSTERS = {
    Poster.HELP: _Wording(
        "Get health help here",
        "Ask a member of staff. It is free, and you do not need an account.",
        (
            (
                "We can help you",
                (
                    "find health information you can trust",
                    "start with the NHS App",
                    "find out who to contact",
                    "take a sheet home",
                ),
            ),
        ),
        "We are library staff, not health professionals. We do not give medical advice.",
    ),
    Poster.NHS_APP: _Wording(
        "Use the NHS App: ask us how",
        "It is free. No smartphone? You can log in on a computer.",
        (
            (
                "We can show you how to",
                ("get the NHS App", "set up your NHS account", "log in on a library computer"),
            ),
            (
                "Bring",
                ("your own email address", "your mobile phone", "photo ID, if you have it"),
            ),
        ),
        "You must be 13 or over, with a GP surgery in England or the Isle of Man. " + PROMISE,
    ),
    Poster.WIFI: _Wording(
        "Join our Help Point Wi-Fi",
        "Free. No sign-up. Scan with your phone’s camera.",
        (),
        NO_INTERNET,
    ),
}


def library_of(settings: Settings, logo: bytes = b"") -> Library:
    """Return what the settings say of a library, with its logo."""
    hours = settings.opening_hours.splitlines()
    return Library(
        name=curly(settings.library_name.strip() or NAMELESS),
        opening_hours=tuple(curly(line) for line in hours),
        logo=logo,
        wifi_name=settings.wifi_name,
        wifi_passphrase=settings.wifi_passphrase,
    )


def poster(kind: Poster, library: Library, app: Code, paper: PosterPaper = PosterPaper.A4) -> bytes:
    """Return a poster as a PDF/UA-1 file of one page.

    Args:
        kind: which one.
        library: whose it is.
        app: the site that tells of the NHS App.
        paper: how large.

    Raises:
        HandoutError: it cannot be laid out, or it is the Wi-Fi's and that has no name yet.
    """
    if kind is Poster.WIFI and not library.wifi_name:
        raise HandoutError(
            "The Wi-Fi poster needs the Wi-Fi’s name:"
            " helppoint settings wifi_name NAME, and wifi_passphrase if it has one"
        )
    distance_mm = READING_DISTANCE_MM[paper]
    codes: dict[str, object] = {}
    if kind is Poster.NHS_APP:
        codes["site"] = code_picture(app, reading_distance_mm=distance_mm)
    elif library.wifi_name:
        codes["wifi"] = wifi_picture(
            library.wifi_name, library.wifi_passphrase, reading_distance_mm=distance_mm
        )
    if kind is Poster.WIFI:
        codes["site"] = code_picture(HELP_POINT, reading_distance_mm=distance_mm)
    data = {"kind": kind.value, "paper": paper.value, **asdict(_POSTERS[kind]), **codes}
    return _laid_out("poster.typ", f"poster {kind}", library, data)


def shelf_cards(library: Library, code: Code) -> bytes:
    """Return four cards of A6 size for the edge of a shelf, to cut from a sheet of A4.

    Raises:
        HandoutError: they cannot be laid out.
    """
    return _laid_out("cards.typ", "shelf cards", library, {"kind": "shelf", **_site(code)})


def bookmarks(library: Library, code: Code) -> bytes:
    """Return four bookmarks, to cut from a sheet of A4.

    Raises:
        HandoutError: they cannot be laid out.
    """
    return _laid_out("cards.typ", "bookmarks", library, {"kind": "bookmark", **_site(code)})


def stickers(library: Library, code: Code, *, used: int = 0) -> bytes:
    """Return 21 labels of 63.5 by 38.1 mm with a site's code, for a sheet of A4.

    Args:
        library: who made them.
        code: the site.
        used: how many labels of the sheet are gone; those stay empty.

    Raises:
        HandoutError: its name or address is too long for a label.
    """
    if not 0 <= used < LABELS:
        raise HandoutError(f"A sheet has {LABELS} labels: {used} used ones leave none")
    if len(qr.matrix(code.address)) > MOST_LABEL_MODULES:
        raise HandoutError(f"The address {code.address} is too long for a label’s code")
    data = {"used": used, "labels": LABELS, **_site(code, longest_piece=14)}
    return _laid_out("stickers.typ", "stickers", library, data)


def social_picture(library: Library) -> bytes:
    """Return a picture of 1200 by 630 pixels for social media, as a PNG.

    Raises:
        HandoutError: it cannot be laid out.
    """
    with _naming("social picture"):
        return typeset.png(
            "social.typ", _inputs(library, {"title": SOCIAL_WORDS}), WRITTEN_AT.date()
        )


def _site(code: Code, *, longest_piece: int = LONGEST_PIECE) -> dict[str, object]:
    named = Code(curly(code.name), code.address)
    return {"site": code_picture(named, longest_piece=longest_piece)}


def _laid_out(template: str, what: str, library: Library, data: Mapping[str, object]) -> bytes:
    with _naming(what):
        return typeset.pdf(template, _inputs(library, data), WRITTEN_AT.date())


def _inputs(library: Library, data: Mapping[str, object]) -> dict[str, str]:
    """Put together what a template reads. The logo goes as numbers: JSON has no bytes."""
    whole = {
        **data,
        "library": {
            **asdict(library),
            "logo": list(library.logo),
            "made_by": f"Made by {library.name}. Not an NHS service. Not endorsed by the NHS.",
        },
        "words": asdict(ENGLISH),
    }
    return {"data": json.dumps(whole)}


@contextmanager
def _naming(what: str) -> Iterator[None]:
    """Say in an error what it was that could not be laid out."""
    try:
        yield
    except HandoutError as error:
        raise HandoutError(f"The {what} cannot be laid out: {error}") from error
