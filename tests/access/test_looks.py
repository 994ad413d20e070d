"""One page of every template in every language, in light, dark and forced colours, two widths."""

from __future__ import annotations

from tests.access import axe
from tests.access.axe import Look
from tests.access.findings import nothing
from tests.access.results import Results
from tests.access.site_pages import Place, sample
from tests.access.sweep import MEASURES, NARROW, WIDE, Tab, sweep
from tests.access.tools import AXE, need
from tests.conftest import Server
from tests.content import PROJECT

# Forced colours come in two palettes; a stylesheet without widths needs each only once.
LOOKS = [
    Look("light", False, NARROW),
    Look("dark", False, NARROW),
    Look("light", True, NARROW),
    Look("light", False, WIDE),
    Look("dark", False, WIDE),
    Look("dark", True, WIDE),
]
# Frames and parts of pages; each is in every page that is looked at.
NOT_PAGES = {"base.html", "macros.html"}


async def _look(tab: Tab, address: str) -> list[str]:
    await tab.open(address)
    found = []
    for look in LOOKS:
        await axe.show(tab, look)
        faults = [*await axe.faults(tab), *await tab.measure("sideways", "written")]
        found += [f"{fault} ({look})" for fault in faults]
    return found


def test_every_template_is_looked_at(made: list[Place], asked: list[Place]) -> None:
    templates = {path.name for path in (PROJECT / "appliance/site/templates").glob("*.html")}
    looked_at = {place.template.partition(",")[0] for place in (*made, *asked)}
    assert looked_at == templates - NOT_PAGES


def test_axe_finds_nothing_on_any_template_in_any_language_and_colours(
    made: list[Place],
    asked: list[Place],
    whole_server: Server,
    instead: dict[str, str],
    results: Results,
) -> None:
    need(AXE)
    places = sample([*made, *asked])
    found = sweep(
        whole_server.url,
        [place.address for place in places],
        _look,
        scripts=(MEASURES, axe.script()),
        instead=instead,
    )
    nothing(found)
    results.record("axe_runs", len(places) * len(LOOKS))
    results.record("templates", len({place.template.partition(",")[0] for place in places}))
    results.record("languages", len({place.language for place in places}))


async def _plain_look(tab: Tab, address: str) -> list[str]:
    await tab.open(address)
    return await axe.faults(tab)


def test_axe_finds_nothing_on_any_guide_nor_on_any_english_page(
    made: list[Place], whole_server: Server, results: Results
) -> None:
    """Guides differ most; the other pages of a language hold the same parts as the English ones."""
    need(AXE)
    places = [p for p in made if p.template == "guide.html" or p.language == "en"]
    nothing(
        sweep(
            whole_server.url,
            [place.address for place in places],
            _plain_look,
            scripts=(axe.script(),),
        )
    )
    results.record("axe_pages", len(places))


def test_every_rule_that_is_off_says_why() -> None:
    assert [rule for rule, why in axe.SWITCHED_OFF.items() if len(why.split()) < 4] == []
