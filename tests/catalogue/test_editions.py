from __future__ import annotations

import pytest

from appliance.catalogue.editions import is_wanted, only
from tests.content import whole_catalogue


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("sites.toml", True),
        ("guides/en/get-nhs-app.md", True),
        ("guides/en-easyread/get-nhs-app.md", True),
        ("guides/pl/get-nhs-app.md", True),
        ("guides/zh-Hans/get-nhs-app.md", False),
        ("handouts/ur.toml", False),
        ("interface/pl.po", True),
        ("interface/ur.po", False),
        ("synonyms/ur.toml", False),
        ("guides/readme.md", False),
    ],
)
def test_of_the_languages_only_those_shown_are_wanted(path: str, *, wanted: bool) -> None:
    assert is_wanted(path, {"pl"}) is wanted
    assert is_wanted(path, ())


def test_what_is_left_out_is_as_if_it_were_not_there() -> None:
    assert set(only(whole_catalogue(), {"pl"}).languages) == {"en", "en-easyread", "pl"}
    assert only(whole_catalogue(), ()) == whole_catalogue()
