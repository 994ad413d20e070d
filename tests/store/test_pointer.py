from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import StoreError
from appliance.store.pointer import Pointer, Shown

_shown = st.builds(
    Shown,
    st.text(max_size=50),
    st.from_regex(r"r[0-9]{1,10}-[0-9]{1,4}", fullmatch=True),
    st.frozensets(st.text(max_size=9), max_size=3),
)
_pointers = st.builds(
    Pointer,
    _shown,
    st.none() | _shown,
    st.dictionaries(st.text(max_size=9), st.integers(0, 99)),
    st.text(max_size=20),
    st.integers(0, 99),
)


@given(_pointers)
def test_a_pointer_comes_back_as_written(pointer: Pointer) -> None:
    assert Pointer.from_bytes(pointer.to_bytes()) == pointer


@given(st.binary(max_size=100))
def test_a_damaged_pointer_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(StoreError, match=r"current\.json is damaged"):
        Pointer.from_bytes(data)


@pytest.mark.parametrize("site", ["", "../../etc", ".", "a/b"])
def test_a_pointer_never_leads_out_of_the_sites(site: str) -> None:
    pointer = json.loads(Pointer(Shown("{}", "r1-1"), None, {}).to_bytes())
    pointer["current"]["site"] = site
    with pytest.raises(StoreError, match="not the name of a site folder"):
        Pointer.from_bytes(json.dumps(pointer).encode())


def test_moving_on_keeps_what_was_shown_before() -> None:
    first = Pointer(Shown("one", "r1-1"), None, {"core": 1})
    second = first.moved_to(Shown("two", "r2-1")).accepting({"core": 2}, "")
    assert second == Pointer(Shown("two", "r2-1"), Shown("one", "r1-1"), {"core": 2})


def test_the_same_release_made_anew_keeps_the_release_before_it() -> None:
    second = Pointer(Shown("two", "r2-1"), Shown("one", "r1-1"), {})
    assert second.moved_to(Shown("two", "r2-2")).previous == Shown("one", "r1-1")


def test_the_moment_of_the_newest_word_never_goes_back() -> None:
    pointer = Pointer(Shown("one", "r1-1"), None, {}, "2026-11-22T09:00:00Z")
    assert pointer.accepting({}, "2026-11-21T09:00:00Z") == pointer
    assert pointer.accepting({}, "") == pointer


def test_a_pointer_of_an_older_application_is_read() -> None:
    pointer = Pointer(Shown("one", "r1-1"), None, {"core": 1})
    fields = json.loads(pointer.to_bytes())
    del fields["signed_at"], fields["refused"], fields["current"]["languages"]
    assert Pointer.from_bytes(json.dumps(fields).encode()) == pointer
