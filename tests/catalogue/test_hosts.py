from __future__ import annotations

import pytest

from appliance.catalogue.hosts import hosts_of, is_host, is_nhs
from tests.content import real_catalogue


def test_the_hosts_of_the_content_are_sorted_and_none_is_below_nhs_uk() -> None:
    hosts = hosts_of(real_catalogue())
    assert "www.mind.org.uk" in hosts
    assert list(hosts) == sorted(set(hosts))
    assert not [host for host in hosts if f".{host}".endswith(".nhs.uk")]


@pytest.mark.parametrize("name", ["nhs.uk", "www.nhs.uk", "a.b.nhs.uk", "111.wales.nhs.uk"])
def test_nhs_uk_and_what_is_below_it_is_of_the_nhs(name: str) -> None:
    assert is_nhs(name)


@pytest.mark.parametrize(
    "name",
    [
        "", "uk", ".nhs.uk", "evilnhs.uk", "nhs.uk.example", "WWW.NHS.UK", "a..nhs.uk", "-a.nhs.uk",
        "a-.nhs.uk", "a_b.nhs.uk", "a b.nhs.uk", "a/b.nhs.uk", "a@b.nhs.uk", "x\r\ny.nhs.uk",
        "nhs.uk.", "nhs.uk\n", f"{'a' * 64}.nhs.uk", f"{'a.' * 130}nhs.uk", "é.nhs.uk",
    ],
)  # fmt: skip
def test_no_other_name_is(name: str) -> None:
    assert not is_nhs(name)


@pytest.mark.parametrize("name", ["10.66.0.1", "localhost", "com", "example.1", "[::1]"])
def test_addresses_and_single_words_are_no_hosts(name: str) -> None:
    assert not is_host(name)
