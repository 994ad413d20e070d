from __future__ import annotations

import pytest

from appliance.catalogue.load import read
from appliance.editing.codes import check_codes
from tests.catalogue import trees

ADDRESS = "https://www.nhs.uk/nhs-app/"


def _found(address: str) -> list[tuple[str, int, str]]:
    tree = trees.changed("links.toml", ADDRESS, address)
    return [(p.path, p.line, p.message) for p in check_codes(read(tree))]


def _address(length: int) -> str:
    return ADDRESS + "a" * (length - len(ADDRESS))


@pytest.mark.parametrize("length", [41, 42])
def test_long_address_in_a_small_code_is_found_where_the_handout_names_it(length: int) -> None:
    line = trees.line_of("handouts.toml", "codes")
    message = f"The address {_address(length)} has {length} characters; its code is 25 mm wide."
    assert _found(_address(length)) == [("handouts.toml", line, message)]


@pytest.mark.parametrize("length", [30, 40, 43, 60, 200])
def test_address_whose_code_is_large_enough_passes(length: int) -> None:
    assert _found(_address(length)) == []


def test_a_code_that_names_no_site_is_left_to_the_catalogue() -> None:
    tree = trees.changed("handouts.toml", '["nhs-app-download"]', '["gone"]')
    assert list(check_codes(read(tree))) == []
