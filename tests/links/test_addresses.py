from __future__ import annotations

from appliance.catalogue.load import load
from appliance.links.addresses import Link, addresses_in, addresses_shown
from tests.catalogue import trees

HANDOUT = ("handout H1 Before you start",)


def _line(path: str, words: str) -> str:
    return f"{path}:{trees.line_of(path, words)}"


def test_each_address_is_listed_once_with_every_place() -> None:
    links = addresses_in(trees.good())
    assert links == [
        Link(
            "https://www.mind.org.uk/",
            (_line("sites.toml", "url"), _line("helplines.toml", '"web"')),
            HANDOUT,
        ),
        Link("https://www.nhs.uk/nhs-app/", (_line("links.toml", "url"),), HANDOUT),
        Link("https://digital.nhs.uk/guide", (_line("sources.toml", "url"),)),
    ]


def test_what_is_on_no_handout_is_not_printed() -> None:
    tree = trees.changed("handouts.toml", 'codes = ["nhs-app-download"]', "codes = []")
    printed = {link.address: link.is_printed for link in addresses_in(tree)}
    assert printed["https://www.nhs.uk/nhs-app/"] is False


def test_what_cannot_be_read_is_left_out() -> None:
    assert addresses_in({**trees.good(), "sites.toml": b"[", "links.toml": b"["}) != []
    assert addresses_in({}) == []


def test_a_box_asks_what_it_sends_people_to_and_no_source() -> None:
    assert addresses_shown(load(trees.good())) == [
        Link("https://www.mind.org.uk/", (), HANDOUT),
        Link("https://www.nhs.uk/nhs-app/", (), HANDOUT),
    ]
