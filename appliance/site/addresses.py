"""Where each page is: the language first, then short words that people can read and type."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from appliance.config import ON_WIFI
from appliance.handouts.paper import Download

# Plain names below each other; nothing that could lead out of a folder.
_ADDRESS = re.compile(r"(?:/[A-Za-z0-9][A-Za-z0-9-]*)+(?:/|\.pdf)?")
# Pages where people log in; never from a sign-in window (docs/sources.md#webview).
_LOG_IN_HOSTS = ("login.nhs.uk", "nhsapp.service.nhs.uk")


def home(language: str) -> str:
    """Return the address that all pages of a language begin with."""
    return f"/{language}/"


def on_wifi(address: str) -> str:
    """Return a page's whole address, as a phone on the help point's own Wi-Fi opens it."""
    return ON_WIFI.removesuffix("/") + address


def my_list(language: str) -> str:
    """Return the address of the list to take away."""
    return f"/{language}/list"


def guide(language: str, slug: str) -> str:
    """Return a guide's address."""
    return f"/{language}/{slug}"


def topic(language: str, slug: str) -> str:
    """Return the address of a topic's guides and sites."""
    return f"/{language}/topic/{slug}"


def sites(language: str, topic: str, page: int = 1) -> str:
    """Return the address of a topic's sites with their codes, in pages from 1."""
    suffix = "" if page == 1 else f"-{page}"
    return f"/{language}/sites/{topic}{suffix}"


def go(language: str, slug: str) -> str:
    """Return the address of the page that tells how to reach a site."""
    return f"/{language}/go/{slug}"


def handout(language: str, slug: str) -> str:
    """Return the address of a handout as a page."""
    return f"/{language}/handouts/{slug}"


def handout_file(language: str, slug: str, download: Download) -> str:
    """Return the address of a handout as a PDF."""
    return f"/{language}/handouts/{slug}-{download.value}.pdf"


def file_of(address: str) -> str | None:
    """Return the file that holds what is served at an address, None if no page could be there.

    `/en/` is in `en/index.html`, `/en/get-nhs-app` in `en/get-nhs-app.html`, PDFs where they say.
    """
    if not _ADDRESS.fullmatch(address):
        return None
    name = address.removeprefix("/")
    if name.endswith("/"):
        return f"{name}index.html"
    return name if name.endswith(".pdf") else f"{name}.html"


def practice(language: str, number: int = 0) -> str:
    """Return the address of a practice screen, counted from 1; of their start for 0."""
    return f"/{language}/practice" + (f"/{number}" if number else "")


def has_log_in(url: str) -> bool:
    """Whether people log in there."""
    host = urlsplit(url).hostname or ""
    return host.endswith(_LOG_IN_HOSTS)
