"""A small content tree in which nothing is wrong, and ways to spoil it."""

from __future__ import annotations

from datetime import date

from hypothesis import HealthCheck, settings

# A busy machine is no failure: what is tested is what comes out, not how soon.
PATIENTLY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

TODAY = date(2026, 11, 22)

GUIDE = "guides/en/get-nhs-app.md"
OTHER_GUIDE = "guides/en/log-in.md"

_FILES = {
    "languages.toml": """\
[[languages]]
code = "en"
name = "English"
english_name = "English"
direction = "ltr"
""",
    "topics.toml": """\
[[topics]]
slug = "nhs-account"
title = "NHS account"
summary = "Set up and log in."
""",
    "sources.toml": """\
[[sources]]
slug = "volunteer-guide"
title = "Guide for volunteers"
publisher = "NHS England"
url = "https://digital.nhs.uk/guide"
read = 2026-11-22
""",
    "sites.toml": """\
[[sites]]
slug = "mind"
name = "Mind"
url = "https://www.mind.org.uk/"
publisher = "Mind"
topics = ["nhs-account"]
summary = "Information and support."
audience = "everyone"
languages = "English"
recommended_by = ""
checked = 2026-11-22
""",
    "links.toml": """\
[[links]]
slug = "nhs-app-download"
name = "NHS App download page"
url = "https://www.nhs.uk/nhs-app/"
publisher = "NHS England"
topics = ["nhs-account"]
summary = "Where to get the app."
checked = 2026-11-22
""",
    "helplines.toml": """\
[[helplines]]
slug = "samaritans"
name = "Samaritans"
purpose = "Anyone who is struggling."
hours = "24 hours a day, every day"
urgent = true
checked = 2026-11-22
contacts = [
  { kind = "call", shown = "116 123", address = "tel:116123", note = "Free from any phone." },
  { kind = "web", shown = "mind.org.uk", address = "https://www.mind.org.uk/", note = "" },
]
""",
    "handouts.toml": """\
[[handouts]]
slug = "before-you-start"
number = "H1"
title = "Before you start"
lead = "Bring these things."
audience = "patron"
language = "en"
reviewed = 2026-11-22
review_every_months = 3
guides = ["get-nhs-app"]
codes = ["nhs-app-download"]
helplines = ["samaritans"]
sources = ["volunteer-guide"]
[[handouts.sections]]
kind = "checklist"
heading = "Bring"
items = [
  "Your own email address",
  "Your phone",
]
""",
    GUIDE: """\
+++
slug = "get-nhs-app"
title = "Get the NHS App"
question = "How do I install it?"
topic = "nhs-account"
audience = ["patron", "carer"]
reviewed = 2026-11-22
review_every_months = 3
sources = ["volunteer-guide"]
links = ["nhs-app-download"]
related = ["log-in"]
clinical = false
+++

Use the [download page](site:nhs-app-download) or [log in](guide:log-in).[^own]

## Install [^volunteer-guide]

::: steps
1. Open the App Store.
2. Search.
:::

::: do Do this
- use your own phone
:::

### Help

Call [116 123](tel:116123), see the [helplines](page:helplines),
or take [a sheet](handout:before-you-start).[^own]

::: urgent 999 Call 999 if someone's life is at risk [^own]
Do not wait.
:::
""",
    OTHER_GUIDE: """\
+++
slug = "log-in"
title = "Log in"
question = "How do I log in?"
topic = "nhs-account"
audience = ["everyone"]
reviewed = 2026-11-22
review_every_months = 3
sources = []
clinical = false
+++
## What you need [^own]
You need your password.
""",
}


def good() -> dict[str, bytes]:
    """Return the tree in which nothing is wrong."""
    return {path: text.encode() for path, text in _FILES.items()}


def changed(path: str, old: str, new: str) -> dict[str, bytes]:
    """Return the tree with the first `old` in one file replaced."""
    text = _FILES[path]
    if old not in text:
        raise ValueError(f"{path} does not hold {old!r}")
    return {**good(), path: text.replace(old, new, 1).encode()}


def added(path: str, more: str) -> dict[str, bytes]:
    """Return the tree with words at the end of a file, which may be a new one."""
    return {**good(), path: (_FILES.get(path, "") + more).encode()}


def without(path: str) -> dict[str, bytes]:
    """Return the tree without a file."""
    return {name: data for name, data in good().items() if name != path}


def line_of(path: str, words: str) -> int:
    """Return the line of the good tree's file on which `words` first stand."""
    text = _FILES[path]
    return text.count("\n", 0, text.index(words)) + 1


def last_line(path: str) -> int:
    """Return the number of lines in a file of the good tree: what is added stands after it."""
    return _FILES[path].count("\n")


TRANSLATED = b'translated_by = "A. Name"\nchecked_by = ""\nenglish = "0123456789ab"\n'


def in_polish(tree: dict[str, bytes]) -> dict[str, bytes]:
    """Return the tree with a second language, and one of the two guides in it."""
    polish = """\
[[languages]]
code = "pl"
name = "Polski"
english_name = "Polish"
direction = "ltr"
"""
    languages = tree["languages.toml"] + polish.encode()
    guide = tree[GUIDE].replace(b"clinical =", TRANSLATED + b"clinical =")
    return {**tree, "languages.toml": languages, GUIDE.replace("/en/", "/pl/"): guide}
