"""The house's style as one table: what is wrong, what to write instead, and why.

From the NHS digital service manual: A to Z, numbers, dates, links, inclusive words. A pattern
takes no account of capital letters, except inside `(?-i:...)`. Add a row, and words in which it is
found to tests/editing/test_style.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StyleWord:
    """Words that we do not write."""

    wrong: re.Pattern[str]
    right: str
    why: str


_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_SHORT = "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
_MERIDIEM = r"(?:[ap]m|[ap]\.m\.)"

_NHS = "the NHS style guide says so"
_PLAIN = "plain words are read faster"
_DATE = "dates look the same on every page"
_TIME = "times look the same on every page"
_PARTS = "numbers are read in parts"
_KIND = "people are more than their illness, age or disability"

_ROWS = (
    # Names and services.
    (r"\bsign(?:s|ed|ing)?[ -]in(?:to)?\b(?! BSL| British)", "log in", _NHS),
    (r"\blog(?:s|ged|ging)? on\b(?! to https)|\blogon\b", "log in", _NHS),
    (r"\blog(?:s|ged|ging)? into\b", "log in to", "log in are two words"),
    (r"\bsign(?:s|ed|ing)?[ -]out\b", "log out", _NHS),
    (
        r"(?-i:\bGP [Pp]ractices?\b"
        r"|(?<![Gg]eneral )(?<![Ii]n )(?<![Gg]ood )(?<![Bb]est )\bpractices?\b(?! ID))",
        "GP surgery",
        _NHS,
    ),
    (r"\bdoctor['’]?s['’]? (?:surgery|surgeries|office)\b", "GP surgery", _NHS),
    (r"(?-i:\bNHS app\b|\bNhs\b|\bnhs\b(?= \w)|\bN\.H\.S\.)", "NHS, or NHS App", "it is a name"),
    (
        r"\bon (?:the|your) (?:NHS )?App\b(?! (?:help|download|page|sheet|site|store|website)s?\b)",
        "in the app",
        "things are in an app",
    ),
    (r"(?<!NHS )\b111 online\b", "NHS 111 online", "this site is not the NHS"),
    (r"(?-i:\bNHS 111 Online\b)", "NHS 111 online", _NHS),
    (r"(?-i:\bgps?\b|\bG\.P\.)|\bGP['’]s (?=are|can|do|have|may|will)", "GP", _NHS),
    (r"\be-mail(?=s|ed|ing|\b)", "email", _NHS),
    (r"\bweb[ -](?:site|page)s?\b", "website or webpage", _NHS),
    # Telephone.
    (r"(?<!\ba )(?<!the )(?<!wedding )\bring(?:ing)?\b(?! road)", "call", _NHS),
    (r"\bdial(?= (?:999|111)\b)", "call", _NHS),
    # Links and instructions.
    (r"\bclick(?:ing)? (?:here|on|this)\b", "where the link goes", "links say where they go"),
    (r"\bplease note(?: that)?\b|\bnote that\b|\bN\.?B\.", "the sentence without it", _PLAIN),
    (
        r"\bsimply (?=choose|click|go|open|select|tap|type)",
        "the sentence without it",
        "it is not simple for all",
    ),
    # Latin and signs.
    (r"\be\.\s?g\.?|(?-i:\beg\b)", "for example", "screen readers spell it out"),
    (r"\bi\.\s?e\.?|(?-i:\bie\b)", "that is", "screen readers spell it out"),
    (r"\betc\b\.?", "all of it, or: such as", "readers cannot guess the rest"),
    (r"\band/or\b", "or", _PLAIN),
    (r"(?<=\s)&(?=\s)", "and", _NHS),
    (r"\b24/7\b", "24 hours a day, every day", _PLAIN),
    # Plain words.
    (r"\butili[sz](?:e|es|ed|ing|ation)\b", "use", _PLAIN),
    (r"\bin order to\b", "to", _PLAIN),
    (r"\bprior to\b", "before", _PLAIN),
    (r"\bcommenc(?:e|es|ed|ing)\b", "start", _PLAIN),
    (r"\bpurchas(?:e|es|ed|ing)\b", "buy", _PLAIN),
    (r"\bassistance\b", "help", _PLAIN),
    (r"\badditional\b", "more", _PLAIN),
    (r"\bapproximately\b", "about", _PLAIN),
    (r"\bfacilitat(?:e|es|ed|ing)\b", "help", _PLAIN),
    (r"\bin the event (?:of|that)\b", "if", _PLAIN),
    (r"\bwith regards? to\b|\bregarding\b|\bin respect of\b", "about", _PLAIN),
    # People.
    (r"\bthe elderly\b", "older people", _KIND),
    (r"\bthe disabled\b|\bhandicapped\b", "disabled people", _KIND),
    (r"\bsuffer(?:s|ed|ing)? (?:from|with)\b|\bsufferers?\b", "have", _KIND),
    (r"\bwheelchair[- ]bound\b", "uses a wheelchair", _KIND),
    (r"\bmentally ill\b|\bthe mentally\b", "people with a mental health problem", _KIND),
    # Numbers. "one" stands for "a" so often that nobody but a reader can tell.
    (
        r"(?<![-\w])(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?![-\w])",
        "the numeral",
        "numerals are found faster",
    ),
    (r"£[1-9]\d{3,}", "a comma above 999: £1,500", _NHS),
    (r"(?<![\w+])0\d{9,10}(?!\w)|\+44\d{9,10}\b", "spaces: 0808 2000 247", _PARTS),
    (r"(?<![\w+])[1-9]\d{9}(?!\w)", "spaces: 999 123 4567", _PARTS),
    # Dates, such as 6 August 2026.
    (r"(?<![\w/.-])\d{1,2}([/.-])\d{1,2}\1(?:\d{2}|\d{4})(?![\w/-])", "6 August 2026", _DATE),
    (r"(?<![\w/-])20\d\d-\d\d-\d\d(?![\w/-])", "6 August 2026", _DATE),
    (rf"\b\d{{1,2}}(?:st|nd|rd|th) (?:of )?(?:{_MONTHS}|{_SHORT})\b", "6 August 2026", _DATE),
    (rf"(?-i:\b\d{{1,2}} (?:{_SHORT})\b)(?!\w)", "6 August 2026", "months are written in full"),
    (
        rf"(?-i:\b(?:{_MONTHS}|{_SHORT}) \d{{1,2}}(?:st|nd|rd|th|,? 20\d\d)\b)",
        "6 August 2026",
        _DATE,
    ),
    # "May 5 people come in?" is no date.
    (rf"(?-i:\b(?!May )(?:{_MONTHS}|{_SHORT}) \d{{1,2}}\b(?!,? 20|:))", "6 August 2026", _DATE),
    # Times, such as 5pm and 5:30pm.
    (rf"\b\d{{1,2}}(?:[:.]\d\d)? (?-i:{_MERIDIEM}|AM\b|PM\b)", "5pm", _TIME),
    (r"\b\d{1,2}(?:[:.]\d\d)?(?-i:AM\b|PM\b|[ap]\.m\.)", "5pm", _TIME),
    (r"\b\d{1,2}\.\d\d[ap]m\b", "5:30pm", _TIME),
    (r"\b\d{1,2}:00[ap]m\b", "5pm", _TIME),
    (r"(?<![\d:])(?:[01]?\d|2[0-3]):[0-5]\d(?!\d|:| ?[ap]\.?m)", "5:30pm", _TIME),
    (r"\b12 ?noon\b|\b12pm\b", "midday", _TIME),
    (r"\b12am\b", "midnight", _TIME),
)

STYLE_WORDS = tuple(
    StyleWord(re.compile(pattern, re.IGNORECASE), right, why) for pattern, right, why in _ROWS
)
