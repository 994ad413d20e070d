from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.site.view import MOST_ITEMS, PLAIN, View, split

ITEMS = st.lists(st.from_regex(r"[gs]-[a-z0-9]{1,9}", fullmatch=True), max_size=12, unique=True)
VIEWS = st.builds(
    View, st.sampled_from(["", "large", "largest"]), st.booleans(), st.booleans(), ITEMS.map(tuple)
)


@given(VIEWS)
def test_a_view_comes_back_from_its_address(view: View) -> None:
    assert split(f"{view.prefix}/en/get-nhs-app") == (view, "/en/get-nhs-app")


@given(st.text(max_size=60))
def test_any_address_is_split_without_losing_the_page(text: str) -> None:
    view, plain = split(f"/{text}")
    assert plain.startswith("/")
    assert split(f"{view.prefix}/en/") == (view, "/en/")


@pytest.mark.parametrize("address", ["/en/", "/~large", "/en/~large/", "/~LARGE/en/", "/", "/~/"])
def test_what_asks_for_no_view_has_none(address: str) -> None:
    assert split(address)[0] == PLAIN


@pytest.mark.parametrize(
    ("change", "prefix"),
    [
        ("size:large", "/~large.s-mind"),
        ("size:", "/~s-mind"),
        ("size:huge", "/~s-mind"),
        ("colours:contrast", "/~largest.contrast.s-mind"),
        ("add:g-get-nhs-app", "/~largest.s-mind.g-get-nhs-app"),
        ("add:s-mind", "/~largest.s-mind"),
        ("add:../etc", "/~largest.s-mind"),
        ("drop:s-mind", "/~largest"),
        ("empty:", "/~largest"),
        ("other:x", "/~largest.s-mind"),
    ],
)
def test_a_link_changes_one_thing_and_keeps_the_rest(change: str, prefix: str) -> None:
    assert View("largest", items=("s-mind",)).changed(change).prefix == prefix


def test_a_full_list_takes_no_more() -> None:
    full = View(items=tuple(f"g-guide-{n}" for n in range(MOST_ITEMS)))
    assert full.changed("add:g-one-more") == full
