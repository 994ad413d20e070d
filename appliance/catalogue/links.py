"""Where links may lead: names of sites, guides, handouts and pages, and numbers to call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from appliance.catalogue.markdown import SCHEMES, TELEPHONE
from appliance.catalogue.references import Names
from appliance.catalogue.schema import shown

# The pages of the appliance that guides may name after `page:`.
PAGES = frozenset(
    {
        "home",
        "sites",
        "helplines",
        "search",
        "about",
        "privacy",
        "accessibility",
        "handouts",
    }
)


@dataclass(frozen=True, slots=True)
class Targets:
    """Knows where a link may lead."""

    names: Names

    def has(self, scheme: str, name: str, language: str) -> bool:
        """Whether there is such a page."""
        if scheme == "page":
            return name in PAGES
        if scheme == "guide":
            return self.names.has_guide(language, name)
        return self.names.has({"site": "sites", "handout": "handouts"}[scheme], name)


def judge_link(href: str, language: str, targets: Targets) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a link, and how to mend it."""
    scheme, _, name = href.partition(":")
    if scheme in {"http", "https"}:
        mend = "Add it to sites.toml or links.toml and write `site:` and its slug."
        yield f"The link goes to the address {href[:80]}.", mend
    elif scheme == "tel":
        if not TELEPHONE.fullmatch(href):
            yield (
                f"The number in {shown(href)} cannot be called.",
                "Write digits only after `tel:`.",
            )
    elif not href.startswith(SCHEMES):
        mend = "Start it with `site:`, `guide:`, `handout:`, `page:` or `tel:`."
        yield f"The link goes to {shown(href)}, which is no kind of link.", mend
    elif not targets.has(scheme, name, language):
        mend = "Correct the spelling, or add what it names."
        yield f"The link goes to {shown(href)}, which does not exist.", mend
