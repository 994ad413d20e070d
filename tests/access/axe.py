"""axe-core in a tab: every rule it has, and what is done where it cannot decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tests.access.sweep import Tab
from tests.access.tools import AXE

# Rules of every level that axe-core has, AAA and experimental ones too; off by name, with a reason.
TAGS = (
    "wcag2a",
    "wcag2aa",
    "wcag2aaa",
    "wcag21a",
    "wcag21aa",
    "wcag22aa",
    "best-practice",
    "experimental",
)
SWITCHED_OFF = {
    "hidden-content": "It finds no fault: it says that a page hides something. Pages hide drawings"
    " that they point at, and the list of languages, which is opened before axe-core looks.",
    "identical-links-same-purpose": "It asks a person to judge WCAG 2.4.9, level AAA: a heading in"
    " a list of contents may be called like the guide that it leads to. The list's name tells"
    " them apart, as 2.4.4, level A, wants.",
}

# axe-core gives up on text beside any coloured ::before or ::after. measures.js looks at those: it
# takes their contrast, and makes sure that they stand in the margin and never behind the text.
_BESIDE_PSEUDO = {"options": {"ignorePseudo": True}}
_CHECKS = {"color-contrast": _BESIDE_PSEUDO, "color-contrast-enhanced": _BESIDE_PSEUDO}

# In forced colours Chromium leaves -webkit-text-fill-color as the page would have had it, and
# axe-core reads that for the colour of text (dequelabs/axe-core#3978). It is given the true one.
_TRUE_COLOURS = """(() => {
  const read = CSSStyleDeclaration.prototype.getPropertyValue;
  CSSStyleDeclaration.prototype.getPropertyValue = function (name) {
    return read.call(this, name === "-webkit-text-fill-color" ? "color" : name);
  };
})()"""
_RUN = """(settings) => {
  for (const list of document.querySelectorAll("details")) list.open = true;
  return axe.run(document, settings).then(({ violations, incomplete }) =>
  [...violations, ...incomplete].flatMap(({ id, nodes }) => nodes.map((node) => {
    const why = [...node.any, ...node.all, ...node.none].map(({ message }) => message);
    return `${id} at ${node.target}: ${why.join("; ")}`;
  })));
}"""


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is shown: the colours that the reader's device asks for, and how wide it is."""

    scheme: Literal["light", "dark"]
    forced: bool
    width: int

    def __str__(self) -> str:
        """Say it in the findings."""
        return f"{self.scheme}{', forced colours' if self.forced else ''}, {self.width} px"


async def show(tab: Tab, look: Look) -> None:
    """Show the page that is open in another way, without loading it again."""
    await tab.page.emulate_media(
        color_scheme=look.scheme, forced_colors="active" if look.forced else "none"
    )
    size = tab.page.viewport_size
    if size is None or size["width"] != look.width:
        await tab.page.set_viewport_size({"width": look.width, "height": 800})


async def faults(tab: Tab) -> list[str]:
    """Return what axe-core finds wrong or cannot decide, as sentences; lists are opened first."""
    found: list[str] = await tab.page.evaluate(_RUN, _settings())
    return found


def script() -> str:
    """Return what puts axe-core into a page."""
    return f"{AXE.path.read_text('utf-8')}\n;{_TRUE_COLOURS}"


def _settings() -> dict[str, Any]:
    return {
        "runOnly": {"type": "tag", "values": list(TAGS)},
        "checks": _CHECKS,
        "rules": {rule: {"enabled": False} for rule in SWITCHED_OFF},
        "resultTypes": ["violations", "incomplete"],
    }
