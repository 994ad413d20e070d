"""What a visit means for an editor. Pure: decides from what was seen, asks nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from ipaddress import ip_address
from itertools import pairwise
from typing import Literal
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from appliance.links.visit import Visit

# dead: people who type it get nothing. unsure: a person must look, for the site may only dislike
# programs. domain: it leads to another owner now. moved: write the new address. ok.
Kind = Literal["dead", "unsure", "domain", "moved", "ok"]

_UNSURE = frozenset({401, 403, 407, 418, 429, 451, 503, 999})
_PERMANENT = frozenset({301, 308})
_GONE = frozenset({404, 410})
# These endings are public, and all below them belongs to one owner for our purpose.
_ONE_OWNER = ("nhs.uk", "gov.uk")

_HEADLINE = re.compile(r"<(title|h1)\b[^>]*>(.*?)</\1", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_MISSING = re.compile(
    r"\b404\b|(?:not|n['’]t) be found\b|\bnot found\b"
    r"|\bcan(?:no|['’])t find (?:that|the|this|your) page\b"
    r"|\bno longer (?:available|exists?|here)\b|\bdo(?:es)?(?: not|n['’]t) exist\b"
    r"|\bpage (?:is )?unavailable\b",
    re.IGNORECASE,
)
_MISSING_PATH = re.compile(r"(?:^|[/_-])(?:404|(?:page-?)?not-?found|notfound)(?:[/._-]|$)", re.I)
_START_PAGES = frozenset({"", "/", "/index.html", "/index.php", "/home", "/home/"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """A kind, and a sentence for people."""

    kind: Kind
    message: str


def judge(visit: Visit) -> Verdict:
    """Return the gravest thing that holds of a visit."""
    return next(verdict for rule in _RULES for verdict in rule(visit))


def is_definite(visit: Visit, verdict: Verdict) -> bool:
    """Whether one visit is enough to know that people no longer get there.

    A host that does not answer, or a page for errors, may be back tomorrow. What is gone by its
    host's own word (404, 410), or was sent to another owner for good, is not. A passing redirect is
    what a waiting room or the log-in page of a network sends.
    """
    if visit.failure or verdict.kind not in {"dead", "domain"}:
        return False
    return visit.steps[-1].status in _GONE or _left_for_good(visit)


def owner(url: str) -> str:
    """Return the registered domain of an address: what somebody pays for and may lose."""
    host = (urlsplit(url).hostname or "").removesuffix(".")
    shared = next((end for end in _ONE_OWNER if f".{host}".endswith(f".{end}")), None)
    if shared or _is_number(host):
        return shared or host
    return _suffixes().privatesuffix(host) or host


def _failed(visit: Visit) -> Iterator[Verdict]:
    if visit.failure:
        way = " -> ".join(step.url for step in visit.steps[-2:])
        after = f" (after {way})" if way else ""
        yield Verdict("dead", f"{visit.failure[:1].upper()}{visit.failure[1:]}{after}.")


def _bad_status(visit: Visit) -> Iterator[Verdict]:
    status = visit.steps[-1].status
    if status in _UNSURE:
        words = f"It answers {status}, perhaps only to programs: open it in a browser."
        yield Verdict("unsure", words)
    elif status >= 400 or status < 200:
        yield Verdict("dead", f"It answers {status}.")


def _soft_404(visit: Visit) -> Iterator[Verdict]:
    """A page that says it is none, though its status says all is well."""
    first, last = urlsplit(visit.address), urlsplit(visit.steps[-1].url)
    for _, words in _HEADLINE.findall(visit.page):
        headline = " ".join(unescape(_TAG.sub("", words)).split())
        if _MISSING.search(headline):
            yield Verdict("dead", f'It answers with a page called "{headline[:60]}".')
    if len(visit.steps) > 1 and _MISSING_PATH.search(last.path):
        yield Verdict("dead", f"It redirects to {last.geturl()}, a page for what is missing.")
    lost_its_path = first.path not in _START_PAGES and last.path in _START_PAGES and not last.query
    if len(visit.steps) > 1 and lost_its_path:
        yield Verdict("dead", f"It redirects to the start page {last.geturl()}.")


def _new_owner(visit: Visit) -> Iterator[Verdict]:
    last = visit.steps[-1].url
    if owner(last) != owner(visit.address):
        message = f"It leads to another domain, {owner(last)}: {last}. Is its owner the same?"
        yield Verdict("domain", message)


def _moved(visit: Visit) -> Iterator[Verdict]:
    way = " -> ".join(str(step.status) for step in visit.steps[:-1])
    last = visit.steps[-1].url
    if any(step.status in _PERMANENT for step in visit.steps[:-1]):
        yield Verdict("moved", f"It moved for good ({way}): write {last}.")
    elif way:
        yield Verdict("ok", f"It redirects for now ({way}) to {last}.")


def _fine(visit: Visit) -> Iterator[Verdict]:  # noqa: ARG001 - one of the rules
    yield Verdict("ok", "It answers.")


_RULES: tuple[Callable[[Visit], Iterator[Verdict]], ...] = (
    _failed,
    _bad_status,
    _soft_404,
    _new_owner,
    _moved,
    _fine,
)


def _left_for_good(visit: Visit) -> bool:
    """Whether it leads to another owner, by permanent redirects wherever the owner changes."""
    changes = [
        step.status
        for step, following in pairwise(visit.steps)
        if owner(step.url) != owner(following.url)
    ]
    is_elsewhere = owner(visit.steps[-1].url) != owner(visit.address)
    return is_elsewhere and _PERMANENT.issuperset(changes)


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@cache
def _suffixes() -> PublicSuffixList:
    """Read the list that comes with the package: nothing is fetched."""
    return PublicSuffixList()
